"""What a heading, caption, table header, stub or note says that governs what stands under it; it has no figures itself."""

from __future__ import annotations

import re

from sources.notation import numerals, periods
from sources.notation.model import Context, Heading
from sources.notation.normalize import normalize
from sources.notation.periods import Dated
from sources.notation.quantities import longest_unit
from sources.notation.tokens import Token, scan
from sources.notation.units import canonical, unit_of
from sources.records import Period

_UNIT_NOTE = re.compile(
    r"[(\[【]? ?単 ?位 ?[:：]? ?(?P<mult>[十百千]?[万億兆]?) ?(?P<unit>[^\s()\[\]【】、,:：]{1,10}) ?[)\]】]?")
_UNIT_BRACKET = re.compile(r"\( ?(?P<mult>[十百千]?[万億兆]?) ?(?P<unit>[^\s()、,:：\d]{1,10}[23]?) ?\)")
_UNIT_ALONE = re.compile(r"^ ?(?P<mult>[十百千]?[万億兆]?) ?(?P<unit>[^\s()、,:：\d]{1,10}) ?$", re.M)
_COUNTED = re.compile(r"(?P<unit>[一-龥ァ-ヺー]{1,8}?)数(?:量)?(?: ?\(|$|\n| )")
_COUNTERS = set("人名件枚個台本冊回戸棟床頭羽匹隻便校") | {"世帯", "か所", "箇所", "ヶ所", "カ所", "時間", "種類", "団体", "か月"}
# 基本目標１ and 目標Ⅱ： are names of what a plan is for; 目標（R8） and 目標値 are what an indicator is to reach.
_GOAL = r"(?:(?<=基本)|(?<=重点)|(?<=政策)|(?<=施策))目標 ?[0-9IVX①-⑨]|目標 ?(?:[0-9]{1,2}|[IVX]{1,4}|[①-⑨])(?:[ :.、]|$)"
_TARGET = re.compile(rf"(?!{_GOAL})目標(?!.{{0,6}}(?:達成|比|到達))|最終値|ターゲット|目指す姿")
_LEVEL = re.compile(r"実績|現状|現況|基準値|達成[率度]|進捗率|当初値|策定時|見込")
_GROWTH = re.compile(
    r"(?:前年度?|昨年度?|前期|前回|前年同[月期]|前月)(?:から)?(?:対?比|増減率|伸び?率)|増減率|基準年度?(?:から)?対?比|対基準年度?比|"
    r"伸び?率|増加率|減少率|変化率|成長率|対前年度?(?!(?s:.){0,6}(?:差|増減[数額]))")
_CHANGE = re.compile(r"(?:前年度?|昨年度?|前期|前回|前年同[月期]|前月)(?:から)?(?:との)?(?:差|増減(?!率))|増減(?!率|の?(?:理由|要因|事由))|差引増減")
_BACK = re.compile(r"(?:対?)(?P<far>前々|一昨)?(?:前|昨)(?:年度?|回|期)")
_EMPTY = re.compile(r"[(\[【〔<] ?(?:参 ?考|単位|[のにをは、,・:： ~→\-]*) ?[)\]】〕>]")
_SPACES = re.compile(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])| {2,}")
_SPREAD = re.compile(r"(?:[^\x00-\x7f] ){1,4}[^\x00-\x7f]")  # 合　計
_RATIOS = ("", "%", "倍", "ポイント", "割合", "‰")
_ABOUT = re.compile(r"約|概数|概算|およそ")


def heading(text: str, context: Context = Context()) -> Heading:  # noqa: B008
    """Read a heading. Relative years count from ``context.period``, else from the report's own fiscal year."""
    normal = normalize(text)
    repaired = normal.text
    if "ではなく" in repaired:
        # 前年比増減ではなく前年の割合: only what follows holds.
        normal = normalize(repaired.rpartition("ではなく")[2])
        repaired = normal.text
    calendar = context.calendar or ("fiscal" if "年度" in repaired else "")
    tokens = scan(normal, context.fiscal_year, calendar)
    found = Heading("", notes=tuple(dict.fromkeys(note for _, note in normal.notes)))
    spans = _period_of(tokens, context, found)
    _unit_of(repaired, found, spans)
    _measure_of(repaired, found)
    if found.base_back and found.base is None and context.period is not None:
        found.base = periods.back(found.period or context.period, found.base_back)
    found.label = _label(repaired, spans)
    return found


