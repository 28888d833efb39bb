"""What tests of several folders share: paths, what the children that open PDFs answered, and the bundled report as read and as published."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.home import Home
from sources import child
from sources.reading import read_report
from sources.records import Reading
from tests.answers import kept

ROOT = Path(__file__).parent.parent
REPORT = ROOT / "sources" / "series" / "kitakyushu_dx" / "editions" / "R6" / "report.pdf"
# No test writes into the history or data of the person who runs it, or reads their series: the docs have them exported in a shell.
for name in [name for name in os.environ if name.startswith(("DAGSTER_HOME", "SHINCHOKU_")) and name != "SHINCHOKU_CKAN_VENV"]:
    del os.environ[name]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A pytest that does not suit pytest-xdist passes over its groups without a word: let it say one."""
    apart = [item.nodeid for item in items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid]
    if apart and getattr(config.option, "loadgroup", False):
        raise pytest.UsageError(f"{apart[0]} is not kept with its group: install the pytest and pytest-xdist of constraints.txt")


@pytest.fixture(scope="session", autouse=True)
def every_pdf_is_opened_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The folder of the run, which the workers share, keeps what the children answered; the next run has another."""
    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    answers = kept(child.answers, folder / "answers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sources.reading.answers", answers)
        patch.setattr("sources.drawing.answers", answers)
        yield


@pytest.fixture(scope="session")
def report() -> Path:
    return REPORT


@pytest.fixture(scope="session")
def reading(report: Path) -> Reading:
    """The R6 report, read with nothing but its fiscal year."""
    return read_report(report, fiscal_year=2024)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A data folder after `shinchoku run` over the R6 report, whatever other series were added. Tests that need it share one worker (xdist_group "run")."""
    home = Home.find(tmp_path_factory.mktemp("published"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHINCHOKU_HOME", str(home.root))
        patch.delenv("SHINCHOKU_SERIES", raising=False)
        from pipelines.run import run

        outcome = run(["kitakyushu_dx-R6"])
    assert outcome.exit_code == 0, (outcome.unreadable, outcome.refused)
    return home


@pytest.fixture
def update_snapshots() -> bool:
    """Whether to write snapshots anew: UPDATE_SNAPSHOTS=1 make test, then look at the difference."""
    return bool(os.environ.get("UPDATE_SNAPSHOTS"))
