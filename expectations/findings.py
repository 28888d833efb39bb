"""What matching found that a person should know or decide, as rules: one for each kind of finding that is more than a note.

The finding is the matching's; here it becomes a check with a name, a severity and an example like every other.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from expectations.rules import Rule, Text, holds
from expectations.subject import Subject
from sources.findings import KINDS

SHOW = ("page", "figure_id", "indicator_id", "message_ja", "message_en", "before")
DECIDE = Text(
    "確認ページの該当箇所に示す decisions.yaml の記述で決めます",
    "Decide by the lines for decisions.yaml that the review page gives",
)
LOOK = Text("ページを確かめます。このままでも公開されます", "Look at the page; it is published with this note")


def _rule(kind: str, title: Text, catches: Text, remedy: Text = DECIDE) -> Rule:
    severity = KINDS[kind]
    assert severity in ("error", "warning")
    return Rule(kind, "finding", holds(kind), severity, title, catches, remedy, SHOW)  # type: ignore[arg-type]


OF_MATCHING = (
    _rule(
        "stale_decision",
        Text("決定の前提は今も成り立つ", "What each decision expects still holds"),
        Text(
            "646件 を前提とする訂正があるが、差し替えた報告書では 650件",
            "A correction expects 646件; the replaced report says 650件",
        ),
    ),
    _rule(
        "ocr",
        Text("画像から読んだ数値は人が確かめている", "A person confirmed every number that was read from a picture"),
        Text("スキャン画像の 1,244 が 1,214 と読まれているかもしれない", "A scanned 1,244 may have been read as 1,214"),
    ),
    _rule(
        "duplicate",
        Text("同じ指標と期間の数値が食い違わない", "No two numbers of one indicator and period differ"),
        Text("公開データセット数の R7.3末 に 646件 と 639件 の二つがある", "The open datasets of March 2025 are 646件 and 639件"),
    ),
    _rule(
        "ambiguous",
        Text("どの数値の指標も一つに決まる", "Every number fits one indicator only"),
        Text("「参加者数」の 564名 に当たる指標が二つある", "564名 of 参加者数 fits two indicators"),
    ),
    _rule(
        "renamed",
        Text("指標の名前は知られている", "Indicators bear known names"),
        Text(
            "「公開データセット数」が「オープンデータ公開件数」に変わった",
            "公開データセット数 is now called オープンデータ公開件数",
        ),
    ),
    _rule(
        "new",
        Text("どの数値も知られた指標のもの", "Every number belongs to a known indicator"),
        Text("新しい見出しの 12施設 に当たる指標がない", "12施設 under a new heading has no indicator yet"),
    ),
    _rule(
        "missing",
        Text("登録された指標はすべて報告されている", "Every registered indicator is reported"),
        Text("視察受入 の囲みが読めず、指標に値がない", "The tile 視察受入 was not read: its indicator has no value"),
    ),
    _rule(
        "measure_missing",
        Text("指標ごとに、水準・増減など期待した測り方がそろっている", "Each indicator has the measures that are expected of it"),
        Text("公開データセット数 に前年度比がない", "The open datasets come without their change"),
        LOOK,
    ),
    _rule(
        "unit_changed",
        Text("単位は指標の単位", "The unit is the indicator's"),
        Text("枚で数えてきた証明書が 件 で印刷されている", "Certificates, so far counted in 枚, are printed in 件"),
    ),
    _rule(
        "unit_loose",
        Text("一つの指標は一つの単位で印刷されている", "One indicator is printed in one unit"),
        Text(
            "26回 に 前年度比+20件、212マップ に +37件マップ と、単位がずれている",
            "26回 has +20件 beside it, and 212マップ has +37件マップ",
        ),
        Text(
            "報告書のゆれです。値は指標の単位で公開され、注記が付きます",
            "The report is loose here: the value is published in the indicator's unit, with a note",
        ),
    ),
    _rule(
        "ambiguous_period",
        Text("期間の種類は指標のもの（一時点・一年度・複数年度）", "Each number speaks of the kind of period that its indicator has"),
        Text(
            "3月末の数だった 集約対象業務 5手続き が、隣の見出しの「R6年度」の値と読める",
            "5手続き, so far counted at the end of March, seems to speak of the R6年度 of a heading nearby",
        ),
    ),
    _rule(
        "period_assumed",
        Text("どの数値にも期間が印刷されている", "A period is printed for every number"),
        Text(
            "時点の書かれていない 660件 を、前年度の値が前の版と合うことから、これまでどおり3月末の値とした",
            "660件 without a date was taken for the end of March as ever, since the prior year's value agrees with the last edition",
        ),
        LOOK,
    ),
    _rule(
        "unnamed",
        Text("数値のない指標も名前は載っている", "Indicators without a number are still named"),
        Text("図だけで示されてきた「保有率」の名前が見つからない", "保有率, so far drawn as a picture, is not named any more"),
        LOOK,
    ),
    _rule(
        "not_read",
        Text("読み残した数字がない", "No digit is left unread"),
        Text("図の中の 135 が、数値とも目盛とも分からず残っている", "135 in a drawing is neither a figure nor an axis tick"),
        Text(
            "確認ページで場所を見て、数値なら報告してください", "Look at the spot on the review page; report it if it is a figure"
        ),
    ),
)

ACROSS_EDITIONS = (
    _rule(
        "vanished",
        Text("前の版にあった指標は、この版にもある", "What the last edition reported is reported again"),
        Text("視察受入 が今年の報告書から消えている", "The visits received are gone from this year's report"),
    ),
    _rule(
        "magnitude",
        Text("前の値と桁が違わない", "Values keep the magnitude of the ones before"),
        Text("前の版の 1,320万時間 が 1,320時間 になっている（万が落ちた）", "1,320万時間 became 1,320時間: a lost 万"),
    ),
    _rule(
        "restated",
        Text("同じ期間の値は前の版と矛盾しない", "Both editions agree on the same period"),
        Text(
            "R6版で 646件 だった R7.3末 が、R7版の前年度では 650件",
            "646件 for March 2025 in the R6 edition, 650件 in the R7 edition",
        ),
    ),
    _rule(
        "swapped",
        Text("指標の名前は入れ替わっていない", "Labels have not changed places"),
        Text(
            "公開データセット数の前年度が 17件、伴走支援件数の前年度が 646件 で、前の版とちょうど逆",
            "Last year's value is 17件 for the datasets and 646件 for the projects: the last edition says the reverse",
        ),
    ),
    _rule(
        "not_updated",
        Text("毎年の値は今年のものになっている", "What is reported every year has moved on"),
        Text("R7年度の報告書で、公開データセット数が R7.3末 の 646件 のまま", "The R7 report still prints 646件 as of March 2025"),
        LOOK,
    ),
    _rule(
        "refined",
        Text("同じ期間の値は前の版と同じ細かさ", "Both editions print the same period as exactly"),
        Text("R6版の 30万枚超 が、R7版では 30.4万枚", "30万枚超 in the R6 edition is 30.4万枚 in the R7 edition"),
        LOOK,
    ),
    _rule(
        "target_changed",
        Text("目標は前の版と同じ", "Targets are those of the last edition"),
        Text("R9年度の目標 80%以上 が 70%以上 に下がっている", "The target for fiscal 2027 went from 80%以上 to 70%以上"),
    ),
    _rule(
        "cumulative_fell",
        Text("累計は減らない", "A cumulative count does not fall"),
        Text("累計 544システム が翌年 540システム に減っている", "544 systems in all one year, 540 the next"),
    ),
)

# What is only told: kinds of findings that nobody has to decide, each with an example.
NOTES: dict[str, tuple[Text, Text]] = {
    "loosened": (
        Text("前の版の値が、同じか粗く印刷されている（矛盾しない）", "A value of the last edition is printed as exactly or less so, and agrees"),
        Text("R6版の 約27% が、R7版の前年度では 27%", "約27% in the R6 edition is 27% as the prior year of the R7 edition"),
    ),
    "moved": (
        Text("指標が別の章に印刷されている", "An indicator is printed under another section"),
        Text("BPRの章にあった 集約対象業務 が、働き方改革の章にある", "集約対象業務, so far under BPR, stands under work-style reform"),
    ),
    "unit_printed": (
        Text("同じ単位の書き方が変わった", "The same unit is written otherwise"),
        Text("1,450名 と印刷されていた人数が 2,100人 になった", "Persons so far printed 1,450名 are 2,100人"),
    ),
    "homoglyph": (
        Text("見かけの同じ別の文字を直して読んだ", "A look-alike character was read as what it stands for"),
        Text("2,3O0手続き の O（英字）を 0 と読んだ", "The letter O of 2,3O0手続き was read as a nought"),
    ),
    "repaired": (
        Text("文字の崩れを直して読んだ", "Broken characters were mended while reading"),
        Text("太字のための重ね打ち 66440044 を 6404 と読んだ", "66440044, printed twice to look bold, was read as 6404"),
    ),
}


def frame(subject: Subject) -> pd.DataFrame:
    """One row a finding, with a column for each kind that is false where the finding is of that kind."""
    kinds = [kind for kind, severity in KINDS.items() if severity != "note"]
    rows: list[dict[str, Any]] = []
    for finding in subject.findings:
        place = finding["now"].get("page") or finding["before"].get("page")
        rows.append(
            {
                "finding_key": finding["id"].partition(":")[2],
                "printed": finding["expect"],
                "settled_by": finding["settled"] or None,
                "page": place,
                "figure_id": finding["figure_id"],
                "indicator_id": finding["indicator_id"],
                "message_ja": finding["message_ja"],
                "message_en": finding["message_en"],
                "before": finding["before"].get("text"),
                **{kind: False if finding["kind"] == kind else None for kind in kinds},
            }
        )
    columns = ["finding_key", "printed", "settled_by", *SHOW, *kinds]
    return pd.DataFrame(rows, columns=columns, dtype=object)
