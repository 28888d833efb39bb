"""The pages of a city whose every text is an attack, in a real Chromium: nothing runs, nothing leaves, no policy is broken by the page itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines import desk
from pipelines.home import Home
from tests.chromium import chromium, wait
from tests.security import attacked

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("attacked")]
EDITION = "attack_city-R7"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


def look(browser: Any, address: str) -> str:
    """Open a page, unfold and hover all of it, and see that it only showed itself; its text."""
    from selenium.common.exceptions import NoAlertPresentException

    browser.get_log("browser")
    browser.get(address)
    browser.execute_script(
        "document.querySelectorAll('details').forEach(one => one.open = true);"
        "document.querySelectorAll('img').forEach(one => { one.loading = 'eager'; });"
        "document.querySelectorAll('a, td, b, rect, button').forEach(one => {"
        " for (const kind of ['mouseover', 'focus', 'error', 'load']) one.dispatchEvent(new Event(kind)); });"
    )
    with pytest.raises(NoAlertPresentException):
        browser.switch_to.alert  # noqa: B018 - looking at it is the question
    assert browser.execute_script("return window.owned === undefined")
    asked = browser.execute_script("return performance.getEntriesByType('resource').map(one => one.name)")
    own = address.split("/", 3)[:3]
    assert [name for name in asked if name.split("/", 3)[:3] != own and not name.startswith("data:")] == []
    assert [entry for entry in browser.get_log("browser") if "favicon" not in entry["message"]] == []
    text: str = browser.execute_script("return document.body.textContent")
    return text


def test_pages_as_files(browser: Any, attacked_home: Home, tmp_path: Path) -> None:
    from sources.explain import explain
    from sources.registry import load

    explain(load().edition(EDITION).report, 2, tmp_path / "page.html")
    site = attacked_home.site
    pages = [attacked_home.review(EDITION), attacked_home.root / "results" / "index.html", tmp_path / "page.html", site / "index.html", site / "en" / "index.html"]
    for page in (*pages, site / "attack_city" / "indicator" / "i00.html"):
        text = look(browser, page.as_uri())
        assert attacked.LABELS[0] in text, page


def test_the_served_review(browser: Any, attacked_home: Home) -> None:
    server = desk.serve(EDITION, attacked_home)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        text = look(browser, server.url)
        assert attacked.LABELS[0] in text and "<b>新しい</b>" in text
        drawn = "return [...document.images].every(one => one.complete && one.naturalWidth > 0)"
        assert wait(browser, 20, lambda here: here.execute_script(drawn), "its pictures")
    finally:
        server.shutdown()
        server.server_close()


def test_a_policy_holds_even_where_escaping_would_fail(browser: Any, attacked_home: Home, tmp_path: Path) -> None:
    """A script, an event and a picture from outside, put into the finished page by hand."""
    for page in (attacked_home.review(EDITION), attacked_home.root / "results" / "index.html"):
        planted = tmp_path / "planted.html"
        harm = "<main><script>window.owned = 1</script><img src=x onerror='window.owned = 1'><img src='http://127.0.0.1:9/x'>"
        planted.write_text(page.read_text("utf-8").replace("<main>", harm, 1), encoding="utf-8")
        browser.get(planted.as_uri())
        assert browser.execute_script("return window.owned === undefined")
        said = " ".join(entry["message"] for entry in browser.get_log("browser"))
        assert said.count("Content Security Policy") >= 3
