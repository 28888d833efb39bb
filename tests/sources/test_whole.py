"""A file or folder takes its place whole or not at all, and what a killed process leaves is gone after the next write."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sources import whole
from sources.whole import Flaw

DIES = """
import os, sys
from pathlib import Path
from typing import Any
from sources import whole
with whole.replacing(Path(sys.argv[1])) as fresh:
    (fresh / "half").touch()
    print("in the middle", flush=True)
    os.kill(os.getpid(), 9)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "staging"
    with whole.replacing(folder) as fresh:
        (fresh / "one").touch()
    with pytest.raises(RuntimeError), whole.replacing(folder) as fresh:
        (fresh / "two").touch()
        raise RuntimeError
    assert names(folder) == ["SHA256SUMS", "one"]
    with whole.replacing(folder) as fresh:
        (fresh / "three").touch()
    assert names(folder) == ["SHA256SUMS", "three"] and names(tmp_path) == ["staging"]
    assert not list(whole.flaws(folder))


def test_folders_change_places_in_one_step_where_the_system_can_and_else_in_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for step, name in enumerate(("first", "second")):
        with whole.replacing(tmp_path / "place") as fresh:
            (fresh / name).touch()
        if not step:
            monkeypatch.setattr(whole, "_exchanged", lambda one, other: False)
    assert names(tmp_path / "place") == ["SHA256SUMS", "second"] and names(tmp_path) == ["place"]
    (tmp_path / "place").rename(tmp_path / ".old-place")  # killed between the two steps
    whole.sweep(tmp_path)
    assert names(tmp_path) == ["place"]


def test_a_killed_process_leaves_the_old_state_and_the_next_write_removes_its_draft(tmp_path: Path) -> None:
    folder = tmp_path / "staging"
    with whole.replacing(folder) as fresh:
        (fresh / "one").touch()
    done = subprocess.run([sys.executable, "-c", DIES, str(folder)], capture_output=True, text=True)
    assert done.returncode == -9 and done.stdout
    assert len(names(tmp_path)) == 2 and names(folder) == ["SHA256SUMS", "one"]
    with whole.replacing_file(tmp_path / "other") as path:
        path.touch()
    assert names(tmp_path) == ["other", "staging"]


def test_a_draft_at_work_is_left_alone(tmp_path: Path) -> None:
    with whole.draft(tmp_path) as one, whole.draft(tmp_path) as other:
        assert one.is_dir() and other.is_dir()
    assert names(tmp_path) == []


def test_another_process_that_sweeps_between_two_steps_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers write beside one another: a draft that is not locked yet, a folder that is moved aside for a moment."""
    made, moved, swept = whole.tempfile.mkdtemp, Path.rename, []

    def mkdtemp(**named: Any) -> str:
        name = made(**named)
        if not swept:
            whole.sweep(tmp_path)
            swept.append(name)
        return name

    def rename(path: Path, target: Path) -> None:
        moved(path, target)
        if target.name.startswith(whole.OLD):
            whole.sweep(tmp_path)
            swept.append(target.name)

    monkeypatch.setattr(whole.tempfile, "mkdtemp", mkdtemp)
    monkeypatch.setattr(Path, "rename", rename)
    monkeypatch.setattr(whole, "_exchanged", lambda one, other: False)
    for name in ("first", "second"):
        with whole.replacing(tmp_path / "place") as fresh:
            (fresh / name).touch()
    assert len(swept) == 2
    assert names(tmp_path / "place") == ["SHA256SUMS", "second"] and names(tmp_path) == ["place"]


def test_a_list_tells_what_changed_came_and_went_and_vouches_for_itself(tmp_path: Path) -> None:
    for name in ("a", "b", "c/d"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    whole.seal(tmp_path)
    if shutil.which("sha256sum"):  # people check releases and backups with it
        checked = subprocess.run(["sha256sum", "--check", "--quiet", whole.SUMS], cwd=tmp_path, capture_output=True, text=True)
        assert checked.returncode == 0 and not checked.stdout, checked
    (tmp_path / "a").write_text("A")
    (tmp_path / "b").unlink()
    (tmp_path / "c" / "e").touch()
    (tmp_path / ".draft-x").mkdir()
    assert set(whole.flaws(tmp_path)) == {
        Flaw(tmp_path / "a", "changed"), Flaw(tmp_path / "b", "missing"), Flaw(tmp_path / "c/e", "unlisted"), Flaw(tmp_path / ".draft-x", "leftover"),
    }  # fmt: skip
    sums = tmp_path / whole.SUMS
    sums.write_text(sums.read_text().replace("  b", "  B"))
    assert list(whole.flaws(tmp_path)) == [Flaw(sums, "bad list")]
