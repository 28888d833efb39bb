"""The address behind a working copy: each place of the data folder is fetched from it and sent to it whole, the old state or the new.

On the store a place is files that never change and one pointer to them, replaced by a single write. docs/storage.md says what that promises.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from sources.errors import PassingError, ShinchokuError

# In this order places are sent, so that what stands further down never speaks of what has not arrived.
PLACES = ("series", "staging", "pages", "review", "results", "former", "accepted", "warehouse", "exports", "site")
SERIES = "series/"
TAKEN = ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey")  # what S3 answers to who comes second

Files = dict[str, dict[str, Any]]  # name in the place ("" where the place is one file) to sha256, bytes, mtime and key, or to a link


@dataclass(frozen=True, slots=True)
class Record:
    """What the working copy of a place was fetched or sent as; kept on disk beside the working copy."""

    version: str | None = None
    files: Files = field(default_factory=dict)


@cache
def store(address: str, root: Path) -> Store:
    """The one store of an address in this process."""
    try:
        import fsspec

        filesystem, base = fsspec.url_to_fs(address, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        raise ShinchokuError(
            f"{address}: {error}. For S3 install the extra: .venv/bin/pip install -c constraints.txt -e '.[s3]'; for other addresses the package that fsspec names.",
            f"{address}：{error}。S3には .venv/bin/pip install -c constraints.txt -e '.[s3]' を、ほかのアドレスにはfsspecが示すパッケージを導入してください。",
        ) from error
    return Store(address, filesystem, base.rstrip("/"), root)


class Store:
    def __init__(self, address: str, filesystem: Any, base: str, root: Path) -> None:
        self.address, self.filesystem, self.base, self.root = address, filesystem, base, root
        self.seen: dict[str, str] | None = None  # the version of every pointer there is, as last listed, or of those that were asked for
        self.is_listed = True
        self.used: set[str] = set()  # places that are as the store has them, or newer
        self.is_working = False

    # -- what a data folder asks for

    @contextmanager
    def working(self, series: str | None = None) -> Iterator[None]:
        """Work on what the store has now; what the work left is sent when it ended well. May be nested: the outermost sends.

        Work on one series names it: then the others are not fetched, and nobody asks what else there is.
        """
        if self.is_working:
            yield
            return
        self.refresh(series)
        self.is_working = True
        try:
            yield
            self.send()
        finally:
            self.is_working = False

    def refresh(self, series: str | None = None) -> None:
        """See what others have sent. Places are fetched when they are used, the series at once, all or one: they say what there is."""
        self.is_listed = series is None
        if series is not None:
            self.seen = {}
            self.used.clear()
            self.use(f"{SERIES}{series}")
            return
        with self._told():
            start = f"{self.base}/pointers/"
            found = self.filesystem.find(start.rstrip("/"), detail=True)
            self.seen = {name[len(start) :].removesuffix(".json"): _version(info) for name, info in found.items()}
        self.used.clear()
        for place in self.seen:
            if place.startswith(SERIES):
                self.use(place)

    def use(self, place: str) -> None:
        """Bring the working copy of a place up to date, unless that was done since the last refresh."""
        if self.seen is None:
            self.refresh()
        assert self.seen is not None
        if place in self.used:
            return
        with self._told():
            if not self.is_listed and (version := self._current(self._pointer(place))):
                self.seen[place] = version
            if self.seen.get(place) != self._record(place).version:
                with self._alone():
                    self._fetch(place)
        self.used.add(place)

    def send(self) -> None:
        """Send every used place that differs from what was fetched: first its files, then its pointer."""
        series = {f"{SERIES}{folder.name}" for folder in (self.root / "series").glob("[!.]*") if folder.is_dir()}
        for place in sorted(self.used | series, key=lambda place: (PLACES.index(place.partition("/")[0]), place)):
            record, files = self._record(place), self._scan(place)
            if _contents(files) != _contents(record.files):
                with self._told():
                    self._send(place, record, files)

    def damaged(self, counts: dict[str, int]) -> Iterator[tuple[str, Literal["changed", "missing"]]]:
        """The objects that are not what their pointers say, each read whole."""
        self.refresh()
        assert self.seen is not None
        keys: dict[str, str] = {}
        with self._told():
            for place in sorted(self.seen):
                files: Files = json.loads(self.filesystem.cat_file(self._pointer(place)))["files"]
                keys |= {entry["key"]: entry["sha256"] for entry in files.values() if "key" in entry}
        counts["objects"] = len(keys)
        for key, digest in keys.items():
            with self._told():
                try:
                    with self.filesystem.open(f"{self.base}/{key}", "rb") as file:
                        found = hashlib.file_digest(file, "sha256").hexdigest()
                except FileNotFoundError:
                    yield f"{self.base}/{key}", "missing"
                    continue
            if found != digest:
                yield f"{self.base}/{key}", "changed"

    # -- how it is done

    def _fetch(self, place: str) -> None:
        pointer = self._pointer(place)
        version = self._current(pointer)  # asked for first: if the pointer is replaced now, the next write is refused, not lost
        wanted: Files = json.loads(self.filesystem.cat_file(pointer))["files"] if version else {}
        present, target = self._scan(place), self.root / place
        if _contents(present) != _contents(wanted):
            aside = None
            if _contents(present) != _contents(self._record(place).files):  # never sent, and the store went on without it
                aside = self.root / ".store" / "unsent" / f"{place}-{time.time_ns()}"
                aside.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.root / ".store") as folder:
                fresh = Path(folder) / "fresh"
                self._lay(wanted, present, target, fresh)
                if target.exists():
                    target.rename(aside or Path(folder) / "old")
                if fresh.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    fresh.rename(target)
        self._remember(place, Record(version, wanted))

    def _lay(self, wanted: Files, present: Files, old: Path, fresh: Path) -> None:
        lacking = {}
        for name, entry in wanted.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if link := entry.get("link"):
                path.symlink_to(link)
            elif present.get(name, {}).get("sha256") == entry["sha256"]:
                path.hardlink_to(old / name)
            else:
                lacking[name] = path
        if lacking:
            self.filesystem.get([f"{self.base}/{wanted[name]['key']}" for name in lacking], [str(path) for path in lacking.values()])
        for name, path in lacking.items():
            if _sha256(path) != wanted[name]["sha256"]:
                raise OSError(f"{wanted[name]['key']} is damaged: its sha256 is not {wanted[name]['sha256']}")
        times: dict[Path, int] = {}  # which release is the oldest is told by the time of its folder
        for name, entry in wanted.items():
            if "link" not in entry:
                path, mtime = fresh / name, entry["mtime"]
                os.utime(path, ns=(mtime, mtime))
                for above in path.relative_to(fresh).parents:
                    times[fresh / above] = max(times.get(fresh / above, 0), mtime)
        for path, mtime in times.items():
            os.utime(path, ns=(mtime, mtime))

    def _send(self, place: str, record: Record, files: Files) -> None:
        digest = hashlib.sha256(json.dumps(_contents(files)).encode()).hexdigest()
        fresh = {}
        for name, entry in files.items():
            if "link" in entry:
                continue
            before = record.files.get(name, {})
            entry["key"] = _key(place, name, entry["sha256"], digest)
            if entry["key"] == before.get("key") and entry["sha256"] != before["sha256"]:
                raise OSError(f"{self.root / place / name} belongs to a release and was changed; delete {self.root} to have it fetched anew")
            if entry["key"] != before.get("key"):
                fresh[entry["key"]] = str(self.root / place / name)
        if fresh:
            self.filesystem.put(list(fresh.values()), [f"{self.base}/{key}" for key in fresh])
        version = self._swap(place, json.dumps({"files": files}, ensure_ascii=False, indent=1).encode(), record.version)
        self._remember(place, Record(version, files))
        if self.seen is not None:
            self.seen[place] = version

    def _swap(self, place: str, content: bytes, before: str | None) -> str:
        """Replace the pointer if it is still the one that was fetched; returns its new version.

        On S3 the store itself refuses who comes second. Elsewhere two that write in the same instant are not told apart.
        """
        pointer = self._pointer(place)
        if "s3" in self.filesystem.protocol:
            bucket, _, key = pointer.partition("/")
            condition = {"IfMatch": before} if before else {"IfNoneMatch": "*"}
            try:
                return str(self.filesystem.call_s3("put_object", Bucket=bucket, Key=key, Body=content, **condition)["ETag"])
            except OSError as error:
                said = getattr(error.__cause__, "response", {}).get("Error", {}).get("Code")
                if said in TAKEN:
                    raise self._overtaken(place) from error
                raise
        if self._current(pointer) != before:
            raise self._overtaken(place)
        self.filesystem.pipe_file(pointer, content)
        version = self._current(pointer)
        assert version is not None
        return version

    def _overtaken(self, place: str) -> ShinchokuError:
        return PassingError(
            f"{self.address}: {place} was written by somebody else since it was fetched, so nothing of it was sent. Run the command again; "
            f"what was made here is kept under {self.root / '.store' / 'unsent'}.",
            f"{self.address}：{place} は取得後にほかの人が更新したため、送信していません。もう一度実行してください。"
            f"ここで作ったものは {self.root / '.store' / 'unsent'} に残ります。",
        )

    def _pointer(self, place: str) -> str:
        return f"{self.base}/pointers/{place}.json"

    def _current(self, pointer: str) -> str | None:
        try:
            return _version(self.filesystem.info(pointer))
        except FileNotFoundError:
            return None

    def _scan(self, place: str) -> Files:
        """The files of the working copy; what is hidden is half done. A file is read only if its size or time is not the recorded one."""
        known, target = self._record(place).files, self.root / place
        found: Files = {}
        for path in [target] if target.is_file() else sorted(target.rglob("*")):
            name = "" if path == target else path.relative_to(target).as_posix()
            if any(part.startswith(".") for part in name.split("/")):
                continue
            if path.is_symlink():
                found[name] = {"link": str(path.readlink())}
            elif path.is_file():
                stat, entry = path.stat(), known.get(name, {})
                same = (entry.get("bytes"), entry.get("mtime")) == (stat.st_size, stat.st_mtime_ns)
                sha256 = entry["sha256"] if same else _sha256(path)
                found[name] = {"sha256": sha256, "bytes": stat.st_size, "mtime": stat.st_mtime_ns}
        return found

    def _record(self, place: str) -> Record:
        try:
            return Record(**json.loads((self.root / ".store" / f"{place}.json").read_text("utf-8")))
        except FileNotFoundError:
            return Record()

    def _remember(self, place: str, record: Record) -> None:
        path = self.root / ".store" / f"{place}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.write_text(json.dumps({"version": record.version, "files": record.files}, ensure_ascii=False), encoding="utf-8")
        beside.replace(path)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Processes of one machine share a working copy; one at a time changes what was fetched."""
        path = self.root / ".store" / "lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except ShinchokuError:
            raise
        except Exception as error:  # every kind of store has exceptions of its own
            kind = ShinchokuError if isinstance(error, PermissionError | FileNotFoundError) else PassingError
            raise kind(
                f"{self.address}: the store does not answer as it should ({error or type(error).__name__}). Check the address, the credentials and "
                f"the connection and run the command again; what readers see there is whole, and what was made here stays in {self.root}.",
                f"{self.address}：保存先に接続できないか、応答が正しくありません（{error or type(error).__name__}）。アドレス、認証情報、接続を確かめて"
                f"もう一度実行してください。公開中の内容はそのままで、ここで作ったものは {self.root} に残っています。",
            ) from error


def _key(place: str, name: str, sha256: str, digest: str) -> str:
    """Where a file lies for good. What the public reads keeps its names; everything else is stored once, by its sha256."""
    if place == "exports":
        return f"exports/{name}"  # below releases/<version>-<digest>, which no other release is called
    if place == "site":
        return f"site/{digest[:12]}/{name}"
    return f"objects/{sha256[:2]}/{sha256}"


def _contents(files: Files) -> dict[str, str]:
    return {name: entry.get("sha256") or f"-> {entry['link']}" for name, entry in sorted(files.items())}


def _version(info: dict[str, Any]) -> str:
    return str(info.get("ETag") or info.get("etag") or (info.get("created") or info.get("mtime"), info["size"]))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
