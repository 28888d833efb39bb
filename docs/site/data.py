"""The reference pages about data: tables and code lists, units, indicators, rules."""

from __future__ import annotations

import re

from docs.site.markdown import Language, Words, code, codes, head, say, table
from expectations import figures, findings, observations, previous
from expectations.results_page import SUITES
from expectations.rules import Rule
from sources.notation.units import UNITS
from sources.registry import BUNDLED, Indicator, Series, load, unit
from warehouse.fields import Column, Table, dictionary


def tables(language: Language) -> str:
    """Every table, view, column and code list of the field dictionary."""
    ja, known = language == "ja", dictionary()
    parts = [head("表と列" if ja else "Tables and columns", "tables", language, "[warehouse/fields.yaml](../../warehouse/fields.yaml)",
                  "データベース、CSV、JSON、Parquet、データ辞書は、すべて同じ項目辞書に従います。" if ja else
                  "Warehouse, CSV, JSON, Parquet and data dictionaries all follow this one field dictionary.")]
    for title, group in (("表" if ja else "Tables", known.tables), ("ビュー" if ja else "Views", known.views)):
        parts.append(f"## {title}\n")
        parts += [_table(each, language) for each in group.values()]
    parts.append("## コードリスト\n" if ja else "## Code lists\n")
    for codelist in known.codelists.values():
        parts.append(f"### `{codelist.name}`" + (f"（{codelist.label.ja}）\n" if ja else f": {codelist.label.en}\n"))
        parts.append(table(("コード", "名称", "説明") if ja else ("Code", "Name", "Meaning"),
                           [(code(each.code), say(each.label, language), say(each.about, language)) for each in codelist.codes]))
    return "\n".join(parts)


def _table(described: Table, language: Language) -> str:
    ja = language == "ja"
    key = codes(described.primary_key)
    about = f"{say(described.about, language)}{'。' if ja else '.'}"
    if key:
        about += f"主キー：{key}。" if ja else f" Key: {key}."
    headings = ("列", "名称", "説明", "型", "制約") if ja else ("Column", "Name", "Meaning", "Type", "Constraints")
    rows = [(code(column.name), say(column.label, language), say(column.about, language), column.type, _constraints(column, language))
            for column in described.columns]
    title = f"### `{described.name}`" + (f"（{described.label.ja}）" if ja else f": {described.label.en}")
    return f"{title}\n\n{about}\n\n{table(headings, rows)}"


def _constraints(column: Column, language: Language) -> str:
    ja = language == "ja"
    parts = ["必須" if ja else "required"] if column.required else []
    if column.codelist:
        parts.append(("コード：" if ja else "codes: ") + code(column.codelist.name))
    if column.pattern:
        parts.append(code(column.pattern))
    if column.minimum is not None or column.maximum is not None:
        parts.append(f"{'' if column.minimum is None else column.minimum}–{'' if column.maximum is None else column.maximum}")
    if column.sdmx:
        parts.append(f"SDMX {code(column.sdmx)}")
    return ("、" if ja else "; ").join(parts)


KINDS = {
    "count": ("個数", "Counts"), "ratio": ("比率", "Ratios"), "difference": ("比率の差", "Differences of ratios"), "money": ("金額", "Money"),
    "time": ("時間", "Time"), "age": ("年齢", "Age"), "length": ("長さ", "Length"), "area": ("面積", "Area"), "volume": ("体積", "Volume"),
    "mass": ("質量", "Mass"), "energy": ("エネルギー", "Energy"), "power": ("電力", "Power"), "data": ("データ量", "Data"),
    "temperature": ("温度", "Temperature"), "score": ("点数", "Scores"), "other": ("その他", "Others"),
}


def units(language: Language) -> str:
    """The code list of units, by kind."""
    ja = language == "ja"
    parts = [head("単位" if ja else "Units", "units", language, "[sources/notation/units.yaml](../../sources/notation/units.yaml)",
                  "二つの単位の比（`hour_per_year` など）は、コードを `_per_` でつなぎます。加え方は[単位を加える](../new-unit.ja.md)にあります。" if ja else
                  "A rate joins two codes by `_per_` (`hour_per_year`). How one is added: [Add a unit](../new-unit.md).")]
    headings = ("コード", "名称", "同じ意味で、名称にそろえる表記", "表記を残すもの", "UCUM", "UN/ECE") if ja else (
        "Code", "Name", "Printed", "Means the same, written as the first", "Keeps its printed form", "UCUM", "UN/ECE")
    for kind in dict.fromkeys(each.kind for each in UNITS):
        rows = []
        for each in (each for each in UNITS if each.kind == kind):
            name = (each.ja,) if ja else (each.en, code(each.ja))
            same = codes(form for form in each.same if form != each.ja)
            rows.append((code(each.code), *name, same, codes(each.also), code(each.ucum), code(each.unece)))
        parts += [f"## {KINDS[kind][0 if ja else 1]}\n", table(headings, rows)]
    return "\n".join(parts)


