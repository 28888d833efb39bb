"""The public page: a static site in Japanese and English of what the warehouse holds, that needs no server and no network."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.pages import environment
from sources.errors import ShinchokuError, of_system
from warehouse import fields
from warehouse.exports.contents import SERIES_TABLES
from warehouse.exports.release import SUMS
from warehouse.site import chart, content, wording
from warehouse.site.content import Indicator, Series
from warehouse.site.crops import Crop, Cutter, Pages
from warehouse.site.wording import LANGUAGES, Language

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.runtime import Context

__all__ = ["Pages", "Summary", "write_site"]

# A page may show and run only what lies beside it.
POLICY = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; base-uri 'none'; form-action 'none'"
ASSETS = ("site.css", "site.js", "icon.svg")
FORMATS = {"xlsx": "Excel", "csv": "CSV", "json": "JSON", "jsonl": "JSON Lines", "parquet": "Parquet"}


@dataclass(frozen=True, slots=True)
class Summary:
    """What a call of write_site made."""

    pages: int
    crops: int
    indicators: int
    version: str


@dataclass(frozen=True, slots=True)
class File:
    """One published file, as it lies under ``data/``."""

    name: str
    bytes: int
    sha256: str

    @property
    def format(self) -> str:
        return FORMATS.get(self.name.rpartition(".")[2], "")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page lies: its path under the root of its language, and the way from there to others."""

    language: Language
    path: str

    @property
    def file(self) -> str:
        return self.path if self.language == "ja" else f"en/{self.path}"

    @property
    def root(self) -> str:
        return "../" * self.file.count("/")

    @property
    def home(self) -> str:
        return "../" * self.path.count("/")

    @property
    def other(self) -> str:
        """The same page in the other language."""
        return f"{self.root}{'en/' if self.language == 'ja' else ''}{self.path}"


def write_site(warehouse: Path, release: Path, pages: Mapping[str, Pages], out: Path, before: Path | None = None) -> Summary:
    """Write the site into the empty folder ``out``. The same data makes the same bytes.

    ``release`` is a folder of published files; ``pages`` are the pictures of each edition that has some; ``before``
    is the site as it was, whose pictures are taken over where they show the same.
    """
    import duckdb

    try:
        with closing(duckdb.connect(str(warehouse), read_only=True)) as connection:
            every = content.read(connection)
        files = _take_files(release, out / "data")
        version = str(json.loads((release / "datapackage.json").read_text("utf-8"))["version"])
        for name in ASSETS:
            (out / "assets").mkdir(exist_ok=True)
            shutil.copyfile(Path(__file__).with_name(name), out / "assets" / name)
        cutter = Cutter(pages, out, before)
        crops = {series.id: cutter.of(series) for series in every}
        jinja = _environment()
        written = sum(_write_language(jinja, language, every, crops, files, version, out) for language in LANGUAGES)
    except (duckdb.Error, OSError) as error:
        raise of_system(error, out) or ShinchokuError(
            f"{out}: the public page could not be written ({error}). The last one is untouched; see that {warehouse} "
            f"and {release} are there.",
            f"{out}: 公開ページを書けませんでした（{error}）。前のページはそのまま残っています。"
            f"{warehouse} と {release} があるかを確かめてください。",
        ) from error
    return Summary(
        written, len(list(out.glob("crops/*/*.webp"))), sum(len(series.indicators) for series in every), version
    )


def _take_files(release: Path, folder: Path) -> list[File]:
    """The published files beside the pages, without a second copy on disk where the disk can do that."""
    files = []
    listing = (release / SUMS).read_text("utf-8").splitlines()
    for digest, _, name in (line.partition("  ") for line in listing):
        files.append(File(name, (release / name).stat().st_size, digest))
    for name in [*(file.name for file in files), SUMS]:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(release / name, target)
        except OSError:
            shutil.copyfile(release / name, target)
    return files


