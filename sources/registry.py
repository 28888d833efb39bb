"""Reads, checks and hands out the series: who publishes what, the indicators, the editions. Nothing here reads a PDF.

A series is a folder of YAML files. Each file is taken from the first folder that has it: the one that people write to, then the one in
this package. People write to the folder that SHINCHOKU_SERIES names; where it names none, to this package in a checkout, and beside an
installed package, or where the data folder (SHINCHOKU_HOME) is an address, to ``series`` in the data folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from sources import places
from sources.decisions import Decisions
from sources.errors import ShinchokuError
from sources.notation.units import UNITS, unit_of
from sources.yaml_files import Lines, Place, RuleError, Strict, line_of, read_model, read_yaml, validated

EDITION = r"^[A-Za-z0-9][A-Za-z0-9._]{0,62}$"
BUNDLED = Path(__file__).parent / "series"
Measure = Literal["level", "change", "growth", "target"]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


def check_digit(five: str) -> str:
    """The sixth digit of a local government code (全国地方公共団体コード)."""
    total = sum(int(digit) * weight for digit, weight in zip(five, (6, 5, 4, 3, 2), strict=True))
    return str((11 - total % 11 if total >= 11 else 11 - total) % 10)


def _checked_area_code(code: str) -> str:
    if check_digit(code[:5]) != code[5]:
        raise RuleError(f"'{code}' fails its check digit: {code[:5]} takes {check_digit(code[:5])}.",
                    f"「{code}」は検査数字が合いません。{code[:5]}の検査数字は{check_digit(code[:5])}です。")
    return code


AreaCode = Annotated[str, Field(pattern=r"^[0-9]{6}$"), AfterValidator(_checked_area_code)]


def _checked_file_name(name: str) -> str:
    if not name.isprintable() or name.startswith(".") or set("/\\:") & set(name) or not 0 < len(name.encode()) <= 200:
        raise RuleError(f"{name!r} is no name of a file beside edition.yaml. Use a plain name such as report.pdf.",
                        f"{name!r} は、edition.yamlと同じフォルダのファイル名ではありません。report.pdf のような名前にしてください。")
    return name


FileName = Annotated[str, AfterValidator(_checked_file_name)]
WebAddress = Annotated[str, Field(pattern=r"^https?://[^\s<>\"'\\^`{|}\x00-\x1f\x7f]+$")]  # what pages and metadata link to


class Words(Strict):
    """A name or sentence in both languages."""

    ja: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Section(Strict):
    """A headed part of the reports. ``also`` are its headings in other years."""

    id: Slug
    number: str = ""
    name: Words
    also: tuple[str, ...] = ()


class Recognise(Strict):
    """Which words on a first page tell that a report belongs here: all of ``all`` and, if given, one of ``any``."""

    all: tuple[str, ...] = Field(min_length=1)
    any: tuple[str, ...] = ()


class License(Strict):
    spdx: str = Field(pattern=r"^[-a-zA-Z0-9._]+$")
    ckan: str = Field(pattern=r"^[-a-zA-Z0-9._]+$")
    url: WebAddress


class SeriesFile(Strict):
    """series.yaml: the reports that one publisher issues year by year on one plan."""

    id: Slug
    title: Words
    description: Words
    publisher: Words
    plan: Words
    area_code: AreaCode
    standard_area_code: str = Field(pattern=r"^[0-9]{5}$")
    area: Words
    dataset: str = Field(pattern=r"^[a-z0-9_-]{2,100}$")
    license: License
    landing_page: WebAddress | None = None
    contact: str | None = None
    frequency: str = Field(default="P1Y", pattern=r"^P\d+[YM]$")
    expected_month: int | None = Field(default=None, ge=1, le=12)
    allowed_hosts: tuple[str, ...] = ()
    recognise: Recognise
    sections: tuple[Section, ...]

    @model_validator(mode="after")
    def _codes_agree(self) -> SeriesFile:
        if not self.area_code.startswith(self.standard_area_code):
            raise RuleError(f"standard_area_code '{self.standard_area_code}' is not the first five digits of area_code '{self.area_code}'.",
                        f"standard_area_code「{self.standard_area_code}」がarea_code「{self.area_code}」の先頭5桁と違います。")
        return self


class Target(Strict):
    """What is to be reached, as the report prints it; only ``text`` where it prints no number."""

    text: str
    fiscal_year: int
    value: Decimal | None = None
    qualifier: Literal["exact", "about", "over", "at_least", "at_most", "under"] = "exact"
    base_fiscal_year: int | None = None


class Validity(Strict):
    """First and last fiscal year of the reports that carry an indicator."""

    first: int | None = None
    last: int | None = None

    def covers(self, fiscal_year: int) -> bool:
        return (self.first is None or self.first <= fiscal_year) and (self.last is None or fiscal_year <= self.last)


class Break(Strict):
    """From this fiscal year on, a series does not continue: B a break, D another definition."""

    fiscal_year: int
    status: Literal["B", "D"]
    note: Words


class Indicator(Strict):
    """What the reports count year by year. A part and its total are two indicators, so are a year's and a cumulative count."""

    id: Slug
    name: Words
    section: Slug
    unit: str
    unit_printed: str | None = None  # where it is not the first form of the unit in the code list
    nominal_units: tuple[str, ...] = ()  # printed units that a report uses loosely for ``unit``: mended, with a warning
    units: Mapping[Measure, tuple[str, ...]] = Field(default_factory=dict)  # where a measure has other units than follow from ``unit``
    names: tuple[str, ...] = Field(min_length=1)  # labels printed over the years, newest first; 'title label' where both are needed
    component: Literal["whole", "part", "total"] = "whole"
    total: Slug | None = None
    direction: Literal["up", "down", "none"]
    covers: Literal["year", "years", "date"] | None = None
    cumulative: bool = False
    cumulates: Slug | None = None  # the indicator whose yearly values add up to this one
    expected_measures: tuple[Measure, ...] = ("level",)
    without_number: bool = False  # the report names it and prints its number nowhere in the text
    target: Target | None = None
    description: Words | None = None
    validity: Validity = Validity()
    breaks: tuple[Break, ...] = ()

    def units_of(self, measure: str) -> tuple[str, ...]:
        """Unit codes that a figure of this measure may have, the usual one first."""
        if measure in self.units:
            return self.units[measure]  # type: ignore[index]
        if measure == "growth":
            return ("times", "percent")
        if measure == "change" and self.unit == "percent":
            return ("percentage_point",)
        return (self.unit,)


