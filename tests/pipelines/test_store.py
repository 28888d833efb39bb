"""What a data folder at an address promises, held against the folder of this machine, memory and a real S3 server (moto's, a process)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pipelines.acceptance import withdraw
from pipelines.home import Home
from pipelines.run import run
from pipelines.store import Store, store
from sources.errors import ShinchokuError
from sources.registry import load
from tests.test_end_to_end import contents

RUNS = pytest.mark.xdist_group("run")
NUMBER = count(1)


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """A bucket on moto's server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"{address}/moto-api/data.json").close()
                break
            except OSError:
                assert server.poll() is None and time.monotonic() < deadline, "moto's server does not start"
                time.sleep(0.05)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {"AWS_ENDPOINT_URL": address, "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test",
                                "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}.items():  # fmt: skip
                patch.setenv(name, value)
            import s3fs

            s3fs.S3FileSystem().mkdir("shinchoku")
            yield "s3://shinchoku"
    finally:
        server.kill()
        server.wait()


@pytest.fixture(params=["memory", "s3"])
def address(request: pytest.FixtureRequest) -> str:
    """An address with nothing at it."""
    root = request.getfixturevalue("s3") if request.param == "s3" else "memory://shinchoku"
    return f"{root}/{os.getpid()}-{next(NUMBER)}"


def machine(address: str, folder: Path) -> Home:
    """The data folder as another machine sees it: with a working copy of its own."""
    return Home(folder, store.__wrapped__(address, folder))


def objects(home: Home) -> dict[str, Any]:
    assert home.store
    found = home.store.filesystem.find(home.store.base, detail=True)
    return {name.removeprefix(home.store.base): (info.get("LastModified"), info.get("created"), info.get("ETag")) for name, info in found.items()}


def write(home: Home, text: str, edition: str = "a-R1") -> None:
    with home.working():
        folder = home.accepted(edition)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "one.txt").write_text(text)
        (folder / "two.txt").write_text(text * 2)


def read(home: Home, edition: str = "a-R1") -> str:
    with home.working():
        one, two = ((home.accepted(edition) / name).read_text() for name in ("one.txt", "two.txt"))
    assert two == one * 2, "half of an old state and half of a new one"
    return one


def test_what_one_machine_wrote_another_reads(address: str, tmp_path: Path) -> None:
    here, there = machine(address, tmp_path / "here"), machine(address, tmp_path / "there")
    write(here, "first")
    assert read(there) == "first"
    write(there, "second")
    assert read(here) == "second"
    with here.working():
        (here.accepted("a-R1") / "two.txt").unlink()
    with there.working():
        assert [path.name for path in there.accepted("a-R1").iterdir()] == ["one.txt"]