def _period_of(tokens: list[Token], context: Context, found: Heading) -> list[tuple[int, int]]:
    """The last period that governs, the base that is compared with; their places are cut out of the label."""
    spans = []
    for token in tokens:
        dated = token.dated
        if dated is None or dated.role == "event":
            continue
        if dated.role == "base":
            spans.append((token.start, token.end)) if dated.back is None else None
            if dated.back:
                found.base_back = dated.back
            elif dated.period is not None:
                found.base = dated.period
            continue
        if dated.back is None or dated.back <= 0:
            spans.append((token.start, token.end))
        found.period_back = max(dated.back or 0, 0)  # 前回調査（令和3年度）: the year that is printed
        found.period = _placed(dated, context)
        found.base = dated.base or found.base
    return spans


def _placed(dated: Dated, context: Context) -> Period | None:
    if dated.back is not None and context.period is not None:
        return periods.back(context.period, dated.back)
    return dated.period


def _unit_of(text: str, found: Heading, spans: list[tuple[int, int]]) -> None:
    for pattern in (_UNIT_NOTE, _UNIT_BRACKET, _UNIT_ALONE):
        for match in pattern.finditer(text):
            unit = match["unit"]
            known = unit_of(unit) is not None or (pattern is _UNIT_NOTE) or ("/" in unit and unit_of(unit.split("/")[0]) is not None)
            if not known and unit.endswith(("数", "量")) and unit_of(unit[:-1]) and not re.match(r" ?\w", text[match.end() :]):
                known, unit = True, unit[:-1]
            if pattern is _UNIT_ALONE and not _alone(match):
                continue
            if known and not (pattern is _UNIT_BRACKET and unit in ("計", "国", "県", "市", "町", "村", "年", "月", "日", "図", "表", "案", "例")):
                found.unit = canonical(unit)
                found.scale = sum(numerals.SMALL.get(c, 0) + numerals.LARGE.get(c, 0) for c in match["mult"])
                spans.append(match.span())
                return
    label = _label(text, spans)
    counted = _COUNTED.search(label)
    if counted:
        name = label[: counted.end("unit")]
        for at in range(counted.start("unit"), len(name)):
            form = longest_unit(name, at)
            if form and at + len(form) == len(name):
                found.unit = "名" if form in "員者" else canonical(form)
                return
        if name[-1] in "員者民":
            found.unit = "名"


def _alone(match: re.Match[str]) -> bool:
    """Whether a word alone in a heading is a unit: 円, 万枚, 世帯 are; 国, 計画 and 施設 name rows and columns."""
    entry = unit_of(match["unit"])
    if entry is None:
        return "/" in match["unit"]
    if entry.ja == "割合":
        return False  # the name of a column of shares, in which each states its unit or the caption does
    return bool(match["mult"]) or entry.kind not in ("count", "time", "other") or match["unit"] in _COUNTERS


def _measure_of(text: str, found: Heading) -> None:
    if _ABOUT.search(text) and "(約)" in text:
        found.qualifier = "about"
    if _TARGET.search(text):
        found.is_target, found.measure = True, "target"
    elif _GROWTH.search(text):
        found.measure = "growth" if found.unit in _RATIOS or "率" in text else "change"  # 対前年(人)
        found.base_back = found.base_back or (_years(text) if found.base is None else 0)
        found.period_back = 0
        found.period = None if _relative_only(text) else found.period
    elif _CHANGE.search(text):
        found.measure = "change"
        found.base_back = found.base_back or (_years(text) if found.base is None else 0)
        found.period_back = 0
        found.period = None if _relative_only(text) else found.period
    elif found.base is not None and found.period is None:
        found.measure = "growth" if found.unit in ("", "%", "倍") else "change"
    elif _LEVEL.search(text):
        found.measure = "level"


def _years(text: str) -> int:
    match = _BACK.search(text)
    return (2 if match["far"] else 1) if match else 0


def _relative_only(text: str) -> bool:
    return _BACK.search(text) is not None and not re.search(r"\d|元", text)


def _label(text: str, spans: list[tuple[int, int]]) -> str:
    """The words that are left when periods, units and empty brackets are taken out."""
    pieces, at = [], 0
    for start, end in sorted(spans):
        if start < at:
            continue
        pieces.append(text[at:start])
        at = end
    pieces.append(text[at:])
    label = "".join(pieces)
    for _ in range(2):
        label = _EMPTY.sub("", label)
    label = re.sub(r"(?<=[(【\[])[のにへ向けた、,:~ ]{1,6}|[、,:・~ ]+(?=[)】\]])", "", label)
    label = _SPACES.sub(" ", label.replace("\n", " ")).strip(" 、,:：・の~")
    return label.replace(" ", "") if _SPREAD.fullmatch(label) else label