def _write_language(
    jinja: Environment,
    language: Language,
    every: Sequence[Series],
    crops: Mapping[str, Mapping[str, list[Crop]]],
    files: Sequence[File],
    version: str,
    out: Path,
) -> int:
    written = 0

    def write(template: str, path: str, **said: Any) -> None:
        nonlocal written
        place = Place(language, path)
        target = out / place.file
        target.parent.mkdir(parents=True, exist_ok=True)
        html = jinja.get_template(template).render(language=language, place=place, every=every, version=version, **said)
        target.write_text(html, encoding="utf-8", newline="\n")
        written += 1

    for series in every:
        here = {
            "series": series,
            "crops": crops[series.id],
            "charts": {indicator.id: chart.draw(indicator, language) for indicator in series.indicators},
        }
        whole = here | {"downloads": Downloads(series, files), "observations": _table(series)}
        write("series.html.j2", f"{series.id}/index.html", **whole)
        for before, indicator, after in _neighbours(series.indicators):
            write("indicator.html.j2", f"{series.id}/indicator/{indicator.id}.html", indicator=indicator, before=before, after=after, **here)
        if len(every) == 1:  # the only series is what the site opens with; its own address stays when another joins it
            write("series.html.j2", "index.html", **whole)
    if len(every) > 1:
        write("index.html.j2", "index.html")
    return written


def _neighbours(indicators: Sequence[Indicator]) -> list[tuple[Indicator | None, Indicator, Indicator | None]]:
    around = [None, *indicators, None]
    return [(around[index], indicator, around[index + 2]) for index, indicator in enumerate(indicators)]


def _table(series: Series) -> list[tuple[content.Section, Indicator, content.Observation]]:
    return [
        (section, indicator, row)
        for section in series.sections
        for indicator in section.indicators
        for row in sorted(indicator.observations, key=lambda row: content.MEASURES.index(row.measure))
    ]


class Downloads:
    """The files of a series: those that most people want, its tables, and all."""

    def __init__(self, series: Series, files: Sequence[File]) -> None:
        name = series.dataset.name
        datasets = {edge.name.partition("_observations.")[0] for edge in files if "_observations." in edge.name}
        others = tuple(f"{other}_" for other in datasets - {name}) + tuple(f"{other}." for other in datasets - {name})
        self.all = [file for file in files if not file.name.startswith(others)] if others else list(files)
        by_name = {file.name: file for file in self.all}
        self.workbook = by_name.get(f"{name}.xlsx")
        self.wide = by_name.get(f"{name}_wide_ja.csv")
        self.tables = [
            (fields.table(table), [by_name[path] for ending in FORMATS if (path := f"{name}_{stem}.{ending}") in by_name])
            for stem, (table, _) in SERIES_TABLES.items()
        ]
        self.linked = f"{name}.schema_org.jsonld"


def _environment() -> Environment:
    """One environment for both languages: whatever a template says depends on the ``language`` that it is rendered with."""
    from jinja2 import pass_context

    codes = {name: {code.code: code.label for code in codes.codes} for name, codes in fields.dictionary().codelists.items()}

    def spoken(say: Callable[..., object]) -> Callable[..., object]:
        @pass_context
        def saying(context: Context, *given: object, **named: object) -> object:
            return say(*given, language=context["language"], **named)

        return saying

    def either(ja: object, en: object, language: Language) -> object:
        return ja if language == "ja" else en

    jinja = environment("warehouse.site")
    jinja.globals |= {
        "policy": POLICY,
        "t": spoken(either),
        "code": spoken(lambda name, code, language: getattr(codes[name][code], language)),
        "statuses": content.statuses,
        "decimal": lambda given: Decimal(str(round(given, 2))),
        "web": lambda address: address if str(address or "").startswith(("https://", "http://")) else None,
    }
    jinja.filters |= {
        "said": spoken(lambda words, language: getattr(words, language)),
        "printed": wording.printed,
        "size": wording.size,
        "span": spoken(wording.period),
        **{say.__name__: spoken(say) for say in (wording.parts, wording.exact, wording.difference, wording.day, wording.year)},
        "period": spoken(lambda row, era=False, *, language: wording.period(row.start, row.end, language, era)),
        "compared": spoken(wording.compared),
    }
    return jinja