def test_work_on_one_series_fetches_what_concerns_it_and_no_other(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = machine(address, tmp_path / "here"), machine(address, tmp_path / "there")
    with here.working():
        for name in ("a", "b"):
            (here.root / "series" / name).mkdir(parents=True)
            (here.root / "series" / name / "series.yaml").write_text(f"id: {name}")
    write(here, "first")
    write(here, "other", "b-R1")
    assert there.store
    asked: list[str] = []
    monkeypatch.setattr(there.store.filesystem, "find", lambda path, **_: asked.append(path) or {})
    with there.working("a"):
        assert (there.accepted("a-R1") / "one.txt").read_text() == "first"
        (there.accepted("a-R1") / "one.txt").write_text("second")
        (there.accepted("a-R1") / "two.txt").write_text("second" * 2)
        assert not there.staging("a-R1").exists(), "what is not there is not there"
    monkeypatch.undo()
    assert asked == [] and [path.name for path in (there.root / "series").iterdir()] == ["a"]
    assert not (there.root / "accepted" / "b-R1").exists()
    assert read(here) == "second" and read(here, "b-R1") == "other"
    with there.working():
        assert {path.name for path in (there.root / "series").iterdir()} == {"a", "b"}


def test_work_that_changes_nothing_sends_nothing_and_only_new_files_are_sent(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = machine(address, tmp_path)
    write(home, "first")
    before = objects(home)
    write(home, "first")
    assert read(home) == "first"
    assert objects(home) == before
    with home.working():
        (home.accepted("a-R1") / "two.txt").write_text("other")
    after = objects(home)
    assert {name for name in after if after[name] != before.get(name) and name.startswith("/objects")} == after.keys() - before.keys()
    assert len(after.keys() - before.keys()) == 1


def test_killed_before_the_pointer_readers_see_the_old_state_and_the_next_run_repairs(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = machine(address, tmp_path / "here"), machine(address, tmp_path / "there")
    write(here, "first")

    def killed(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_swap", killed)
        with pytest.raises(KeyboardInterrupt):
            write(here, "second")
    assert read(there) == "first"
    write(machine(address, tmp_path / "here"), "second")
    assert read(there) == "second"


DIE = """
import os, signal, sys
from pathlib import Path
from pipelines.store import Store
from tests.pipelines.test_store import machine, write
Store._swap = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
write(machine(sys.argv[1], Path(sys.argv[2])), "second")
"""


def test_a_process_that_is_killed_while_sending_leaves_the_old_state(s3: str, tmp_path: Path) -> None:
    address = f"{s3}/killed-{os.getpid()}"
    here, there = machine(address, tmp_path / "here"), machine(address, tmp_path / "there")
    write(here, "first")
    before = objects(here)
    died = subprocess.run([sys.executable, "-c", DIE, address, str(tmp_path / "here")], check=False)
    assert died.returncode == -signal.SIGKILL
    assert objects(here).keys() > before.keys()  # it had come as far as the pointer
    assert read(there) == "first"
    write(here, "second")
    assert read(there) == "second"


def test_who_comes_second_is_told_and_overwrites_nothing(address: str, tmp_path: Path) -> None:
    here, there = machine(address, tmp_path / "here"), machine(address, tmp_path / "there")
    write(here, "first")
    with pytest.raises(ShinchokuError, match="accepted/a-R1 was written by somebody else"), there.working():
        (there.accepted("a-R1") / "one.txt").write_text("late")
        write(here, "second")
    assert read(here) == "second"
    assert read(there) == "second"
    assert [path.read_text() for path in there.root.glob(".store/unsent/**/one.txt")] == ["late"]
    with pytest.raises(ShinchokuError, match="accepted/new"), there.working():
        there.accepted("new").mkdir(parents=True)
        (there.accepted("new") / "one.txt").write_text("late")
        write(here, "first", "new")
    assert read(here, "new") == "first"


def test_a_damaged_file_is_refused(address: str, tmp_path: Path) -> None:
    home = machine(address, tmp_path / "here")
    write(home, "first")
    assert home.store
    stored = next(name for name in home.store.filesystem.find(f"{home.store.base}/objects"))
    home.store.filesystem.pipe_file(stored, b"damaged")
    with pytest.raises(ShinchokuError, match="is damaged"):
        read(machine(address, tmp_path / "there"))


@RUNS
@pytest.mark.slow
def test_a_run_publishes_the_same_bytes_as_on_this_machine(
    address: str, published: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHINCHOKU_HOME", address)
    monkeypatch.setenv("SHINCHOKU_CACHE", str(tmp_path))
    assert run().exit_code == 0
    there = machine(address, tmp_path / "there")
    with there.working():
        assert contents(there.exports) == contents(published.exports)
        assert (there.exports / "latest").readlink() == (published.exports / "latest").readlink()
        assert contents(there.site) == contents(published.site)
        assert contents(there.accepted("kitakyushu_dx-R6")) == contents(published.accepted("kitakyushu_dx-R6"))
        assert there.review("kitakyushu_dx-R6").read_text() and there.results.exists() and there.warehouse.exists()
    before = objects(there)
    assert run().exit_code == 0
    changed = {name for name, state in objects(there).items() if state != before.get(name)}
    assert not changed
    # What a person says of an edition lies in the series, which goes to the address too; nothing is written to the code.
    withdraw(load().edition("kitakyushu_dx-R6"), Home.find(), "a person", "for a test")
    there.refresh()
    assert "withdrawn" in (there.root / "series/kitakyushu_dx/editions/R6/edition.yaml").read_text()


def test_an_address_without_its_package_names_the_remedy(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['s3fs'] = None\n"
        "from pipelines.home import Home\nfrom sources.errors import ShinchokuError\n"
        "try: Home.find('s3://bucket/without')\n"
        "except ShinchokuError as error: print(error)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.count(".venv/bin/pip install -c constraints.txt -e '.[s3]'") == 2
    with pytest.raises(ShinchokuError, match="nosuch"):
        store.__wrapped__("nosuch://bucket", tmp_path)


def test_a_store_that_does_not_answer_is_one_clear_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = machine("memory://away", tmp_path)
    assert home.store
    monkeypatch.setattr(home.store, "filesystem", None)
    with pytest.raises(ShinchokuError, match="memory://away"), home.working():
        pass


def test_a_folder_of_this_machine_needs_no_fsspec() -> None:
    code = "import sys; from pipelines.home import Home; h = Home.find('x'); h.exports, h.refresh(); sys.exit('fsspec' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
