"""Some of the points at which kills.py ends the real process, of each scenario; hundreds by ``python -m tests.robustness.kills --points 40``."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.robustness.kills import REFUSALS, SCENARIOS, Harness, WrongError, look, points, tree

POINTS = 3
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kills")]


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    with pytest.MonkeyPatch.context() as patch:  # the harness lets readings of a PDF be done once, in this process too
        from pipelines import spots
        from sources import reading

        patch.setattr(reading, "read_report", reading.read_report)
        patch.setattr(spots, "draw_pages", spots.draw_pages)
        yield Harness(tmp_path_factory.mktemp("kills"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_process_killed_at_any_step_does_no_harm(name: str, harness: Harness) -> None:
    case = harness.case(name)
    assert case.steps > 50 and case.before != case.after
    killed = [harness.point(case, number, later) for number, later in points(case.steps, POINTS, random.Random(8))]
    assert killed[0] and sum(killed) >= POINTS - 1, "one that is killed a moment later may have ended before"


@pytest.mark.parametrize("how", REFUSALS)
@pytest.mark.parametrize("name", ["intake", "accept"])
def test_a_full_disk_or_a_read_only_folder_from_any_step_on_does_no_harm(name: str, how: str, harness: Harness) -> None:
    case = harness.case(name)
    refused = [harness.point(case, number, how=how) for number, _ in points(case.steps, POINTS, random.Random(8))]
    assert all(refused), "each was told what to do"


def test_between_the_data_of_a_stage_and_its_note_as_well(harness: Harness) -> None:
    """The note says that nothing need be made anew: killed before, while and after it is written, the next run leaves nothing half done."""
    case = harness.case("accept")
    notes = [number for number, step in enumerate(case.taken, start=1) if "/.made/" in step]
    assert len(notes) >= 8
    for number in (notes[0], notes[len(notes) // 2], notes[-1]):
        assert harness.point(case, number)


def test_what_a_kill_must_not_leave_is_seen(harness: Harness) -> None:
    case = harness.case("intake")
    harness.begin(case.start)
    (page,) = (harness.place / "home" / "site").glob("index.html")
    page.write_text("half")
    with pytest.raises(WrongError, match="site is neither"):
        look(harness.place, case.before, case.after)
    assert tree(harness.place) != case.after
