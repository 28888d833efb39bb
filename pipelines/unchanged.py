"""Whether a stage has anything to do: what it is made from and what it made, both as they were when it last ended well.

What people write (YAML) is told by its content: a clock set back cannot make an edit look like what was there. Data are told by size and time
of change, as `make` tells them: to see that nothing changed, none are read. What only looks changed is made anew, which costs time and
changes nothing; ``shinchoku run --again`` and the resource setting ``storage.again`` make everything anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.code_version import code_version
from pipelines.home import MADE, Home
from pipelines.resources import Reader, Storage
from sources import whole
from sources.registry import Edition, Registry
from sources.versions import program_version

PARTS = "parts"
State = list[tuple[str, int, int | str]]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of one edition, or of all: where it notes how it ended, what it is made from (a digest), and what it makes."""

    receipt: Path
    made_from: str
    outputs: tuple[Path, ...]
    root: Path

    def unchanged(self, context: dg.AssetExecutionContext, storage: Storage) -> dict[str, Any] | None:
        """What is told of a stage that has nothing to do: it ended well, and nothing has changed since. None where it has to be done."""
        if storage.again:
            return None
        try:
            noted = json.loads(self.receipt.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(noted, dict) or noted.get("from") != self.made_from or noted.get("made") != _digest(state(self.outputs, self.root)):
            return None
        context.log.info("unchanged / 変更なし")
        return {
            "変更なし / unchanged": "前回から何も変わっていないため、作り直していません / nothing has changed, so it was not made anew",
            "作成した実行 / made by": dg.MetadataValue.dagster_run(noted["run"]),
            **dg.deserialize_value(noted["told"], dict),
        }

    def ended(self, context: dg.AssetExecutionContext, told: Mapping[str, Any]) -> dict[str, Any]:
        """Note that the stage ended well, with what the UI shows of it then and again where nothing changes, which is returned.

        Links and paths depend on where the data folder is at the time: they are no part of it.
        """
        shown = dg.serialize_value(dict(told))
        noted = {"from": self.made_from, "made": _digest(state(self.outputs, self.root)), "run": context.run.run_id, "told": shown}
        with whole.replacing_file(self.receipt) as beside:
            beside.write_text(json.dumps(noted, ensure_ascii=False) + "\n", encoding="utf-8")
        return dict(told)


def stage(home: Home, name: str, code: Iterable[str], inputs: Iterable[Path], outputs: Iterable[Path], settings: Any = None) -> Stage:
    made_from = _digest([list(code), settings, state(inputs, home.root)])
    return Stage(home.root / MADE / f"{name}.json", made_from, tuple(outputs), home.root)


def forget(home: Home, editions: Iterable[str]) -> None:
    """Let every stage of these editions, and of what is made from all, be done anew."""
    names = set(editions)
    shutil.rmtree(home.root / MADE / PARTS, ignore_errors=True)
    for receipt in (home.root / MADE).glob("*.json"):
        _, _, edition = receipt.stem.partition(".")
        if not edition or edition in names:
            receipt.unlink(missing_ok=True)


def parts(home: Home, stage: str, storage: Storage) -> Path:
    """Where a stage keeps what it made of each series for the next publication; emptied where everything is to be made anew."""
    folder = home.root / MADE / PARTS / stage
    if storage.again:
        shutil.rmtree(folder, ignore_errors=True)
    return folder


def state(paths: Iterable[Path], root: Path) -> State:
    """Each file under the paths with its size and the time of its last change (nanoseconds), or the sha256 of YAML; a path that is not there says so.

    What lies in the data folder is named from there, so that a copy that keeps the times is the same.
    """
    found: State = []
    for path in paths:
        name = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
        found += sorted(_files(str(path), name)) or [(name, -1, 0)]
    return found


def _files(path: str, name: str) -> Iterator[tuple[str, int, int | str]]:
    try:
        entries = sorted(os.scandir(path), key=lambda entry: entry.name)
    except NotADirectoryError:
        yield name, *_stamp(path, Path(path).stat())
        return
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_symlink():  # "latest" among the exports
            yield f"{name}/{entry.name} -> {Path(entry.path).readlink()}", 0, 0
        elif entry.is_dir():
            yield from _files(entry.path, f"{name}/{entry.name}")
        elif not entry.name.startswith("."):
            yield f"{name}/{entry.name}", *_stamp(entry.path, entry.stat())


def _stamp(path: str, stat: os.stat_result) -> tuple[int, int | str]:
    return stat.st_size, whole.sha256(Path(path)) if path.endswith(".yaml") else stat.st_mtime_ns


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, default=str, sort_keys=True).encode()).hexdigest()


