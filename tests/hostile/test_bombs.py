"""A file made to stop a reader ends in figures, none, or an error that names it, and leaves nothing behind."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sources import child, worker
from sources.child import Limits, TooLongError
from sources.drawing import draw_pages
from sources.errors import ShinchokuError
from sources.reading import read_report
from tests.hostile import bombs

LIMITS = Limits(memory=1024, seconds=20, page_seconds=2, pages=50, pixels=1_000_000)
# These run into the limits on time or memory, which takes as long as the limit allows.
LONG = {"deflated_thrice", "form_that_draws_itself", "forms_by_the_power_of_ten", "a_million_operators", "states_that_are_never_left"}
BOMBS = [pytest.param(bomb, id=bomb.__name__, marks=[pytest.mark.slow] * (bomb.__name__ in LONG)) for bomb in bombs.BOMBS]


def children(of: str = "self") -> set[str]:
    """The processes that one started and has not seen the end of, where the system tells."""
    return {pid for task in Path(f"/proc/{of}/task").glob("*/children") for pid in task.read_text().split()}


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """What waits for the next file has nothing under way, and ends when it is told to."""
    child.dismiss()
    before = children()
    yield
    assert {pid for waiting in children() - before for pid in children(waiting)} == set()
    child.dismiss()
    assert children() <= before


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder / "report.pdf"


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_ends_alone(bomb: object, file: Path, tmp_path: Path) -> None:
    file.write_bytes(bomb())  # type: ignore[operator]
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    try:
        reading = read_report(file, limits=LIMITS, ocr="off")
        assert {f.raw for f in reading.figures} <= {"1,234"}
    except ShinchokuError as error:
        assert str(file) in error.en and str(file) in error.ja and "Traceback" not in error.en
    try:
        draw_pages(file, {1: []}, pictures, limits=LIMITS)
        assert (pictures / "p01.webp").stat().st_size > 0
    except ShinchokuError as error:
        assert str(file) in error.en and str(file) in error.ja and "Traceback" not in error.en
    assert [p.name for p in file.parent.iterdir()] == ["report.pdf"]


def test_the_harmless_file_of_the_same_make_is_read(file: Path) -> None:
    file.write_bytes(bombs.harmless())
    assert [(f.raw, str(f.value)) for f in read_report(file, limits=LIMITS, ocr="off").figures] == [("1,234", "1234")]


def test_nothing_in_a_file_is_followed(file: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        file.write_bytes(bombs.what_acts_when_it_is_opened().replace(b"127.0.0.1:9/", b"127.0.0.1:%d/" % server.getsockname()[1]))
        assert [f.raw for f in read_report(file, limits=LIMITS, ocr="off").figures] == ["1,234"]
        draw_pages(file, {1: []}, tmp_path, limits=LIMITS)
        with pytest.raises(TimeoutError):
            server.accept()
    assert not list(tmp_path.rglob("*opened*")) and not Path("opened").exists()


def test_a_picture_of_a_page_keeps_to_its_pixels(file: Path, tmp_path: Path) -> None:
    from PIL import Image

    file.write_bytes(bombs.harmless())
    draw_pages(file, {1: []}, tmp_path, dpi=2000, limits=LIMITS)
    with Image.open(tmp_path / "p01.webp") as image:
        assert 900_000 < image.width * image.height <= 1_010_000


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    file.write_bytes(bombs.blank(2))
    monkeypatch.setenv("SHINCHOKU_READ_PAGES", "1")
    with pytest.raises(ShinchokuError, match="SHINCHOKU_READ_PAGES"):
        read_report(file)
    monkeypatch.setenv("SHINCHOKU_READ_PAGES", "-1")
    with pytest.raises(ShinchokuError, match="whole number above zero"):
        read_report(file)


def test_an_answer_that_is_no_answer_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "babbling.py").write_text("import sys\nprint('{\"page\": 1')\nsys.stderr.write('x' * 1_000_000 + '\\nlast words')\n")
    monkeypatch.syspath_prepend(tmp_path)
    from sources.child import answers

    with pytest.raises(ShinchokuError, match="last words"):
        list(answers("babbling", Path("report.pdf"), {}, LIMITS))


def test_a_child_ends_with_whoever_stops_listening(file: Path) -> None:
    file.write_bytes(bombs.blank(40))
    from sources.child import answers

    before = children()
    said = answers("sources.worker", file, {"pages": None, "fiscal_year": None, "ocr": "off", "trace": False}, LIMITS)
    assert "head" in next(said)
    (waiting,) = children() - before
    assert len(children(waiting)) == 1
    said.close()  # type: ignore[attr-defined]
    assert children() == before


LEAVES = """
import os, signal
from sources.child import answer, serve
def do(order, limits):
    answer({"pid": os.getpid(), "parent": os.getppid(), "seen": os.environ.get("SEEN"), "here": os.listdir()})
    os.environ["SEEN"] = order["path"]
    if order["path"] == "b.pdf":
        print('{"half', end="", flush=True)
        os.kill(os.getpid(), signal.SIGSEGV)
serve(do, "wave")
"""


def test_no_file_meets_what_another_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One child does order after order, each by a fork; where one broke off, the next order has a child of its own."""
    (tmp_path / "leaves.py").write_text(LEAVES)
    monkeypatch.syspath_prepend(tmp_path)

    def ask(name: str) -> dict[str, Any]:
        return next(iter(list(child.answers("leaves", Path(name), {}, LIMITS))))

    told = [ask("a.pdf")]
    (there := tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(there)
    told.append(ask("a.pdf"))
    with pytest.raises(ShinchokuError, match=r"^b\.pdf: reading broke off \(exit -11"):
        ask("b.pdf")
    told.append(ask("c.pdf"))
    assert [one["seen"] for one in told] == [None] * 3 and len({one["pid"] for one in told}) == 3
    first, second, third = (one["parent"] for one in told)
    assert first == second != third
    assert told[1]["here"] == []


def test_the_child_imports_nothing_from_where_it_is_started(file: Path, tmp_path: Path) -> None:
    """A file named like a module beside a dropped report is not run."""
    file.write_bytes(bombs.harmless())
    (file.parent / "json.py").write_text("raise SystemExit('taken over')")
    code = "from pathlib import Path; from sources.reading import read_report; print(len(read_report(Path('report.pdf'), ocr='off').figures))"
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=file.parent, env={"PYTHONPATH": str(root), "PATH": ""}, capture_output=True, text=True
    )
    assert done.stdout.strip() == "1", done.stderr[-500:]


def test_a_first_page_that_takes_too_long_is_looked_at_once(
    report: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    looked: list[int] = []

    def look(eyes: worker.Eyes, source: object, number: int) -> worker.Sight:
        looked.append(number)
        raise TooLongError

    monkeypatch.setattr(worker.Eyes, "look", look)
    worker.run({"path": str(report), "pages": [1, 2], "ocr": "off", "fiscal_year": None, "trace": False}, LIMITS)
    assert looked == [1, 2]
    pages = [json.loads(line)["page"] for line in capsys.readouterr().out.splitlines() if '"page":' in line]
    assert [page["warnings"] for page in pages] == [[f"page {n}: not read, it took longer than 2 s"] for n in (1, 2)]
