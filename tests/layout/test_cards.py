"""Cards and tiles: captions over numbers one by one, units under them, dates of their own, and what stands beside that is not of the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from sources.notation.periods import as_of, fiscal
from sources.reading import read_report
from sources.records import Figure

FONT = "HeiseiKakuGo-W5"


def card(folder: Path, *lines: Sequence[tuple[float, float, str]]) -> list[Figure]:
    """The figures of a framed card under a heading; each line a row of pieces: where it begins, its size, its words."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    page = Canvas(str(folder / "card.pdf"), pagesize=(420, 320), invariant=1)
    page.setFont(FONT, 18)
    page.drawString(30, 280, "行政サービスのDX")
    page.rect(30, 60, 340, 200)
    bottom = 240.0
    for line in lines:
        bottom -= max(size for _, size, _ in line) * 1.3
        for x, size, words in line:
            page.setFont(FONT, size)
            page.drawString(x, bottom, words)
    page.save()
    return read_report(folder / "card.pdf", fiscal_year=2024).figures


def test_captions_over_numbers_speak_each_of_the_one_under_it(tmp_path: Path) -> None:
    found = card(
        tmp_path, [(40, 13, "窓口予約の利用率")], [(40, 9, "R5実績"), (140, 9, "R6実績"), (240, 9, "R8目標")],
        [(40, 20, "48.0％"), (140, 20, "64.5％"), (240, 20, "80％")],
    )  # fmt: skip
    assert [(f.label, f.raw, f.measure, f.period) for f in found] == [
        ("窓口予約の利用率", "48.0％", "level", fiscal(2023)), ("窓口予約の利用率", "64.5％", "level", fiscal(2024)),
        ("窓口予約の利用率", "80％", "target", fiscal(2026)),
    ]  # fmt: skip


@pytest.mark.parametrize(("number", "unit", "value"), [("2,400", "万円", "24000000"), ("1億2,400", "万円", "124000000"), ("350", "件", "350")])
def test_a_unit_under_its_number_counts_with_its_multiplier(tmp_path: Path, number: str, unit: str, value: str) -> None:
    found = card(tmp_path, [(40, 13, "キャッシュレス決済の額")], [(40, 26, number)], [(40, 10, unit)])
    assert [(f.label, f"{f.value:f}") for f in found] == [("キャッシュレス決済の額", value)]


@pytest.mark.parametrize("note", ["5月7日から受付を開始しました", "令和5年10月から予約を開始"])
def test_when_something_began_is_not_when_it_was_counted(tmp_path: Path, note: str) -> None:
    found = card(tmp_path, [(40, 13, "Wi-Fi設置施設数")], [(40, 24, "24か所")], [(40, 9, note)])
    assert [(f.label, f.raw, f.period) for f in found] == [("Wi-Fi設置施設数", "24か所", fiscal(2024))]


def test_a_date_under_a_number_is_of_it_and_not_of_the_number_over_it(tmp_path: Path) -> None:
    found = card(
        tmp_path, [(40, 13, "公開データ数")], [(40, 24, "205件")], [(40, 9, "令和7年3月末現在（令和6年3月末 167件）")], [(40, 26, "")],
        [(40, 13, "ダウンロード数")], [(40, 24, "48,000回")], [(40, 9, "令和6年9月末現在")],
    )  # fmt: skip
    assert [(f.raw, f.period) for f in found] == [
        ("205件", as_of(date(2025, 3, 31))), ("167件", as_of(date(2024, 3, 31))), ("48,000回", as_of(date(2024, 9, 30))),
    ]  # fmt: skip


def test_an_arrow_is_no_heading(tmp_path: Path) -> None:
    found = card(tmp_path, [(40, 13, "議事録の作成")], [(40, 20, "120時間")], [(40, 24, "➡")], [(40, 20, "45時間")],
                 [(40, 9, "文字起こしと要約を自動にし、担当者は確認だけをしています。")], [(40, 9, "録音から公開までの日数も短くなりました。")])
    assert {f.section_title for f in found} == {"行政サービスのDX"}
    assert [f.raw for f in found] == ["120時間", "45時間"]


@pytest.mark.parametrize("heading", ["事例2　保育所入所選考のAI化", "２　事務事業", "KPI 1-2　窓口の平均待ち時間"])
def test_the_number_of_a_heading_counts_nothing(tmp_path: Path, heading: str) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    page = Canvas(str(tmp_path / "page.pdf"), pagesize=(420, 320), invariant=1)
    page.setFont(FONT, 16)
    page.drawString(30, 280, heading)
    page.setFont(FONT, 10)
    page.drawString(30, 250, "処理に要した時間は1,500時間です。")
    page.drawString(30, 232, "昨年に比べて大きく改善しています。")
    page.save()
    assert [f.raw for f in read_report(tmp_path / "page.pdf", fiscal_year=2024).figures] == ["1,500時間"]
