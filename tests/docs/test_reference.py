"""The generated pages: they say what their sources say now, and each source is on its page whole."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import yaml

from docs.site import architecture, pages, usage
from docs.site.markdown import JAPANESE, LANGUAGES
from docs.site.notation import SHOWN, cases_by_section
from expectations import figures, findings, observations, previous
from pipelines.cli import main
from sources.findings import KINDS
from sources.notation.units import UNITS
from sources.registry import BUNDLED, Break, load
from sources.schemas import meaning, meanings, models
from tests.docs.markdown import ROOT, blocks
from warehouse.fields import dictionary

REFERENCE = ROOT / "docs" / "reference"
CODE = ("pipelines", "sources", "warehouse", "expectations")


def both(stem: str) -> list[str]:
    return [(REFERENCE / name).read_text(encoding="utf-8") for name in (f"{stem}.md", f"{stem}.ja.md")]


@pytest.fixture(scope="module")
def generated() -> dict[Path, str]:
    return pages.generated()


def test_the_committed_pages_are_what_the_sources_say(generated: dict[Path, str]) -> None:
    stale = [path.name for path, text in generated.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    assert stale == [], "run: make docs"
    assert {*generated} >= {*REFERENCE.iterdir()}, "a page of docs/reference that nothing makes"


def test_a_stale_page_is_named_and_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pages, "generated", lambda: {tmp_path / "a" / "x.md": "new\n", tmp_path / "y.md": "as it was\n"})
    (tmp_path / "y.md").write_text("as it was\n")
    assert pages.stale() == [tmp_path / "a" / "x.md"] == pages.write()
    assert pages.stale() == [] and (tmp_path / "a" / "x.md").read_text() == "new\n"


def test_every_table_column_and_code_is_described() -> None:
    known = dictionary()
    for page in both("tables"):
        for table in (*known.tables.values(), *known.views.values()):
            assert f"### `{table.name}`" in page
            assert all(f"| `{column.name}` |" in page for column in table.columns)
        assert all(f"| `{code.code}` |" in page for codelist in known.codelists.values() for code in codelist.codes)


def test_every_unit_indicator_rule_and_finding_is_described() -> None:
    rules = {rule.id for suite in (figures, observations, previous) for rule in suite.RULES} | set(KINDS)
    for units, indicators, expectations in zip(both("units"), both("indicators"), both("expectations"), strict=True):
        assert all(f"| `{unit.code}` |" in units for unit in UNITS)
        assert all(f"| `{each}` |" in indicators for series in load(BUNDLED) for each in series.indicators)
        assert all(f"### `{rule}`" in expectations for rule in rules)
    assert {kind for kind, severity in KINDS.items() if severity == "note"} == set(findings.NOTES)


def test_every_command_and_option_is_described() -> None:
    for page in both("command-line"):
        for name, command in main.commands.items():
            section = page.partition(f"## `shinchoku {name}`\n")[2].partition("\n## ")[0]
            options = [option for each in command.params if isinstance(each, click.Option) and not each.hidden for option in each.opts]
            assert section and all(option in section for option in options), name


def test_every_command_says_in_both_languages_what_it_does_and_gives_an_example() -> None:
    for name, command in main.commands.items():
        assert command.help and command.short_help and JAPANESE.search(command.short_help) and " / " in command.short_help, name
        assert all(usage._paragraphs(command.help, language).strip() for language in LANGUAGES), name
        assert f"shinchoku {name}" in (command.epilog or ""), name


def test_every_environment_variable_that_the_code_reads_is_described_and_no_other() -> None:
    text = "".join(path.read_text(encoding="utf-8") for folder in CODE for path in (ROOT / folder).rglob("*.py"))
    read = {name.rstrip("_") for name in re.findall(r"SHINCHOKU_[A-Z_]*[A-Z]", text)} - {"SHINCHOKU_READ", "SHINCHOKU_CKAN"}
    assert set(usage.environment()) == read, "describe it in docs/site/environment.yaml"
    assert all(f"| `{name}` |" in page for page in both("configuration") for name in read)


def test_every_key_of_the_yaml_files_is_described_with_its_meaning() -> None:
    for model in models():
        for field in model.model_fields:
            words = meaning(model, field)
            for page, language in zip(both("configuration"), ("en", "ja"), strict=True):
                assert f"| `{field}` | {words[language]} |" in page, f"{model.__name__}.{field}"
    there = {ancestor.__name__: {*ancestor.__dict__.get("__annotations__", {})} for model in models() for ancestor in model.__mro__}
    assert all(set(keys) <= there[model] for model, keys in meanings().items()), "a meaning of nothing"


def test_the_shown_cases_are_of_sections_that_there_are() -> None:
    assert set(SHOWN) <= set(cases_by_section())


def test_the_configuration_is_told_in_one_language_a_page() -> None:
    english = re.sub(r"`[^`]*`|\[日本語\]", "", both("configuration")[0])
    assert [line for line in english.splitlines() if JAPANESE.search(line)] == []


def test_the_picture_has_the_stations_of_the_contract_and_only_arrows_that_are_imports(generated: dict[Path, str]) -> None:
    assert set(architecture.SAYS) == set(architecture.stations()), "the stations of the contract in pyproject.toml, each with its words"
    order = {station: number for number, layer in enumerate(_layers()) for station in layer}
    for one, other in architecture.imports():
        assert order[one] <= order[other], f"{one} may not import {other}"
    assert set(architecture.arrows()) <= architecture.imports()
    reached = {station: _reached(station) for station in architecture.stations()}
    assert all(other in reached[one] for one, other in architecture.imports()), "an import that no way of arrows shows"
    for language in LANGUAGES:
        picture = generated[ROOT / "docs" / "img" / f"architecture{'.ja' if language == 'ja' else ''}.svg"]
        assert {tuple(pair.split(" → ")) for pair in re.findall(r"<title>(\S+ → \S+)</title>", picture)} == set(architecture.arrows())
        assert all(f">{station}</text>" in picture for station in architecture.stations())


def _layers() -> list[list[str]]:
    import tomllib

    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"][0]
    return [[name.strip() for name in layer.split(":")] for layer in contract["layers"]]


def _reached(station: str) -> set[str]:
    found: set[str] = set()
    todo = [station]
    while todo:
        todo_next = [other for one, other in architecture.arrows() if one == todo[0] and other not in found]
        found |= set(todo_next)
        todo = todo[1:] + todo_next
    return found


def test_a_break_as_the_runbook_writes_it_is_one() -> None:
    for name in ("yearly-ingestion.md", "yearly-ingestion.ja.md"):
        (text,) = blocks(ROOT / "docs" / name, "yaml")
        (one,) = yaml.safe_load(text)["breaks"]
        assert Break.model_validate(one).status == "D"