DIRECTIONS = {"up": ("増加", "up"), "down": ("減少", "down"), "none": ("なし", "neither")}


def indicators(language: Language) -> str:
    """The indicators of the bundled series, by section."""
    ja = language == "ja"
    parts = [head("指標" if ja else "Indicators", "indicators", language, "`sources/series/*/indicators.yaml`",
                  "同梱の系列の指標です。" if ja else "These are the indicators of the bundled series.")]
    for series in load(BUNDLED):
        parts.append(f"## {say(series.meta.title, language)}\n")
        for section in series.sections.values():
            mine = [each for each in series.indicators.values() if each.section == section.id]
            if mine:
                headings = ("ID", "指標", "単位", "望ましい向き", "目標", "印刷された項目名") if ja else (
                    "Id", "Indicator", "Unit", "Better", "Target", "Labels as printed")
                parts += [f"### {section.number} {say(section.name, language)}".replace("#  ", "# ") + "\n",
                          table(headings, [_indicator(series, each, language) for each in mine])]
    return "\n".join(parts)


def _indicator(series: Series, one: Indicator, language: Language) -> tuple[str, ...]:
    known = unit(one.unit)
    return (code(one.id), say(one.name, language), say(known.name if known else None, language),
            DIRECTIONS[one.direction][0 if language == "ja" else 1],
            f"{one.target.text} ({one.target.fiscal_year})" if one.target else "", codes(one.names))


WEIGHT = {"error": ("エラー", "error"), "warning": ("警告", "warning")}
PARTS = (figures, observations, previous)


def rules(language: Language) -> str:
    """Every rule with an example of what it catches, and every kind of note."""
    ja, at = language == "ja", 0 if language == "ja" else 1
    parts = [head("規則" if ja else "Rules", "expectations", language, "`expectations/`", "")]
    parts.append("**エラー** は版の公開を止め、**警告** は示したうえで公開します。人は `shinchoku decide`、確認ページ、または `decisions.yaml` で、"
                 "理由を添えて訂正・承認・対応付けができます。\n" if ja else
                 "An **error** keeps an edition from being published, a **warning** is shown and published with. A person settles either with "
                 "`shinchoku decide`, on the review page or in `decisions.yaml`, by a correction, an acknowledgement or a mapping with a reason.\n")
    counts = [(SUITES[_name(suite)][at], *(str(sum(rule.severity == weight for rule in suite.RULES)) for weight in WEIGHT)) for suite in PARTS]
    parts.append(table(("", "エラー", "警告") if ja else ("", "errors", "warnings"), counts))
    for suite in PARTS:
        parts.append(f"## {SUITES[_name(suite)][at]}\n")
        parts += [_rule(rule, language) for rule in suite.RULES]
    parts.append("## 注記\n\n決めることはなく、版の所見に示されるだけです。\n" if ja else
                 "## Notes\n\nNothing is to be decided; they are shown among the findings of an edition.\n")
    parts += [f"### `{kind}`\n\n{_sentence(title, language)}\n\n- {'例：' if ja else 'Example: '}{_sentence(example, language)}\n"
              for kind, (title, example) in findings.NOTES.items()]
    return "\n".join(parts)


def _name(suite: object) -> str:
    return str(getattr(suite, "__name__", "")).rpartition(".")[2]


def _rule(rule: Rule, language: Language) -> str:
    ja = language == "ja"
    weight = WEIGHT[rule.severity][0 if ja else 1]
    return (f"### `{rule.id}`" + (f"（{weight}）" if ja else f" ({weight})") + f"\n\n{_sentence(rule.title, language)}\n\n"
            f"- {'例：' if ja else 'Catches: '}{_sentence(rule.catches, language)}\n"
            f"- {'対処：' if ja else 'What to do: '}{_sentence(rule.remedy, language)}\n")


def _sentence(words: Words, language: Language) -> str:
    return re.sub(r"[。.]?$", "。" if language == "ja" else ".", say(words, language), count=1)
