"""The public page in a real Chromium: from files and under a base path, by keyboard, on a phone, in the dark, and for axe-core."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import small_city

from pipelines.home import Home
from tests.chromium import chromium, size

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("run")]

REAL = ("index.html", "en/index.html", "kitakyushu_dx/indicator/digital_service_awareness.html", "en/kitakyushu_dx/indicator/convenience_store_certificates.html")
MADE = ("index.html", "en/index.html", "small_city/indicator/evil.html", "small_city/indicator/visits.html", "en/small_city/indicator/broken.html")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as driver:
        yield driver


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    small_city.build(folder, origin="facsimile").write(folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def served(made: Path) -> Iterator[str]:
    """The site under a base path of a server on this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(made.parent))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{made.name}"
        server.shutdown()


def scheme(browser: Any, name: str) -> None:
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": name}]})


def shown(browser: Any) -> list[list[str]]:
    """The cells of the rows that are shown, in their order."""
    script = (
        "return [...document.querySelectorAll('table.sortable tbody tr')].filter(row => !row.hidden)"
        ".map(row => [...row.cells].map(cell => cell.textContent.trim()))"
    )
    found: list[list[str]] = browser.execute_script(script)
    return found


def test_from_files_and_under_a_base_path_nothing_is_missing_or_refused(browser: Any, made: Path, served: str) -> None:
    size(browser, 1280)
    for start in (made.as_uri(), served):
        for page in MADE:
            browser.get(f"{start}/{page}")
            browser.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
            broken = browser.execute_async_script(
                "const done = arguments[0], all = [...document.images].map(i => { i.loading = 'eager';"
                " return i.decode().then(() => null, () => i.src) }); Promise.all(all).then(found => done(found.filter(Boolean)))"
            )
            assert broken == [], page
            assert browser.execute_script("return getComputedStyle(document.querySelector('.notice')).borderLeftWidth") == "8px"
            assert browser.execute_script("return document.querySelectorAll('script:not([src])').length") == 0
    fetched = browser.execute_script("return performance.getEntriesByType('resource').map(one => one.name)")
    assert fetched and all(address.startswith(served) for address in fetched)
    assert [entry for entry in browser.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")] == []


def test_the_table_sorts_and_filters_by_keyboard(browser: Any, made: Path) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    size(browser, 1280)
    browser.get((made / "index.html").as_uri())
    everything = shown(browser)
    heads = browser.find_elements(By.CSS_SELECTOR, "table.sortable thead th")
    value = heads[4].find_element(By.TAG_NAME, "button")
    words = browser.find_element(By.NAME, "words")
    words.send_keys(Keys.TAB, Keys.TAB)
    browser.switch_to.active_element.send_keys(Keys.TAB)  # the table's region, which arrow keys scroll
    assert browser.switch_to.active_element.get_attribute("role") == "region"
    browser.switch_to.active_element.send_keys(Keys.TAB)
    assert browser.switch_to.active_element == heads[0].find_element(By.TAG_NAME, "button")

    for key, way in ((Keys.ENTER, "ascending"), (Keys.SPACE, "descending")):
        value.send_keys(key)
        assert heads[4].get_attribute("aria-sort") == way
        cells = [row[4] for row in shown(browser)]
        assert cells[-1] == "数値なし"
        numbers = [float(cell.replace(",", "").replace("+", "").rstrip("名件枚時間%")) for cell in cells[:-1]]
        assert numbers == sorted(numbers, reverse=way == "descending")
    heads[1].find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert heads[4].get_attribute("aria-sort") is None and heads[1].get_attribute("aria-sort") == "ascending"
    assert sorted(shown(browser)) == sorted(everything)

    words.send_keys("来館者 2024年度")
    assert [row[1] for row in shown(browser)] == ["来館者数"]
    assert browser.find_element(By.TAG_NAME, "output").text == f"{len(everything)}件のうち1件"
    words.send_keys(Keys.CONTROL, "a", Keys.NULL, Keys.DELETE)
    browser.find_element(By.NAME, "measure").send_keys("目標")
    assert {row[2] for row in shown(browser)} == {"目標"}


def test_without_script_every_row_stands_there(browser: Any, made: Path) -> None:
    from selenium.webdriver.common.by import By

    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get((made / "index.html").as_uri())
        assert not browser.find_element(By.CSS_SELECTOR, "form.tools").is_displayed()
        assert len(browser.find_elements(By.CSS_SELECTOR, "table.sortable tbody tr")) > 10
        browser.find_element(By.CSS_SELECTOR, "a.language").click()
        assert browser.find_element(By.TAG_NAME, "h1").text == "Progress of small_city"
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize("width", [390, 320])
def test_on_a_phone_no_page_scrolls_sideways(browser: Any, made: Path, published: Home, width: int) -> None:
    size(browser, width, 844)
    for root, pages in ((published.site, REAL), (made, MADE)):
        for page in pages:
            browser.get((root / page).as_uri())
            browser.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
            wide, room = browser.execute_script("const page = document.documentElement; return [page.scrollWidth, page.clientWidth]")
            assert wide <= room <= width, page


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing_amiss(browser: Any, made: Path, published: Home, look: str) -> None:
    from axe_core_python.selenium import Axe

    size(browser, 1280)
    scheme(browser, look)
    for root, pages in ((published.site, REAL), (made, MADE)):
        for page in pages:
            browser.get((root / page).as_uri())
            browser.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
            amiss = [
                (found["id"], node["html"], node.get("failureSummary"))
                for found in Axe().run(browser)["violations"]
                for node in found["nodes"]
            ]
            assert amiss == [], page
    scheme(browser, "light")
