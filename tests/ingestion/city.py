"""A made-up city with a made-up plan: its series folder, and reports of it that are read in a second. Not a test."""

from __future__ import annotations

from pathlib import Path

from tests.variants.recipe import reportlab_pdf, wording

SERIES = """\
id: madeup_city
title: {ja: 架空市デジタル計画, en: Digital plan of a made-up city}
description: {ja: 試験のための架空の計画, en: A made-up plan for tests}
publisher: {ja: 架空市, en: Made-up City}
plan: {ja: 架空市デジタル計画, en: Digital plan of a made-up city}
area_code: "442020"
standard_area_code: "44202"
area: {ja: 架空市, en: Made-up City}
dataset: 442020_madeup
license: {spdx: CC-BY-4.0, ckan: cc-by, url: "https://creativecommons.org/licenses/by/4.0/"}
recognise: {all: [架空市デジタル計画], any: [進捗状況]}
sections:
  - {id: s01, number: "01", name: {ja: 窓口の改革, en: Counters}}
"""
INDICATORS = """\
# 架空市の指標
indicators:
  - id: applications
    name: {ja: オンライン申請, en: Online applications}
    section: s01
    unit: case
    names: [オンライン申請]
    direction: up
    expected_measures: [level]
  - id: courses  # 講座は年度ごと
    name: {ja: 講座開催, en: Courses held}
    section: s01
    unit: occasion
    names: [講座開催]
    direction: up
"""
WORDING = """\
= 01 窓口の改革
@ R9に向けた目標
丁寧な窓口
# オンライン申請
! |{applications}|件
({year}年度)
(前年度 {before}件)
# {courses_label}
! |{courses}|回
({year}年度)
{more}
"""


def series(folder: Path) -> Path:
    home = folder / "madeup_city"
    home.mkdir(parents=True)
    (home / "series.yaml").write_text(SERIES, encoding="utf-8")
    (home / "indicators.yaml").write_text(INDICATORS, encoding="utf-8")
    return folder


def report(
    path: Path, year: str = "R6", *, applications: str = "120", before: str = "100", courses: str = "30",
    courses_label: str = "講座開催", more: str = "", cover: tuple[str, ...] | None = None,
) -> Path:
    """One page of figures after a cover."""
    text = WORDING.format(year=year, applications=applications, before=before, courses=courses, courses_label=courses_label, more=more)
    lines = ("架空市デジタル計画", f"令和{year[1:]}年度 進捗状況", "（架空の報告書）")
    return reportlab_pdf(path, cover=lines if cover is None else cover, sections=wording(text.strip()), shuffled=False)
