"""The public page: a static site in Japanese and English of what the warehouse holds, that needs no server and no network."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.pages import environment
from sources import whole
from sources.errors import ShinchokuError, of_system
from sources.records import MEASURES
from sources.whole import SUMS
from warehouse import fields
from warehouse.exports import contents
from warehouse.exports.contents import SERIES_TABLES
from warehouse.exports.package import NAME as PACKAGE
from warehouse.parts import Parts, lay, link
from warehouse.site import chart, content, wording
from warehouse.site.content import Indicator, Series
from warehouse.site.crops import Crop, Cutter, Pages
from warehouse.site.wording import LANGUAGES, Language

if TYPE_CHECKING:
    import duckdb
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


def write_site(
    warehouse: Path, release: Path, pages: Mapping[str, Pages], out: Path, before: Path | None = None, parts: Path | None = None
) -> Summary:
    """Write the site into the empty folder ``out``. The same data makes the same bytes.

    ``release`` is a folder of published files; ``pages`` are the pictures of each edition that has some; ``before``
    is the site as it was, whose pictures are taken over where they show the same. ``parts`` is a folder on the disk of ``out``
    where the pages of each series are kept for the next call; without it all are made anew, to the same bytes.
    """
    import duckdb

    try:
        with closing(duckdb.connect(str(warehouse), read_only=True)) as connection, whole.draft(out.parent) as place:
            contents.compute_views(connection)
            datasets, states = contents.datasets(connection), contents.states(connection)
            indicators = dict(connection.execute("SELECT series_id, count(*) FROM indicator GROUP BY ALL").fetchall())
            alone, kept = len(datasets) == 1, Parts(parts or place)
            version = _version(release / PACKAGE)
            files = _take_files(release, out / "data")
            by_dataset = _by_dataset(files, datasets)
            _write_assets(out / "assets")
            for dataset in datasets:
                downloads = Downloads(dataset, files if alone else by_dataset[dataset.name], alone=alone)
                described = release / dataset.describing(PACKAGE, alone=alone)
                its_version = _version(described) if described.exists() else version
                pictures = [pages[name].state for edition in dataset.editions if (name := edition["edition_id"]) in pages]
                state = states[dataset.series["series_id"]]
                make = partial(_write_dataset, connection, dataset, downloads, its_version, pages, before, alone)
                lay(kept.of(["site", alone, state, its_version, list(map(astuple, downloads.all)), pictures], make), out)
            if not alone:
                for language in LANGUAGES:
                    every = [(dataset, indicators[dataset.series["series_id"]]) for dataset in datasets]
                    Writer(_environment(), language, version, out).write("index.html.j2", "index.html", every=every)
            kept.forget_others()
    except (duckdb.Error, OSError) as error:
        raise of_system(error, out) or ShinchokuError(
            f"{out}: the public page could not be written ({error}). The last one is untouched; see that {warehouse} "
            f"and {release} are there.",
            f"{out}: 公開ページを書けませんでした（{error}）。前のページはそのまま残っています。"
            f"{warehouse} と {release} があるかを確かめてください。",
        ) from error
    written = sum(1 for path in out.rglob("*.html"))
    return Summary(written, len(list(out.glob("crops/*/*.webp"))), sum(indicators.values()), version)


def _write_dataset(
    connection: duckdb.DuckDBPyConnection,
    dataset: contents.Dataset,
    downloads: Downloads,
    version: str,
    pages: Mapping[str, Pages],
    before: Path | None,
    alone: bool,
    folder: Path,
) -> None:
    """The pages and pictures of one dataset, in both languages."""
    series = content.read(connection, dataset)
    crops = Cutter(pages, folder, before).of(series)
    for language in LANGUAGES:
        _write_series(Writer(_environment(), language, version, folder), series, crops, downloads, alone=alone)


def _write_assets(folder: Path) -> None:
    folder.mkdir()
    for name in ASSETS:
        shutil.copyfile(Path(__file__).with_name(name), folder / name)


def _by_dataset(files: Sequence[File], datasets: Sequence[contents.Dataset]) -> Mapping[str, list[File]]:
    """The files by the dataset that they belong to."""
    found: dict[str, list[File]] = defaultdict(list)
    names = {dataset.name for dataset in datasets}
    for file in files:
        found[contents.owner(file.name, names)].append(file)
    return found


def _version(package: Path) -> str:
    return str(json.loads(package.read_text("utf-8"))["version"])


def _take_files(release: Path, folder: Path) -> list[File]:
    """The published files beside the pages, without a second copy on disk where the disk can do that."""
    listed = whole.read_list(release / SUMS)
    files = [File(name, (release / name).stat().st_size, digest) for name, digests in listed.items() for digest in digests]
    for name in [*(file.name for file in files), SUMS]:
        link(release / name, folder / name)
    return files


@dataclass(frozen=True, slots=True)
class Writer:
    """Fills templates in one language and writes the pages under a folder."""

    jinja: Environment
    language: Language
    version: str
    out: Path

    def write(self, template: str, path: str, **said: Any) -> None:
        place = Place(self.language, path)
        target = self.out / place.file
        target.parent.mkdir(parents=True, exist_ok=True)
        html = self.jinja.get_template(template).render(language=self.language, place=place, version=self.version, **said)
        target.write_text(html, encoding="utf-8", newline="\n")


def _write_series(writer: Writer, series: Series, crops: Mapping[str, list[Crop]], downloads: Downloads, *, alone: bool) -> None:
    here = {"series": series, "crops": crops, "charts": {indicator.id: chart.draw(indicator, writer.language) for indicator in series.indicators}}
    all_of_it = here | {"downloads": downloads, "observations": _table(series)}
    writer.write("series.html.j2", f"{series.id}/index.html", **all_of_it)
    for before, indicator, after in _neighbours(series.indicators):
        writer.write("indicator.html.j2", f"{series.id}/indicator/{indicator.id}.html", indicator=indicator, before=before, after=after, **here)
    if alone:  # the only series is what the site opens with; its own address stays when another joins it
        writer.write("series.html.j2", "index.html", **all_of_it)


def _neighbours(indicators: Sequence[Indicator]) -> list[tuple[Indicator | None, Indicator, Indicator | None]]:
    around = [None, *indicators, None]
    return [(around[index], indicator, around[index + 2]) for index, indicator in enumerate(indicators)]


def _table(series: Series) -> list[tuple[content.Section, Indicator, content.Observation]]:
    return [
        (section, indicator, row)
        for section in series.sections
        for indicator in section.indicators
        for row in sorted(indicator.observations, key=lambda row: MEASURES.index(row.measure))
    ]


class Downloads:
    """The files of a series: those that most people want, its tables, all, and those that describe them."""

    def __init__(self, dataset: contents.Dataset, files: Sequence[File], *, alone: bool) -> None:
        name = dataset.name
        self.all = files
        by_name = {file.name: file for file in self.all}
        self.workbook = by_name.get(f"{name}.xlsx")
        self.wide = by_name.get(f"{name}_wide_ja.csv")
        self.tables = [
            (fields.table(table), [by_name[path] for ending in FORMATS if (path := f"{name}_{stem}.{ending}") in by_name])
            for stem, (table, _) in SERIES_TABLES.items()
        ]
        self.linked = f"{name}.schema_org.jsonld"
        self.changes = dataset.describing("CHANGELOG.md", alone=alone)
        machines = (dataset.describing(form, alone=alone) for form in (PACKAGE, "csv-metadata.json", "dcat.jsonld", "dcat.ttl", "prov.jsonld"))
        self.describing = (*machines, self.linked, "data_dictionary.csv", self.changes, SUMS)


@cache
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
        "measures": MEASURES,
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
