"""The site as it is built: nothing is warned of, every link leads somewhere, nothing is fetched from elsewhere."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from docs.site import build
from tests.docs.markdown import ROOT, pages

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("docs")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    assert build.build(out) == []
    return out


def test_every_page_is_there_in_its_language(site: Path) -> None:
    for page in pages():
        here = page.relative_to(ROOT).with_suffix(".html")
        japanese = page.name.endswith(".ja.md")
        assert (site / ("ja" if japanese else "en") / here).is_file()
        assert not (site / ("en" if japanese else "ja") / here).is_file() or not page.with_name(f"{page.stem}.ja.md").is_file()
    assert '<html lang="ja"' in re.sub(r" class=\S+", "", (site / "ja/docs/index.ja.html").read_text(encoding="utf-8"))


def test_every_page_leads_to_the_other_language_and_stands_in_the_navigation(site: Path) -> None:
    index = (site / "en/docs/index.html").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        if not page.name.endswith(".ja.md"):
            stem = page.relative_to(ROOT).with_suffix("")
            assert f"/ja/{stem}.ja.html" in (site / "en" / stem.with_suffix(".html")).read_text(encoding="utf-8")
            assert page.stem == "index" or f'href="{stem.relative_to("docs")}.html"' in index, stem


def test_a_line_of_japanese_that_ends_in_the_source_goes_on_without_a_space(site: Path) -> None:
    for page in (site / "ja" / "docs").glob("*.html"):
        (article,) = re.findall(r"<article.*?</article>", page.read_text(encoding="utf-8"), re.S)
        assert re.findall(r"[ぁ-ん一-龥、。）]\n[ぁ-んァ-ヶ一-龥（].*", re.sub(r"<pre>.*?</pre>", "", article, flags=re.S)) == [], page.name
    assert "checked, published open data. What it" in (site / "en/docs/index.html").read_text(encoding="utf-8").replace("\n", " ")


def test_a_dead_link_a_missing_anchor_and_a_file_from_elsewhere_are_found(site: Path, tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        (tmp_path / name).write_text('<p id="here">x</p>')
    (tmp_path / "a.html").write_text('<a href="b.html#here">.</a><a href="b.html#gone">.</a><a href="c.html">.</a><a href="https://x.jp">.</a>'
                                     '<script src="https://x.jp/y.js"></script>')
    assert build.dead_links(tmp_path) == ["a.html: there is no b.html#gone", "a.html: c.html leads nowhere", "a.html: fetches https://x.jp/y.js"]


@pytest.mark.browser
def test_it_is_read_on_a_phone_and_searched_without_a_network(site: Path) -> None:
    from tests.chromium import chromium, size, wait

    with _served(site) as address, chromium() as browser:
        for path in ("ja/docs/tutorial.ja.html", "en/docs/reference/configuration.html", "ja/docs/reference/tables.ja.html", "ja/docs/architecture.ja.html"):
            size(browser, 390)
            browser.get(f"{address}/{path}")
            assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth"), path
            assert browser.find_element("css selector", "h1").is_displayed()
        browser.get(f"{address}/ja/search.html?q=単位")
        assert wait(browser, 60, lambda page: page.find_elements("css selector", "#search-results li a"))
        complaints = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
        assert [words for words in complaints if "favicon" not in words] == []


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