class IndicatorsFile(Strict):
    """indicators.yaml: every indicator of a series."""

    indicators: tuple[Indicator, ...]


class Revision(Strict):
    """A file that a later file of the same edition replaced, with the status that it had."""

    file: FileName
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    replaced: date
    status: Literal["draft", "accepted", "withdrawn"] = "draft"
    reason: str = ""


class StatusChange(Strict):
    """Who accepted or withdrew an edition, when and why."""

    status: Literal["draft", "accepted", "withdrawn"]
    when: date
    who: str = ""
    reason: str = ""


class Erratum(Strict):
    """What the public saw of an edition until ``when``, and what is right. Nothing ``before`` was added, nothing ``after`` was removed."""

    when: date
    what: str
    indicator: str
    period_start: date | None = None
    period_end: date | None = None
    base_start: date | None = None
    base_end: date | None = None
    before: str = ""
    after: str = ""


class ErrataFile(Strict):
    """errata.yaml: how what is published of an edition came to differ from what was published of it first. Written by `shinchoku accept`."""

    errata: tuple[Erratum, ...] = ()


class EditionFile(Strict):
    """edition.yaml: one report of a series."""

    edition: str = Field(pattern=EDITION)
    fiscal_year: int = Field(ge=1900, le=2200)
    title: Words
    file: FileName = "report.pdf"
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    page_count: int | None = Field(default=None, ge=1)
    origin: Literal["original", "facsimile"]
    origin_note: Words | None = None
    status: Literal["draft", "accepted", "withdrawn"]
    issued: date | None = None
    source_url: WebAddress | None = None
    history: tuple[StatusChange, ...] = ()
    revisions: tuple[Revision, ...] = ()

    @model_validator(mode="after")
    def _facsimile_says_so(self) -> EditionFile:
        if self.origin == "facsimile" and self.origin_note is None:
            raise RuleError("a facsimile needs origin_note, which every export carries.", "facsimileには、公開物に添えるorigin_noteが必要です。")
        return self


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit or a rate of two units (``hour_per_year``)."""

    code: str
    name: Words
    ucum: str | None
    unece: str | None


class Edition:
    """One report: its edition.yaml, its file and the decisions made about it."""

    def __init__(self, series: Series, meta: EditionFile, file: Path, decisions: Decisions | None = None) -> None:
        self.series, self.meta, self.file = series, meta, file
        if decisions is not None:
            self.__dict__["decisions"] = decisions  # in the place of those in its file

    def __repr__(self) -> str:
        return f"Edition({self.edition_id}, {self.status})"

    @property
    def id(self) -> str:
        return self.meta.edition

    @property
    def edition_id(self) -> str:
        return f"{self.series.id}-{self.meta.edition}"

    @property
    def fiscal_year(self) -> int:
        return self.meta.fiscal_year

    @property
    def period_start(self) -> date:
        return date(self.fiscal_year, 4, 1)

    @property
    def period_end(self) -> date:
        return date(self.fiscal_year + 1, 3, 31)

    @property
    def status(self) -> str:
        return self.meta.status

    @property
    def public_sha256(self) -> str | None:
        """The file whose data are public: this one if it is accepted; while it waits, the one accepted before it."""
        files = [(self.meta.status, self.meta.sha256), *((old.status, old.sha256) for old in reversed(self.meta.revisions))]
        status, sha256 = next(((status, sha256) for status, sha256 in files if status != "draft"), ("draft", ""))
        return sha256 if status == "accepted" else None

    @property
    def origin(self) -> str:
        return self.meta.origin

    @property
    def sha256(self) -> str:
        return self.meta.sha256

    @property
    def report(self) -> Path:
        """The PDF, whether or not it is there; ``checked_report`` makes sure."""
        name = f"editions/{self.id}/{self.meta.file}"
        return self.series.find(name) or self.file.with_name(self.meta.file)

    def checked_report(self) -> Path:
        """The PDF, certain to be the file that edition.yaml speaks of."""
        path = self.report
        if not path.is_file():
            raise ShinchokuError(f"{path}: the report of {self.edition_id} is not there. Put the PDF there, or correct 'file' in {self.file}.",
                                 f"{path}: {self.edition_id}の報告書がありません。PDFを置くか、{self.file}のfileを直してください。")
        found = file_sha256(path)
        if found != self.sha256:
            raise ShinchokuError(
                f"{path}: sha256 is {found}, but {self.file} says {self.sha256}. Put back the file that was read, or take this one in "
                f"as a revision of {self.id} (shinchoku intake {shlex.quote(path.name)}).",
                f"{path}: sha256が{found}で、{self.file}の{self.sha256}と違います。元のファイルに戻すか、{self.id}の差し替えとして取り込んでください"
                f"（shinchoku intake {shlex.quote(path.name)}）。")
        return path

    @cached_property
    def decisions(self) -> Decisions:
        path = self.series.find(f"editions/{self.id}/decisions.yaml")
        return read_model(Decisions, path) if path else Decisions()

    @cached_property
    def errata(self) -> tuple[Erratum, ...]:
        path = self.series.find(f"editions/{self.id}/errata.yaml")
        return read_model(ErrataFile, path).errata if path else ()

    @property
    def decisions_file(self) -> Path:
        """Where a decision about this edition is written."""
        return self.series.writable / "editions" / self.id / "decisions.yaml"

    def figure_id(self, page: int, number: int) -> str:
        return f"{self.edition_id}-p{page:02d}-{number:03d}"


@dataclass
class Series:
    """One series: metadata, sections, indicators and editions (oldest fiscal year first)."""

    meta: SeriesFile
    folders: tuple[Path, ...]  # where its files are looked for, in this order; the first is written to
    sections: dict[str, Section] = field(default_factory=dict)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    editions: dict[str, Edition] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.meta.id

    @property
    def writable(self) -> Path:
        return self.folders[0]

    def find(self, name: str) -> Path | None:
        return next((path for folder in self.folders if (path := folder / name).is_file()), None)

    def previous(self, edition: Edition) -> Edition | None:
        """The public edition of the latest earlier fiscal year."""
        earlier = [e for e in self.editions.values() if e.fiscal_year < edition.fiscal_year and e.public_sha256]
        return max(earlier, key=lambda e: e.fiscal_year, default=None)


@dataclass
class Registry:
    """All series, by id."""

    series: dict[str, Series] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Series]:
        return iter(self.series.values())

    @property
    def editions(self) -> dict[str, Edition]:
        """Every edition of every series by edition_id."""
        return {edition.edition_id: edition for series in self for edition in series.editions.values()}

    def edition(self, name: str) -> Edition:
        """An edition by its edition_id, or by its bare name where only one series has it."""
        editions = self.editions
        if name in editions:
            return editions[name]
        short = [edition for edition in editions.values() if edition.id == name]
        if len(short) == 1:
            return short[0]
        if short:
            fits = ", ".join(edition.edition_id for edition in short)
            raise ShinchokuError(f"'{name}' fits more than one edition. Say which: {fits}.",
                                 f"「{name}」に当てはまる版が複数あります: {fits}。一つを指定してください。")
        known = ", ".join(editions) or "-"
        raise ShinchokuError(f"no edition is called '{name}'. Known: {known}.", f"「{name}」という版はありません。あるのは {known} です。")


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_UNITS = {entry.code: entry for entry in UNITS}
BARE = Unit("number", Words(ja="単位なし", en="number"), "1", "C62")  # an index, or a count printed without a unit


def unit(code: str) -> Unit | None:
    """The unit of a code of the code list, or of two of them joined by ``_per_``."""
    if code == BARE.code:
        return BARE
    if code in _UNITS:
        entry = _UNITS[code]
        return Unit(code, Words(ja=entry.ja, en=entry.en), entry.ucum or None, entry.unece or None)
    above, joined, below = code.rpartition("_per_")
    if joined and above in _UNITS and below in _UNITS:
        over, under = _UNITS[above], _UNITS[below]
        ucum = f"{over.ucum}/{under.ucum}" if over.ucum and under.ucum else None
        return Unit(code, Words(ja=f"{over.ja}/{under.ja}", en=f"{over.en} per {re.sub('s$', '', under.en)}"), ucum, None)
    return None


def unit_code(printed: str) -> str | None:
    """The code of a printed unit, also of a rate such as 時間/年."""
    if not printed:
        return BARE.code
    entry = unit_of(printed)
    if entry:
        return entry.code
    above, slash, below = printed.partition("/")
    over, under = unit_of(above), unit_of(below)
    return f"{over.code}_per_{under.code}" if slash and over and under else None


def roots(extra: Path | None = None) -> tuple[Path, ...]:
    """The folders of series, the one to write to first."""
    named = extra or os.environ.get("SHINCHOKU_SERIES")
    if named:
        return (Path(named).expanduser().absolute(), BUNDLED)
    is_checkout = (BUNDLED.parent.parent / "pyproject.toml").is_file() and os.access(BUNDLED, os.W_OK)
    if is_checkout and not places.is_address(places.named()):
        return (BUNDLED,)
    return (places.data_folder() / "series", BUNDLED)


def load(extra: Path | None = None) -> Registry:
    """Every series; cheap, and read again only where a file changed."""
    folders = roots(extra)
    names = sorted({path.parent.name for folder in folders for path in folder.glob("*/series.yaml")})
    registry = Registry()
    for name in names:
        series = _series(tuple(folder / name for folder in folders))
        registry.series[series.id] = series
    return registry


def find_edition(edition_id: str, extra: Path | None = None) -> Edition | None:
    """A registered edition. Only its own series is read, however many there are."""
    series_id, _, name = edition_id.partition("-")  # no id of a series has a hyphen
    folders = tuple(folder / series_id for folder in roots(extra))
    if not name or not any((folder / "series.yaml").is_file() for folder in folders):
        return None
    return _series(folders).editions.get(name)


_cache: dict[tuple[Path, ...], tuple[tuple[tuple[str, int, int], ...], Series]] = {}


def _series(folders: tuple[Path, ...]) -> Series:
    files = sorted(path for folder in folders for path in folder.rglob("*.yaml"))
    state = tuple((str(path), (stat := path.stat()).st_mtime_ns, stat.st_size) for path in files)
    known = _cache.get(folders)
    if known and known[0] == state:
        return known[1]
    series = _read_series(folders)
    _cache[folders] = (state, series)
    return series


def _read_series(folders: tuple[Path, ...]) -> Series:
    series_path = next(path for folder in folders if (path := folder / "series.yaml").is_file())
    data, lines = read_yaml(series_path)
    meta = validated(SeriesFile, data, lines, series_path)
    if meta.id != folders[0].name:
        _reject(series_path, lines, ("id",), f"'{meta.id}' is not the name of its folder, '{folders[0].name}'. Make them the same.",
                f"「{meta.id}」がフォルダ名「{folders[0].name}」と違います。揃えてください。")
    _unique(series_path, lines, "sections", (section.id for section in meta.sections))
    series = Series(meta, folders, sections={section.id: section for section in meta.sections})
    indicators_path = series.find("indicators.yaml")
    if indicators_path:
        series.indicators = _read_indicators(series, indicators_path)
    series.editions = _read_editions(series)
    return series


def _read_indicators(series: Series, path: Path) -> dict[str, Indicator]:
    data, lines = read_yaml(path)
    indicators = validated(IndicatorsFile, data, lines, path).indicators
    _unique(path, lines, "indicators", (indicator.id for indicator in indicators))
    ids = {indicator.id for indicator in indicators}
    for number, indicator in enumerate(indicators):
        place: Place = ("indicators", number)
        if indicator.section not in series.sections:
            _unknown(path, lines, (*place, "section"), "section", "章", indicator.section, series.sections, "series.yaml")
        for key, code in [("unit", indicator.unit), *(("units", code) for codes in indicator.units.values() for code in codes)]:
            if unit(code) is None:
                _unknown(path, lines, (*place, key), "unit", "単位", code, _UNITS, "sources/notation/units.yaml")
        for key, other in (("total", indicator.total), ("cumulates", indicator.cumulates)):
            if other is not None and other not in ids:
                _unknown(path, lines, (*place, key), "indicator", "指標", other, ids, path.name)
    return {indicator.id: indicator for indicator in indicators}


def _read_editions(series: Series) -> dict[str, Edition]:
    names = sorted({path.parent.name for folder in series.folders for path in folder.glob("editions/*/edition.yaml")})
    editions = []
    for name in names:
        path = series.find(f"editions/{name}/edition.yaml")
        assert path is not None
        data, lines = read_yaml(path)
        meta = validated(EditionFile, data, lines, path)
        if meta.edition != name:
            _reject(path, lines, ("edition",), f"'{meta.edition}' is not the name of its folder, '{name}'. Make them the same.",
                    f"「{meta.edition}」がフォルダ名「{name}」と違います。揃えてください。")
        editions.append(Edition(series, meta, path))
    return {edition.id: edition for edition in sorted(editions, key=lambda e: (e.fiscal_year, e.id))}


def _unique(path: Path, lines: Lines, key: str, ids: Iterable[str]) -> None:
    seen: dict[str, int] = {}
    for number, name in enumerate(ids):
        if name in seen:
            first = line_of(lines, (key, seen[name], "id"))
            _reject(path, lines, (key, number, "id"), f"'{name}' is taken already, on line {first}. Use another id.",
                    f"「{name}」は{first}行目で使われています。別のIDにしてください。")
        seen[name] = number


def _unknown(path: Path, lines: Lines, place: Place, en: str, ja: str, given: str, known: Iterable[str], home: str) -> None:
    import difflib

    near = difflib.get_close_matches(given, list(known), n=1)
    hint_en = f"Did you mean '{near[0]}'?" if near else f"Use one of those in {home}, or add it there."
    hint_ja = f"「{near[0]}」ではありませんか。" if near else f"{home}にあるものを使うか、そこに書き足してください。"
    _reject(path, lines, place, f"unknown {en} '{given}'. {hint_en}", f"{ja}「{given}」はありません。{hint_ja}")


def _reject(path: Path, lines: Lines, place: Place, en: str, ja: str) -> None:
    dotted = ".".join(str(part) for part in place)
    where = f"{path}:{line_of(lines, place)}: {dotted}"
    raise ShinchokuError(f"{where}: {en}", f"{where}: {ja}")
