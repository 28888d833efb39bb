"""Two made-up editions of a made-up city, the second with something to decide of each sort, as tests of the review need them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sources.registry import check_digit
from tests.variants.recipe import reportlab_pdf, wording

SERIES = "mihon_dx"
COVER = ["見本市DX計画（架空）", "令和{year}年度 進捗状況"]

R6 = """\
= 01 窓口の利用
@ 目標
多くの市民が使う
# 証明書コンビニ交付
! |30|万枚超
(R6年度)
前年度比+3万枚
(前年度 27万枚)
# 窓口予約
! |1,200|件
(R6年度)
# 視察受入
! |27|自治体
(R6年度)
= 02 データの活用
@ 目標
多くのデータを公開
# 公開データセット数
! |646|件
(R7.3末時点)
前年度比+7件
(前年度 639件)
# 作業時間の削減
! |1,320|万時間
(R6年度)
"""

R7 = """\
= 01 窓口の利用
@ 目標
多くの市民が使う
# 証明書コンビニ交付
! |33.1|万枚
(R7年度)
前年度比+2.7万枚
(前年度 30.4万枚)
# 窓口予約
! |1,310|枚
(R7年度)
# <b>ロボット & "相談"</b>
! |12|施設
(R7年度)
= 02 データの活用
@ 目標
多くのデータを公開
# 公開データ数
! |700|件
(R8.3末時点)
前年度比+50件
(前年度 650件)
# 作業時間の削減
! |1,380|時間
(R7年度)
"""

SERIES_YAML = """\
id: mihon_dx
title: {{ja: 見本市DX計画 進捗状況（架空）, en: Progress of the DX plan of Mihon (made up)}}
description: {{ja: 試験のための架空の報告書, en: A made-up report for tests}}
publisher: {{ja: 見本市, en: City of Mihon}}
plan: {{ja: 見本市DX計画, en: DX plan of Mihon}}
area_code: "{area}"
standard_area_code: "{area:.5}"
area: {{ja: 見本市, en: Mihon}}
dataset: mihon_dx
license: {{spdx: CC-BY-4.0, ckan: cc-by, url: "https://creativecommons.org/licenses/by/4.0/"}}
recognise: {{all: [見本市DX計画]}}
sections:
  - {{id: s01, number: "01", name: {{ja: 窓口の利用, en: Use of counters}}}}
  - {{id: s02, number: "02", name: {{ja: データの活用, en: Use of data}}}}
"""

INDICATORS_YAML = """\
# Kept by people: this comment must outlive what the review writes.
indicators:
  - id: certificates
    name: {ja: 証明書コンビニ交付件数, en: Certificates issued at convenience stores}
    section: s01
    unit: sheet
    names: [証明書コンビニ交付]
    direction: up
    covers: year
  - id: reservations
    name: {ja: 窓口予約件数, en: Reservations for counters}
    section: s01
    unit: case
    names: [窓口予約]
    direction: up
    covers: year
  - id: visits
    name: {ja: 視察受入自治体数, en: Municipalities received}
    section: s01
    unit: municipality
    names: [視察受入]
    direction: up
    covers: year
  - id: datasets
    name: {ja: 公開データセット数, en: Open datasets}
    section: s02
    unit: case
    names: [公開データセット数]
    direction: up
  - id: hours_saved
    name: {ja: 作業時間の削減, en: Working hours saved}
    section: s02
    unit: hour
    names: [作業時間の削減]
    direction: up
    covers: year
"""

EDITION_YAML = """\
edition: R{year}
fiscal_year: {fiscal_year}
title: {{ja: 見本市DX計画 令和{year}年度進捗状況（架空）, en: "DX plan of Mihon (made up), fiscal {fiscal_year}"}}
file: report.pdf
sha256: {sha256}
origin: facsimile
origin_note: {{ja: 試験のための架空の報告書です。, en: A report made up for tests.}}
status: {status}
"""


def write_series(root: Path, later: str = R7) -> Path:
    """The series as a folder for SHINCHOKU_SERIES: R6 accepted, R7 a draft."""
    folder = root / SERIES
    folder.mkdir(parents=True)
    (folder / "series.yaml").write_text(SERIES_YAML.format(area="99999" + check_digit("99999")), encoding="utf-8")
    (folder / "indicators.yaml").write_text(INDICATORS_YAML, encoding="utf-8")
    for year, words, status in ((6, R6, "accepted"), (7, later, "draft")):
        edition = folder / "editions" / f"R{year}"
        edition.mkdir(parents=True)
        pdf = reportlab_pdf(
            edition / "report.pdf", columns=2, upright=False, shuffled=False,
            cover=[line.format(year=year) for line in COVER], sections=wording(words),
        )
        meta = EDITION_YAML.format(
            year=year, fiscal_year=2018 + year, status=status, sha256=hashlib.sha256(pdf.read_bytes()).hexdigest()
        )
        (edition / "edition.yaml").write_text(meta, encoding="utf-8")
    return root
