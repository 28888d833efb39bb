"""A data engineer before the Dagster UI, in a real Chromium: clicks an edition through, and finds out what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.chromium import PATIENCE, button, chromium, click, says, size, text, wait
from tests.ui.served import dagster_ui, look_at_check
from tests.warehouse.review_case import write_series

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("dagster ui")]  # so that the UI is started once
EDITION = "mihon_dx-R7"


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("ui")
    with dagster_ui(root / "home", write_series(root / "series")) as address:
        yield address
    print((root / "ui.log").read_text()[-3000:])  # noqa: T201  # seen where a test fails


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium(1500, 1100) as driver:
        size(driver, 1500, 1100)
        yield driver


@pytest.fixture(scope="module")
def clicked(ui: str, browser: Any) -> str:
    """The address of the UI, after an edition was read by clicking."""
    browser.get(f"{ui}/locations/shinchoku/jobs/ingest")
    click(browser, button("Materialize all"))
    says(browser, "Launch runs to materialize 5 assets")
    click(browser, "//input[contains(@placeholder, 'partition')] | //*[contains(text(), 'Select a partition')]")
    click(browser, text(EDITION))
    browser.switch_to.active_element.send_keys("\ue00c")
    click(browser, button("Launch 1 run"))
    wait(browser, PATIENCE, lambda page: "Launch runs" not in page.find_element("tag name", "body").text, "the run is not launched")
    browser.get(f"{ui}/runs")
    says(browser, EDITION, "Success")
    return ui


def test_a_failed_check_explains_itself(clicked: str, browser: Any) -> None:
    browser.get(f"{clicked}/assets/observations?view=checks")
    look_at_check(browser, "unit_changed")
    page = says(browser, "Latest execution", "Failed", EDITION)
    told = (
        "エラー：公開を止めます", "an error: keeps the edition from being published",  # how much it matters
        "1件中1件が適合しません", "1 of 1",  # how many
        "の1,310枚の単位「枚」は、指標の単位と違います", "the unit '枚' of 1,310枚 is not that of reservations",  # an example
        "対応 / What to do", "decisions.yaml の記述で決めます", "Decide by the lines for decisions.yaml",
    )  # fmt: skip
    assert [words for words in told if words not in page] == []

    look_at_check(browser, "new")
    says(browser, """「<b>ロボット & "相談"</b>」12施設は""")  # text of the report is text
    assert browser.find_elements("xpath", "//li[contains(., '12施設')]//b") == []

    click(browser, text(f"/review/{EDITION}.html"))
    browser.switch_to.window(browser.window_handles[-1])
    says(browser, "1,310枚", "確認ページ")
    browser.close()
    browser.switch_to.window(browser.window_handles[0])


def test_what_was_read_is_shown_with_a_picture_of_each_spot(clicked: str, browser: Any) -> None:
    browser.get(f"{clicked}/assets/figures?view=events&partition={EDITION}")
    says(browser, EDITION, "sha256")
    click(browser, text("[Show Markdown]"))
    says(browser, "1,310枚", "窓口予約", "水準 / level")
    widths = "return [...document.querySelectorAll('table img')].map(one => one.complete ? one.naturalWidth : 0)"
    spots = wait(browser, PATIENCE, lambda page: page.execute_script(widths))
    assert len(spots) == 9 and min(spots) > 10
