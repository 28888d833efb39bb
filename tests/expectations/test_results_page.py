"""The pages about rules: complete, offline, and safe with whatever a report prints."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from expectations.results_page import write_results_page
from expectations.rules import RuleResult
from sources import registry
from sources.registry import Edition


class Page(HTMLParser):
    """The tags, ids and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def written(results: list[RuleResult], folder: Path) -> tuple[str, Page]:
    out = write_results_page(folder / "results" / "index.html", [(registry.load().edition("kitakyushu_dx-R6"), results)])
    html = out.read_text(encoding="utf-8")
    return html, Page(html)


def test_every_rule_is_on_the_page_with_its_result(edition, tmp_path: Path) -> None:
    edition.figures[6]["value"] = edition.figures[6]["value"] * 100
    results = list(edition.judged().values())
    _, page = written(results, tmp_path)
    shown = {attrs["id"]: attrs for tag, attrs in page.tags if tag == "details"}
    assert set(shown) == {f"kitakyushu_dx-R6-{result.rule_id}" for result in results}
    broken = shown["kitakyushu_dx-R6-value_is_plausible"]
    assert "error" in broken["class"] and "open" in broken
    assert "open" not in shown["kitakyushu_dx-R6-figure_id_is_unique"]
    assert "値は単位から見てあり得る範囲にある" in page.text and "The value lies in the range that its unit allows" in page.text


def test_nothing_is_fetched_and_nothing_runs(edition, tmp_path: Path) -> None:
    edition.figures[0].update(label="", raw='646件<script src="http://x.test/a.js"></script>')
    html, page = written(list(edition.judged().values()), tmp_path)
    assert "&lt;script" in html and 'src="http://x.test/a.js"' in page.text
    assert not [tag for tag, _ in page.tags if tag in ("script", "link", "iframe", "object", "form")]
    assert not [attrs for _, attrs in page.tags for name in attrs if name.startswith("on") or name in ("src", "srcset")]
    assert all(attrs["href"].startswith("#") for _, attrs in page.tags if attrs.get("href"))
    policy = next(attrs["content"] for tag, attrs in page.tags if tag == "meta" and "http-equiv" in attrs)
    assert policy.startswith("default-src 'none'") and "script" not in policy
    assert not [path for path in (tmp_path / "results").iterdir() if path.name != "index.html"]


def test_of_thousands_those_with_an_error_are_shown_and_the_others_listed(edition, tmp_path: Path) -> None:
    sound = list(edition.judged().values())
    edition.figures[6]["value"] = edition.figures[6]["value"] * 100
    broken = list(edition.judged().values())
    r6 = registry.load().edition("kitakyushu_dx-R6")
    many = (
        (Edition(r6.series, r6.meta.model_copy(update={"edition": f"N{number}"}), r6.file), broken if number == 119 else sound) for number in range(120)
    )
    page = Page(write_results_page(tmp_path / "index.html", many).read_text(encoding="utf-8"))
    shown = {attrs["id"].partition("-N")[2].partition("-")[0] for tag, attrs in page.tags if tag == "details" and attrs["id"]}
    assert shown == {*map(str, range(100)), "119"}
    listed = [attrs["href"] for tag, attrs in page.tags if tag == "a" and str(attrs.get("href")).startswith("../review/")]
    assert listed == [f"../review/kitakyushu_dx-N{number}.html" for number in range(100, 119)]


def test_the_page_without_an_edition_says_so(tmp_path: Path) -> None:
    out = write_results_page(tmp_path / "index.html", [])
    assert "まだ検証された版がありません" in out.read_text(encoding="utf-8")


def test_results_travel_as_json(edition) -> None:
    import json

    for result in edition.judged().values():
        assert RuleResult(**json.loads(json.dumps(result.as_dict()))) == result
