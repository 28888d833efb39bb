"""Made-up towns by the hundred: for each a series folder with a report a year, as the country would have them. ``python -m tests.load.towns``."""

from __future__ import annotations

import argparse
import hashlib
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path

from sources.registry import check_digit
from tests.ingestion import city

FIRST = "東西南北上下中大小新古本元奥前後内外高長広深清白赤青黒金銀福朝夕若"
LAST = "山川田原野島崎沢谷岡森林松杉竹梅桜橋浜津浦江池泉滝石岩坂宮寺里村戸江井木根葉花草水風雲空月星鳥馬鹿鶴亀貝磯港峰畑沼牧"
PREFECTURES = 47

EDITION = """\
edition: {year}
fiscal_year: {fiscal_year}
title: {{ja: {name}デジタル計画 {year}進捗状況, en: "Digital plan of {id}, progress in {year}"}}
file: report.pdf
sha256: {sha256}
page_count: 2
origin: facsimile
origin_note: {{ja: 試験のための架空の報告書, en: A made-up report for tests}}
status: {status}
issued: null
source_url: null
"""


def names() -> Iterator[str]:
    """Names of towns, no two alike."""
    return (f"{first}{last}町" for last, first in product(dict.fromkeys(LAST), FIRST))


def town(number: int, folder: Path, years: int, status: str = "accepted") -> Path:
    """The series folder of one town with its editions, R3 and after; the same number makes the same bytes."""
    name = next(name for n, name in enumerate(names()) if n == number)
    five = f"{number % PREFECTURES + 1:02d}{number // PREFECTURES + 301:03d}"
    series_id = f"town_{number:04d}"
    home = folder / series_id
    home.mkdir(parents=True)
    text = city.SERIES.replace("madeup_city", series_id).replace("442020", five + check_digit(five)).replace("44202", five)
    text = text.replace("架空市", name).replace("made-up city", series_id).replace("Made-up City", series_id).replace("_madeup", f"_{series_id}")
    (home / "series.yaml").write_text(text, encoding="utf-8")
    (home / "indicators.yaml").write_text(city.INDICATORS.replace("架空市", name), encoding="utf-8")
    dice = random.Random(number)
    applications = dice.randrange(100, 5000)
    for year in range(3, 3 + years):
        edition = home / "editions" / f"R{year}"
        edition.mkdir(parents=True)
        before, applications = applications, applications + dice.randrange(1, 400)
        report = city.report(
            edition / "report.pdf", f"R{year}", applications=f"{applications:,}", before=f"{before:,}", courses=str(dice.randrange(3, 90)),
            cover=(f"{name}デジタル計画", f"令和{year}年度 進捗状況", "（架空の報告書）"),
        )  # fmt: skip
        sha256 = hashlib.sha256(report.read_bytes()).hexdigest()
        said = EDITION.format(year=f"R{year}", fiscal_year=2018 + year, name=name, id=series_id, sha256=sha256, status=status)
        (edition / "edition.yaml").write_text(said, encoding="utf-8")
    return home


def towns(folder: Path, count: int, years: int = 5, status: str = "accepted", processes: int | None = None) -> Path:
    """Series folders of ``count`` towns with ``years`` editions each."""
    make = partial(town, folder=folder, years=years, status=status)
    if processes == 1:
        list(map(make, range(count)))
    else:
        with ProcessPoolExecutor(processes) as pool:
            list(pool.map(make, range(count), chunksize=16))
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0], epilog="python -m tests.load.towns build/country --count 1741")
    parser.add_argument("folder", type=Path, help="where the series folders are made (for SHINCHOKU_SERIES)")
    parser.add_argument("--count", type=int, default=1741, help="how many towns (default 1741, the municipalities of Japan)")
    parser.add_argument("--years", type=int, default=5, help="editions of each (default 5)")
    chosen = parser.parse_args()
    towns(chosen.folder, chosen.count, chosen.years)


if __name__ == "__main__":
    main()
