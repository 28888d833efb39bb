"""Every page and file made of a city whose every text is an attack: parsed as a browser does, no element and no attribute comes of data."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from pipelines.home import Home
from sources.spreadsheets import guarded, unguarded
from tests.security import attacked

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("attacked")]
EDITION = "attack_city-R7"
NEVER = {"iframe", "object", "embed", "base", "frame", "frameset", "applet", "audio", "video", "math", "template", "portal", "noscript"}
LINKS = ("https://city.example/report.pdf", "https://creativecommons.org/licenses/by/4.0/")


def elements(html: str) -> list[Any]:
    import html5lib

    return list(html5lib.parse(html, namespaceHTMLElements=False).iter())


def look(html: str, *, scripts: frozenset[str] = frozenset(), forms: bool = False) -> str:
    """Its text, once nothing is found in it that came of data or that its policy would not hold back."""
    found = [element for element in elements(html) if isinstance(element.tag, str)]
    tags = {element.tag.rpartition("}")[2] for element in found}
    assert not tags & NEVER
    policies = [element.get("content") for element in found if element.tag == "meta" and element.get("http-equiv")]
    assert len(policies) == 1 and policies[0].startswith("default-src 'none';") and "base-uri 'none'" in policies[0]
    assert re.search(r"form-action '(none|self)'", policies[0]) and not re.search(r"script-src(?! 'self')|unsafe-eval|https?:|\*", policies[0])
    assert "unsafe" not in policies[0] and not re.search(r"(default|script)-src[^;]*data:", policies[0])
    sheets = [element.text or "" for element in found if element.tag == "style"]
    hashed = {f"'sha256-{base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()}'" for sheet in sheets}
    assert len(sheets) <= 1 and all(one in policies[0] for one in hashed)
    for element in found:
        tag = element.tag.rpartition("}")[2]
        for name, value in element.attrib.items():
            name = str(name).rpartition("}")[2]
            assert not name.lower().startswith("on") and name not in ("style", "srcdoc", "formaction", "ping", "autofocus", "srcset", "background"), (tag, name)
            assert re.fullmatch(r"[a-z][a-z0-9-]*|viewBox|preserveAspectRatio", name), (tag, name)
            if name in ("href", "src", "action"):
                assert re.match(r"(?i)[a-z][a-z0-9+.-]*:|//", value) is None or value.startswith(("data:image/webp;base64,", *LINKS)), value
        if tag == "script":
            assert element.get("src", "").rpartition("/")[2] in scripts and not (element.text or "").strip()
    assert forms or "form" not in tags - ({"form"} if scripts else set())
    return "".join(part for element in found if element.tag not in ("style", "script") for part in (element.text or "", element.tail or ""))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_the_review_page_as_a_file(attacked_home: Home) -> None:
    text = squeezed(look(attacked_home.review(EDITION).read_text("utf-8")))
    for label in (*attacked.LABELS, "<b>新しい</b> & \"指標\"", attacked.EVERYTHING, "<svg onload=alert(1)>'; --.pdf"):
        assert squeezed(label) in text, label


def test_the_review_page_as_it_is_served(attacked_home: Home) -> None:
    from pipelines import desk

    html = desk.ReviewDesk(EDITION, attacked_home, "<script>alert(1)</script>\" onfocus=\"x").show("token")
    text = look(html, forms=True)
    assert squeezed(attacked.EVERYTHING) in squeezed(text)
    assert "<script" not in html and 'onfocus="' not in html


def test_the_results_page(attacked_home: Home) -> None:
    text = squeezed(look((attacked_home.root / "results" / "index.html").read_text("utf-8")))
    assert squeezed(attacked.EVERYTHING) in text and squeezed("<b>新しい</b>") in text


def test_every_page_of_the_public_site(attacked_home: Home) -> None:
    pages = sorted(attacked_home.site.rglob("*.html"))
    assert len(pages) > 2 * len(attacked.LABELS)
    for page in pages:
        text = squeezed(look(page.read_text("utf-8"), scripts=frozenset({"site.js"})))
        if page.name == "index.html":
            assert all(squeezed(label) in text for label in attacked.LABELS) and squeezed(attacked.EVERYTHING) in text


def test_the_page_that_explains_a_page(attacked_home: Home, tmp_path: Path) -> None:
    from sources.explain import explain
    from sources.registry import load

    explain(load().edition(EDITION).report, 2, tmp_path / "page.html")
    assert squeezed(attacked.LABELS[0]) in squeezed(look((tmp_path / "page.html").read_text("utf-8")))


def test_every_text_is_whole_in_every_export(attacked_home: Home) -> None:
    latest = attacked_home.exports / "latest"
    seen = 0
    for file in sorted(latest.rglob("*.csv")):
        rows = list(csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")))
        texts = [cell for row in rows for cell in row]
        assert all(guarded(unguarded(cell)) == cell for cell in texts), file  # nothing that a spreadsheet would compute
        seen += sum(cell.startswith("'") for cell in texts)
        beside = file.with_suffix(".json")
        if "machine_readability" not in file.name and beside.exists():
            values = [["" if value is None else value for value in record.values()] for record in json.loads(beside.read_text("utf-8"))]
            for row, record in zip(rows[1:], values, strict=True):
                assert [unguarded(cell) for cell, value in zip(row, record, strict=True) if isinstance(value, str)] == [v for v in record if isinstance(v, str)]
    assert seen >= 3
    names = {row["name_ja"] for row in json.loads((latest / "codelists" / "indicator.json").read_text("utf-8"))}
    assert names == set(attacked.LABELS)


def test_the_workbook_computes_and_links_nothing(attacked_home: Home) -> None:
    import zipfile

    import openpyxl

    (file,) = (attacked_home.exports / "latest").glob("*.xlsx")
    book = openpyxl.load_workbook(file)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"} and not any(cell.hyperlink for cell in cells)
    assert set(attacked.LABELS) <= {cell.value for cell in cells}
    with zipfile.ZipFile(file) as parts:
        assert not any(re.search(rb"<f[ >]|externalLink|TargetMode=\"External\"", parts.read(name)) for name in parts.namelist())


def test_the_change_log_holds_no_element_and_no_link(attacked_home: Home) -> None:
    from tests.security.test_markdown import rendered

    page = rendered((attacked_home.exports / "latest" / "CHANGELOG.md").read_text("utf-8"))
    assert not {tag for tag, _ in page.found} - {"h1", "h2", "h3", "p", "ul", "li", "em", "strong", "code", "hr"}
    assert not [attributes for _, attributes in page.found if attributes]


def test_markdown_in_the_ui_holds_no_element_of_data(attacked_home: Home) -> None:
    """Everything of kind Markdown that runs wrote into Dagster's event log."""
    from tests.security.test_markdown import rendered

    found = []
    for file in sorted((attacked_home.root / "dagster").rglob("*.db")):
        with sqlite3.connect(file) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            if "event_logs" in tables:
                for (event,) in connection.execute("SELECT event FROM event_logs WHERE dagster_event_type LIKE 'ASSET%'"):
                    found += markdown_in(json.loads(event))
    assert len(found) > 4
    for text in found:
        page = rendered(text)
        # escape() and the wording around it make these alone; pictures are the program's own.
        assert not {tag for tag, _ in page.found} - {"table", "thead", "tbody", "tr", "th", "td", "p", "ul", "li", "strong", "br", "code", "img", "a"}
        for tag, attributes in page.found:
            assert set(attributes) <= {"img": {"src", "alt"}, "a": {"href"}}.get(tag, set())
            assert tag != "a" or re.match(r"http://localhost:\d+/exports/", str(attributes["href"])), attributes
            assert tag != "img" or str(attributes["src"]).startswith("data:image/webp;base64,")


def markdown_in(event: Any) -> list[str]:
    if isinstance(event, list):
        return [text for part in event for text in markdown_in(part)]
    if not isinstance(event, dict):
        return []
    own = [event["md_str"]] if isinstance(event.get("md_str"), str) else []
    return own + [text for part in event.values() for text in markdown_in(part)]
