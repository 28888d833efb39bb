"""A second city, whose report is a table: its series is drafted from the first report, and the next one is held against it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.editions import Cover, take_in
from sources.observations import Observation
from sources.proposals import start_series
from sources.reading import read_report
from sources.registry import Edition, License, Recognise, SeriesFile, Words
from tests.ingestion import table_city
from tests.ingestion.editions import Judged, judged
from tests.ingestion.table_city import R6, a_year_later

pytestmark = pytest.mark.xdist_group("second city")  # so that its first report is read once

META = SeriesFile(
    id="kakuu_plan", title=Words(ja="架空市デジタル化推進計画（架空・試験用）", en="Digital plan of a made-up city (for tests)"),
    description=Words(ja="試験用", en="For tests"), publisher=Words(ja="架空市", en="Made-up City"), plan=Words(ja="架空計画", en="Made-up plan"),
    area_code="999997", standard_area_code="99999", area=Words(ja="架空市", en="Made-up City"), dataset="999997_plan",
    license=License(spdx="CC-BY-4.0", ckan="cc-by", url="https://creativecommons.org/licenses/by/4.0/"),
    recognise=Recognise(all=("架空市デジタル化推進計画",)), sections=(),
)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """The first edition of a series that was drafted from its report."""
    folder = tmp_path_factory.mktemp("first")
    pdf = table_city.pdf(folder / "R6.pdf", R6)
    series = start_series(folder / "series", META, read_report(pdf))
    return take_in(pdf, Cover(series, 2024, "R6"), extra=folder / "series").edition


@pytest.fixture(scope="module")
def seen(first: Edition) -> Judged:
    return judged(first.report, first, [])


@pytest.fixture(scope="module")
def before(seen: Judged) -> list[Observation]:
    return seen.match.observations


def later(first: Edition) -> Edition:
    return Edition(first.series, first.meta.model_copy(update={"edition": "R7", "fiscal_year": 2025}), first.file)


def test_the_drafted_series_takes_its_first_report_as_it_is(first: Edition, seen: Judged) -> None:
    assert seen.found == frozenset() and seen.match.unmatched == []
    said = {(first.series.indicators[o.indicator_id].name.ja, o.measure, o.fiscal_year): (o.source_text, o.unit_code) for o in seen.match.observations}
    assert len(said) == len(seen.match.observations) == sum(map(len, R6.values())) * 5
    for line in (line for lines in R6.values() for line in lines):
        printed = {("level", 2021): line.base, ("target", 2027): line.target, ("level", 2023): line.last, ("level", 2024): line.now}
        assert {key: said[line.name, *key][0] for key in printed} == printed
        assert said[f"{line.name} 達成率", "level", 2024] == (line.rate, "percent")


def test_a_year_later_nothing_is_found_where_nothing_changed(tmp_path: Path, first: Edition, before: list[Observation]) -> None:
    pdf = table_city.pdf(tmp_path / "R7.pdf", a_year_later(), ("R3", "R9", "R6", "R7"), "令和7年度")
    assert judged(pdf, later(first), before).found == frozenset()


def test_a_year_later_what_changed_is_found(tmp_path: Path, first: Edition, before: list[Observation]) -> None:
    report = {f"({n}) {group[2:]}": lines for n, (group, lines) in enumerate(a_year_later().items(), 4)}  # groups have other numbers now
    (online, waiting, unwritten), (robots, overtime, paperless), (datasets, people) = report.values()
    changed = {
        "(4) 市民サービスの向上": [online, waiting._replace(target="18"), unwritten._replace(unit="件")],
        "(5) 行政運営の効率化": [robots._replace(last="31"), overtime._replace(now="14.0"), paperless._replace(name="ペーパーレス会議実施率")],
        "(6) 情報の公開と人材": [people._replace(now="198"), datasets._replace(name="地図の閲覧件数", base="10", target="90", last="20", now="35")],
    }
    pdf = table_city.pdf(tmp_path / "R7.pdf", changed, ("R3", "R9", "R6", "R7"), "令和7年度")
    names = {i.id: i.name.ja for i in first.series.indicators.values()}
    found = {(kind, names.get(what, what), severity) for kind, what, severity in judged(pdf, later(first), before).found}
    assert {f for f in found if f[2] != "note"} == {
        ("target_changed", "窓口の平均待ち時間", "error"),
        ("unit_changed", "書かない窓口の利用者数", "error"),
        ("restated", "RPAを導入した業務数", "error"),
        ("magnitude", "職員の時間外勤務時間", "error"),
        ("renamed", "ペーパーレス会議の実施率", "error"),
        ("renamed", "ペーパーレス会議の実施率 達成率", "error"),
        ("cumulative_fell", "デジタル人材の育成人数(累計)", "error"),
        ("vanished", "オープンデータの公開件数", "error"),
        ("vanished", "オープンデータの公開件数 達成率", "error"),
        ("new", "地図の閲覧件数", "error"),
        ("new", "達成率", "error"),
    }
