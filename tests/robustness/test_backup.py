"""The commands of docs/backup.md, run as they stand, bring back every byte; and what the public sees can be made anew from the series alone."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.verification import verify
from tests.robustness.conftest import shinchoku
from tests.robustness.kills import tree

pytestmark = pytest.mark.xdist_group("robustness")
DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: Path) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)


def typed(block: str, folder: Path) -> str:
    """What a shell prints for a block of commands, each of which must succeed."""
    script = f'set -e\nshinchoku() {{ "{sys.executable}" -m pipelines.cli "$@"; }}\n{block}'
    return subprocess.run(["sh", "-c", script], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_both_languages_give_the_same_commands() -> None:
    assert blocks(DOCS / "backup.md") == blocks(DOCS / "backup.ja.md")


def test_a_backup_is_restored_byte_for_byte(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home.root.parent
    back_up, restore = blocks(DOCS / "backup.md")
    (home.root / "exports" / "releases" / ".draft-half").mkdir()  # a run is at work
    (home.root / "exports" / "releases" / ".draft-half" / "x").touch()
    monkeypatch.setenv("PYTHONPATH", str(DOCS.parent))
    typed(back_up, folder)
    shutil.rmtree(home.root / "exports" / "releases" / ".draft-half")
    before = {name: digest for name, digest in tree(folder).items() if name.startswith(("home", "series"))}
    times = {path.name: path.stat().st_mtime_ns // 10**9 for path in (home.exports / "releases").iterdir()}
    shutil.rmtree(home.root)
    shutil.rmtree(folder / "series")
    assert "すべて記録どおりです" in typed(restore, folder)
    assert {name: digest for name, digest in tree(folder).items() if name.startswith(("home", "series"))} == before
    assert {path.name: path.stat().st_mtime_ns // 10**9 for path in (home.exports / "releases").iterdir()} == times


@pytest.mark.slow
def test_what_is_public_comes_back_from_the_series_alone(home: Home) -> None:
    before = (home.exports / "latest").resolve().name
    shutil.rmtree(home.root)
    shinchoku("run", "--edition", "madeup_city-R6")
    assert (home.exports / "latest").resolve().name == before, "the name says what is in it"
    assert verify(home).faults == []