# -- the stages --------------------------------------------------------------------------------------------------------


def report_file(edition: Edition, home: Home) -> Stage:
    return stage(home, f"report_file.{edition.edition_id}", (), [edition.report], [], [edition.sha256])


def figures(edition: Edition, home: Home, reader: Reader) -> Stage:
    from sources.pdf import ocr

    settings = {
        "file": [edition.sha256, edition.fiscal_year],
        "reader": [repr(reader.limits()), reader.ocr_mode, ocr.available()],
        "settled": edition.decisions.model_dump(mode="json", include={"acknowledgements"}),
    }
    staging = home.staging(edition.edition_id)
    made = [staging / name for name in ("reading.json", "box_text.json", "figure.parquet", "ledger.parquet")]
    code = (code_version("figures"), code_version("observations"))
    return stage(home, f"figures.{edition.edition_id}", code, [edition.report], [home.pages(edition.edition_id), *made], settings)


def observations(edition: Edition, home: Home) -> Stage:
    staging = home.staging(edition.edition_id)
    read = [staging / name for name in ("reading.json", "box_text.json", "figure.parquet", "ledger.parquet")]
    before = edition.series.previous(edition)
    known = [home.accepted(before.edition_id)] if before else []
    made = [staging / name for name in ("observation.parquet", "statement.parquet", "matching.json", "results.json")]
    return stage(home, f"observations.{edition.edition_id}", (program_version(),), [*read, *_said(edition), *known], made)


def review_page(edition: Edition, home: Home) -> Stage:
    shown = [home.staging(edition.edition_id), home.pages(edition.edition_id), *_said(edition)]
    others = [home.accepted(other.edition_id) for other in edition.series.editions.values()]
    made = [home.review(edition.edition_id)]
    return stage(home, f"review_page.{edition.edition_id}", (program_version(),), [*shown, *others], made)


def accepted_edition(edition: Edition, home: Home) -> Stage:
    inputs = [home.staging(edition.edition_id), *_said(edition)]
    return stage(home, f"accepted_edition.{edition.edition_id}", (program_version(),), inputs, [home.accepted(edition.edition_id)])


def results_page(registry: Registry, home: Home) -> Stage:
    judged = [home.staging(name) / "results.json" for name in registry.editions]
    return stage(home, "results_page", (program_version(),), [*judged, *_registered(registry)], [home.results.parent])


def warehouse(registry: Registry, home: Home) -> Stage:
    accepted = [home.accepted(name) for name in registry.editions]
    return stage(home, "warehouse", (program_version(),), [*accepted, *_registered(registry)], [home.warehouse])


def exports(registry: Registry, home: Home, keep: int | None) -> Stage:
    accepted = [home.accepted(name) / "edition.json" for name in registry.editions]
    return stage(home, "exports", (program_version(),), [home.warehouse, *accepted, *_registered(registry)], [home.exports], keep)


def site(registry: Registry, home: Home) -> Stage:
    pictures = [path for name in registry.editions for path in (home.pages(name), home.staging(name) / "reading.json")]
    latest = (home.exports / "latest").resolve()
    return stage(home, "site", (program_version(),), [home.warehouse, latest, *pictures, *_registered(registry)], [home.site])


def _said(edition: Edition) -> list[Path]:
    """What people wrote about an edition and its series."""
    names = ("series.yaml", "indicators.yaml", *(f"editions/{edition.id}/{name}.yaml" for name in ("edition", "decisions", "errata")))
    return [folder / name for folder in edition.series.folders for name in names]


def _registered(registry: Registry) -> list[Path]:
    """Everything that people wrote about series and editions."""
    return sorted(path for series in registry for folder in series.folders for path in folder.rglob("*.yaml"))
