"""The words of a repaired text that matter: quantities, periods, numbers that are none, and words that change a meaning.

One pass from left to right; at each place the first reader that fits wins: shares (3分の1, 4割), periods, the rules for what
is no figure (``nofigures.RULES``), words, quantities.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sources.notation.nofigures import MONTH_NAME, NUMBERED, RULE_PATTERN, RULES
from sources.notation.normalize import Normal
from sources.notation.periods import Dated, read_period
from sources.notation.quantities import Number, Skip, longest_unit, read_quantity, read_share, read_wari, stands_alone

# A change of meaning that holds for what follows it (or, 目指す, for what stands before).
_WORD = re.compile(
    r"(?P<level>目標値?を?(?:達成し|達成済|上回|下回|超え|クリア|未達)|(?:数値)?目標(?:値|数|額|件数)?(?:の|に対する|に対し)?(?:達成|比|到達)(?:率|"
    r"度|状況|比)?|対目標|(?:目標|計画|予算)比|達成[率度]|進捗率|執行率|実績[値数額]?|現状値?|"
    r"現況値?|基準値|初期値|当初値|策定時|実数|見込み?値?|予測値?|見通し|推計値?|参考値|目標の(?=約?\d[\d.,]{0,8} ?%(?:を?達成|"
    r"に達|に(?:とど|止)ま|の達成))|現在値|直近値)"
    r"|(?P<target>(?:数値|成果|最終|中間|達成|年間|到達)?目標[値数額]?|最終値|目指す値|到達点)"
    r"|(?P<growth>(?:対?前年度?(?:同[月期])?比?)?(?:増減率|伸び?率|増加率|減少率|変化率|成長率|"
    r"改定率(?!の)|上昇率|低下率|増率|(?<![削低軽縮])減率)|指数比)"
    r"|(?P<change>増減(?!の?(?:理由|要因|事由))[数額]?|増加[数額]|減少[数額]|差引(?!額残))"
)


@dataclass(slots=True)
class Token:
    kind: str  # number, period, skip, word, open, close, line, stop
    start: int
    end: int
    number: Number | None = None
    dated: Dated | None = None
    text: str = ""  # for words: level, target, growth, change; for skips: the ledger kind
    reason: str = ""


_ANCHOR = re.compile(
    r"[0-9]|[一二三四五六七八九十百千〇零壱弐参]|(?P<open>[(\[【〔<〈《])|(?P<close>[)\]】〕>〉》])|"
    r"(?P<line>\n)|(?P<stop>。)|[RHSTM'’‘F](?= ?'?[\d元一二三四五六七八九十.])|[Q](?=[1-4])|"
    r"(?:令 ?和|平 ?成|昭 ?和|大 ?正|明 ?治)|西暦|"
    r"(?=[前昨先今本当同来翌次直一去](?:年|回|月|度|々|期|昨|四|近|る))[前昨先今本当同来翌次直一去]|"
    r"[上下前後](?=半?期|半)|半数|過半数|"
    r"https?:|www\.|電話|TEL|Tel|tel|FAX|Fax|ファ|フリー|内線|直通|代表|☎|℡|連絡|〒|第|地下|"
    r"地上|B(?=\d)|午前|午後|AM|PM|[※*＊†‡注](?= ?:? ?\d)|[①-⒛❶-➓⓪-⓿㉑-㉟㊱-㊿]|[nN](?= ?=)|"
    r"[○◯](?=[はを印])|上位(?= ?\d)|サンプル|標本|この|その|これらの|以下の|次の|上記|下記|うち(?= ?[\d一-九])|= ?100|"
    r"四半期|三位|法人番号|整理番号|受付番号|管理番号|登録番号|番号|(?m:^) ?-(?= ?\d)|(?<![A-Za-z])[pP]{1,2}\.(?= ?\d)|"
    r"目標|数値目標|成果目標|達成|最終|中間目標|到達|年間目標|進捗率|執行率|実績|現状|現況|基準値|"
    r"初期値|当初値|策定時|実数|見込|予測|見通し|推計|参考値|対目標|計画比|予算比|直近値|現在値|"
    r"目指す値|(?:対?前年度?(?:同[月期])?比?)?(?:増減|伸び?率|増加[率数額]|減少[率数額]|変化率|"
    r"成長率|改定率|上昇率|低下率|増率|(?<![削低軽縮])減率)|差引|"
    rf"(?<![A-Za-z])(?={MONTH_NAME})[A-Za-z]|(?<![A-Za-z])[A-Za-z](?=[\w&.@+-]{{0,24}} ?\d)|(?:{NUMBERED}) ?(?=\d)"
)


def scan(normal: Normal, fiscal_year: int | None, calendar: str) -> list[Token]:
    """All tokens of a repaired text, in order."""
    text = normal.text
    tokens: list[Token] = []
    at = lowest = 0
    while match := _ANCHOR.search(text, at):
        start = match.start()
        token = _structural(match) or _token(text, start, lowest, fiscal_year, calendar)
        if token is None:
            at = start + 1 if not text[start].isdecimal() else _past_digits(text, start)
            if text[start].isdecimal():
                tokens.append(Token("skip", start, at, text="not_read", reason="no rule reads it"))
            continue
        tokens.append(token)
        at = max(token.end, start + 1)
        if token.text not in ("definition", "duration") and token.kind != "line":
            lowest = at  # 1日あたり is still heard by the number after it
    return tokens


def _past_digits(text: str, at: int) -> int:
    while at < len(text) and text[at].isdecimal():
        at += 1
    return at


def _structural(match: re.Match[str]) -> Token | None:
    kind = match.lastgroup
    return Token(kind, match.start(), match.end(), text=match[0]) if kind in ("close", "line", "stop") else (
        Token("open", match.start(), match.end(), text=match[0]) if kind == "open" and not _LISTED.match(match.string, match.start()) else None
    )


_LISTED = re.compile(r"(?m:^)\((?:\d{1,2}|[一二三四五六七八九十]{1,2})\) ?(?=[^\d\s%()~→\-])|\(?0\d{1,4}[)-]\d|\(注 ?\d")


def _token(text: str, at: int, lowest: int, fiscal_year: int | None, calendar: str) -> Token | None:
    share = read_share(text, at, lowest) or read_wari(text, at, lowest)
    if share:
        return _of(share)
    dated = read_period(text, at, fiscal_year, calendar, lowest)
    if dated and not _quantity_instead(text, dated):
        return Token("period", dated.start, dated.end, dated=dated)
    rule = RULE_PATTERN.match(text, at)
    if rule:
        found = RULES[int(next(name for name, value in rule.groupdict().items() if value is not None)[1:])]
        counted = found.unless_counted and _counts(text, rule.end()) and not _heads(text, rule) and not _names_what_is_ours(text, rule)
        if not counted or found.kind == "name" and _OF_A_NAME.match(text, rule.end()):
            return Token("skip", rule.start(), rule.end(), text=found.kind, reason=found.reason)
    word = _WORD.match(text, at)
    if word:
        return Token("word", at, word.end(), text=word.lastgroup or "")
    return _of(read_quantity(text, at, lowest))


def _of(found: Number | Skip | None) -> Token | None:
    if found is None:
        return None
    if isinstance(found, Skip):
        return Token("skip", found.start, found.end, text=found.kind, reason=found.reason)
    return Token("number", found.start, found.end, number=found)


def _counts(text: str, at: int) -> bool:
    """Whether what looked like a numbered name goes on as a quantity: 事例 5件, 目標 80%."""
    if re.match(r"[万億兆千百%~]|[.,]\d", text[at : at + 2]):
        return True
    if longest_unit(text, at):
        return True
    if text[at : at + 1] != " ":
        return False
    form = longest_unit(text, at + 1)
    if form and text.startswith(("数", "量", "額", "率"), at + 1 + len(form)):
        return False  # 指標1 登録者数: what is counted, and no unit of the 1
    return text[at + 1 : at + 2] in tuple("万億兆千百%") or (bool(form) and stands_alone(text, at + 1 + len(form)))


_SECTION = re.compile(r"\s?(\d{1,2})-(\d{1,2})$")


def _heads(text: str, mark: re.Match[str]) -> bool:
    """Whether 2-1 サービスの向上 is a heading, though サービス are counted: 10-20件 grows, and has its unit at once or nothing after it."""
    section = _SECTION.match(mark[0])
    if not section:
        return False
    unit = longest_unit(text, mark.end() + 1)
    return int(section[1]) >= int(section[2]) or bool(
        text.startswith(" ", mark.end()) and not re.match(r"[、。)\n]|$", text[mark.end() + 1 + len(unit) :])
    )


_OF_A_NAME = re.compile(r" [一-龥ァ-ヺー]{1,6}の")  # KPI 1-2 窓口の平均待ち時間
_OF_OURS = re.compile(r" ([^\s\d])の(?!うち|内)")


def _names_what_is_ours(text: str, mark: re.Match[str]) -> bool:
    """Whether 問3 市のデジタル化 or 戦略2 人の流れ begins a line: a numbered name and what it is about, and no 3 市."""
    return mark.start() == text.rfind("\n", 0, mark.start()) + 1 and bool(_OF_OURS.match(text, mark.end()))


def _quantity_instead(text: str, dated: Dated) -> bool:
    """5日以内, 3月分の支給 and the like are quantities though they look like dates."""
    return bool(re.match(r"(?:\d{1,2}) ?日$", text[dated.start : dated.end]))
