"""What the tokens of one text say together: which period, base, measure and part belongs to which number.

Rules, in the order in which they are applied from left to right:

1. A period in front governs what follows until the next; in brackets, or right after a number, it governs the numbers
   before it that have none; on a note's line (※) it governs that line.
2. 前年度比, R4年度と比較すると and the like make the next number, and the list it begins, a change (or growth: %, 倍) against
   that period; 前年度 alone makes it the head figure's own kind one year earlier.
3. 目標 makes targets of what follows, 実績, 達成率 and the like levels; alone on a line for all that follows, inside
   brackets or a line for the rest of these.
4. A中B, AのうちB are total and part; A/B with two units after a rate are part and total.
5. What is still without a period takes the only one of the text, else the context's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sources.notation import numerals, periods
from sources.notation.limits import Limit, limits_of, without_limits
from sources.notation.model import Context, Mark, Quantity, Read
from sources.notation.nofigures import AGE
from sources.notation.normalize import Normal, normalize
from sources.notation.periods import Dated
from sources.notation.quantities import Number
from sources.notation.tokens import Token, scan
from sources.notation.units import canonical, unit_of
from sources.records import Period

_LIST_GAP = re.compile(r" ?(?:[、,・と\n]|及び|および|並びに|かつ)? ?\Z")
_OF = re.compile(r"(?:の[^\d、。()\n]{1,16})?(?:の(?:うち|内)|[でとが]?[、, ]?(?:そのうち|うち|内(?![部容])))[^\d。\n]{0,24}\Z")
_AMONG = re.compile(
    r"[ \n]?(?:(?:の)?中(?![学間心央国高小期止長核山]))(?:[、,の\n ]|(?=\Z))[^\d。()]{0,24}\Z|"
    r"[、 ]?(?:\(|\n?\()?(?:うち|内数?)[^\d。()]{0,24}\Z")
_OF_THAT = re.compile(r".? ?の ?\Z")
_SHARED = re.compile(r"[、,][^\d。()]{0,24}\Z")
_OVER = re.compile(r"[ \n]?/[ \n]?\Z")
_RANGE = re.compile(r"[ \n]?(?:~|-|ないし|乃至)[ \n]?(?:約|およそ)?\Z")
_FROM_TO = re.compile(r" ?から ?\Z")
_FROM = re.compile(r" ?(?:から|より)[^\d。()\n]{0,16}\Z")
_UNIT_UNDER = re.compile(r"(?<=\d)\n(?=[十百千]?[万億兆][^\s\d\n]{0,4}(?:\n|$))")  # 2,400, and under it 万円
_PER = re.compile(r" ?(?:1 ?(?:人|日|か月|月|年|世帯) ?)?[当あ]たりの(?=[一-龥ァ-ヺー])")  # 市民1人1日当たりのごみ排出量
_GLOSS = re.compile(r" ?の?(?:増加?|減少?|上昇|低下)? ?\( ?\Z")  # 2,394人の増（42.7％増）
_PASSED = re.compile(r" ?(?:も)?[上下]回")  # 前年の57.9％を3.5ポイント上回った
_OUT_OF = re.compile(r" ?[をがは]")  # R5年度の申込1,200件から500件を採択: a part of them
_LEADS = re.compile(r"[^は、。\d]{0,20}\Z")
_ARROW = re.compile(r"(?:→|⇒|➡|➔|⇨)")
_GROUPS = re.compile(
    r"(?:全国|県|府|都|国|市|他都市|政令市|類似団体|同規模|管内|道内|県内|全県|世代|男女|業種)(?:の)?(?:平均|"
    r"計|全体|値|水準)?(?:値)?(?: ?(?:比|と比|に比|より|を|との差|に対し))|平均(?:より|を|と比|"
    r"に比)")
# 全国平均の77.9％を5.5ポイント下回る
_THAN_THAT = re.compile(r" ?\)?(?:を|より|に比べ|と比べ)[も、 ]?(?:約)?\Z")
_MEAN = re.compile(
    r"(?:全国|県|府|都|国|市|他都市|政令市|類似団体|同規模|管内|道内|県内|全県)(?:の)?(?:平均|計|全体|値|水準)?値?(?:は|の|\()? ?\Z|"
    r"平均(?:値)?(?:は|の|\()? ?\Z")
_UNIT_LINE = re.compile(r"(?m:^) ?[(]?(?:単位 ?[:：]? ?)?([十百千]?[万億兆]?)([^\s\d()\n]{1,8})[)]? ?(?m:$)")
_SUBJECT_DROP = re.compile(
    r"(?<=\s)/(?=\s|$)|に(?:当たる|あたる|相当する|上る|のぼる|達する|及ぶ)\Z|"
    r"[➡➔⇨➜▶►⏩»]+|(?:^|(?<=[\d\s、。（(]))・|[、。,:：\s()\[\]【】〔〕<>〈〉「」『』◇◆○●◎■□★☆※→⇒~]+"
)
_TAIL = re.compile(
    r"(?:の|は|が|を|に|で|と|も|へ|から|より|について|として|である|(?<![予契解条公節要規婚集制特盟密確])約|あと|合計|(?<![会統設家推])計|累計|(?<![県国府都道市町村区内体])平均|延べ|のべ|およそ|うち|総額|新た|(?<![安健保完万])全)+$|^(?:中)$"
)
_LEAD = re.compile(
    r"^(?:[×/↑↓↗↘]|このうち|そのうち|うち|また|なお|さらに|および|及び|に(?:対する|おける|関する|係る|よる)|[のはがをにでと](?=[ァ-ヺ一-龥])|"
    r"(?:内(?![製容部閣科訳外定線陸服])|中(?![学央小心国高止間期核古]))の?(?=..))"
)
# Words in brackets between a name and its number say which, not what.
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
# What is left of a comparison when its period is taken out, and a clause that describes that period: no subject.
_COMPARING = re.compile(r"^(?:すると?|ると|して(?:みると)?[もは]?|した場合)(?:[、,]|$|(?=[一-龥ァ-ヺA-Z]))")
_ADNOMINAL = re.compile(r"(?:した|された|れた|った|ている|ていた|なかった)$")
# 1,200件から着実に増え、1,500件: the rest of what was said of the number before.
_CARRIED = re.compile(r"(?:から|より|であ|だっ|とな|にな)(?!の)[^\d]*[ぁ-ん]|し|され?|であり|の?(?:増加?|減少?|上昇|低下)|[一-龥]{2}し(?:て)?|[上下]回る|超える")
# 登録率は保有者の85.2％: a share is of the topic, and the whole is in its name.
_TOPIC = re.compile(r"(.*[一-龥ァ-ヺー])は[一-龥ァ-ヺ]")
# これにより and 基準年度である name nothing that is counted.
_POINTS = re.compile(r"これ(?:ら)?|それ(?:ら)?|(?:に)?対し(?:て)?|基準年度?|基準値|策定時|当初|.{1,6}(?:あたり|当たり)")
# 19回実施（延べ843人: what was done so often, and no name of what follows.
_DONE = re.compile(r"[一-龥ァ-ヺ]{2,4}")
# 「便利になった」が 79.5％: whatever a quotation says, it is a name.
_QUOTED = re.compile(
    r"[「『]([^「」『』\n]{2,30})[」』](?:と(?:の?回答|答え|感じ|思)[^\d、。\n]{0,8}?)?(?:の?(?:割合|回答|人|方|者))?[がはもを]?(?:全体の)?[、 ]?"
    r"(?:約|計|合計|平均)?\Z")
_ADDED = re.compile(r"((?:[「『][^「」『』\n]{2,30}[」』][とや、]?){2,}の?(?:合計|計))[がはも]?[、 ]?(?:約)?\Z")  # 「満足」「やや満足」の合計は72.5％
# 拡大し、: a clause of its own has ended, in which something was done (見直し and the like are things).
_CONTINUES = re.compile(r"(?<!見直)(?<!見通)(?<!取消)(?<!引越)(?<!貸出)(?<!繰越)(?<=[一-龥ァ-ヺー]{2})し$")
_PREDICATE = re.compile(r" ?([^\s\d、。,()\[\]【】\n~→]{1,16})")


_COMPARED = re.compile(r" ?(?:対?比(?!率)|と比|に比べ)")
_THAN = re.compile(r" ?(?:から|より|に比べ|と比べ|と比較|に対し|比|を)")


@dataclass(slots=True)
class _Said:
    """A number with what has been found out about it so far."""

    token: Token
    number: Number
    dated: Dated | None = None
    strong: bool = False  # its period cannot be taken over by a later one
    versus: Dated | None = None
    earlier: Dated | None = None  # 前年度 27万枚
    measure: str = ""
    component: str = "whole"
    period: Period | None = None
    base: Period | None = None
    depth: int = 0
    clause: int = 0  # where its clause begins
    attached: bool = False  # whether these words begin right after another number
    before: str = ""  # the words of its sentence since the last number, dates blanked
    aimed: Dated | None = None  # the year of the target under which it stands
    left: bool = False  # what another number has come from
    past: bool = False  # its sentence says what was done, so that no year to come of another sentence is its own
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Bracket:
    start: int
    index: int
    dated: Dated | None
    weak: bool
    scope: str
    versus: Dated | None
    earlier: Dated | None
    seen: Dated | None = None
    numbers: int = 0
    inside: list[Dated] = field(default_factory=list)


def read(text: str, context: Context = Context()) -> Read:  # noqa: B008
    """All figures of a text, and what every other number in it is."""
    normal = normalize(text)
    normal = replace(normal, text=_UNIT_UNDER.sub(" ", normal.text))
    bare = context.calendar or ("fiscal" if "年度" in normal.text else "")
    tokens = without_limits(normal.text, scan(normal, context.fiscal_year, bare), context.limits)
    said = _govern(normal.text, tokens, context)
    _done(normal.text, said, context)
    _pairs(normal.text, said)
    _units_of_lines(normal.text, said, tokens)
    _ranges(normal.text, said)
    _lists(normal.text, said)
    _glosses(normal.text, said)
    _measures(normal.text, said, context)
    _resolve(said, context)
    _clauses(normal.text, tokens, said)
    figures = [_quantity(normal, text, one, context) for one in said]
    return Read(text, figures, _marks(normal, tokens), tuple(dict.fromkeys(note for _, note in normal.notes)))


def class_limits(text: str) -> frozenset[Limit]:
    """Where the classes that the text of a table or legend sets by both ends meet their neighbours, for ``Context.limits``."""
    normal = normalize(text)
    return limits_of(normal.text, scan(normal, None, "")) if "以上" in normal.text else frozenset()


def _moves(number: Number) -> bool:
    """Whether a number says by how much something has changed, and not what it has come to."""
    return bool(number.move or number.turns or number.sign) and not number.into


class _Governor:
    """The state of the pass that hands periods, comparisons and scopes to numbers."""

    def __init__(self, text: str, context: Context) -> None:
        self.text = text
        self.said: list[_Said] = []
        self.dated: Dated | None = None
        self.weak = False
        self.scope = ""
        self.aimed: Dated | None = None  # the target's own year
        self.aimed_open = False  # its year may still follow
        self.versus: Dated | None = None
        self.versus_used = False
        self.earlier: Dated | None = None
        self.brackets: list[_Bracket] = []
        self.line_numbers = 0
        self.line_scope = ""
        self.sentence_scope = ""
        self.note_line: tuple[Dated | None, bool] | None = None
        self.late: Dated | None = None  # a period after the line's last number
        self.report_year = context.fiscal_year

    def number(self, token: Token) -> None:
        assert token.number is not None
        if self.weak and self.dated is not None and self.said and _ARROW.search(self.text, self.said[-1].number.end, token.start):
            # 26.8%（R4）→34.1%: what it has come to is of the report's own time
            self.dated.local = True
            self.dated, self.weak = None, False
        came_from = self._came_from(token)
        one = _Said(token, token.number, self.dated, bool(self.dated) and not self.weak, depth=len(self.brackets))
        if self.versus is not None:
            joined = not self.versus_used or (self.said and self._listed(self.said[-1], one))
            if joined and (self.versus.role == "base" or one.number.move or one.number.turns or one.number.sign):
                one.versus = self.versus
                self.versus_used = True
                if self.earlier is self.versus:  # 前年度から120件増加し、1,320件: what it has come to is not of the year before
                    self.earlier = None
            elif joined and self.versus.role == "pivot":
                self.versus = None
            else:
                self.versus = None
        named = self.earlier or self.dated
        if one.number.unit == "倍" and one.versus is None and named is not None and _OF_THAT.match(self.text[max(named.end - 1, 0) : one.number.start]):
            # 前年度の1.25倍
            one.versus = replace(named, role="base")
            one.dated = None if self.dated is named else one.dated
            self.earlier = None
        came_from = came_from or self._aside(token)
        if came_from is not None and one.versus is None and _moves(one.number):
            one.versus = came_from
            self.earlier = None
        if one.versus is None:
            one.earlier = self.earlier
        one.measure = self.scope
        one.aimed = self.aimed
        self.aimed_open = False
        self.said.append(one)
        self.line_numbers += 1
        self.late = None
        for bracket in self.brackets:
            bracket.numbers += 1

    def _came_from(self, token: Token) -> Dated | None:
        """The past with which a number is compared that follows one of the past: 前年度1,200件から1,500件に, 前年度の1,200件から300件増, 前年度1,200件、300件増.

        It governs this number no longer.
        """
        before = self.said[-1] if self.said and self.said[-1].depth == len(self.brackets) else None
        past = (before.earlier or before.dated) if before is not None else None
        if before is None or past is None or token.number is None or past.end > before.number.start:
            return None
        led = _LEADS.match(self.text[past.end : before.number.start])
        gap = self.text[before.number.end : token.start]
        more = before.earlier is not None and _moves(token.number) and not _moves(before.number) and _LIST_GAP.match(gap)
        passed = _PASSED.match(self.text, token.end) and gap.startswith("を")
        chosen = _OUT_OF.match(self.text, token.end) and not _moves(token.number)
        if not (led and (_FROM.match(gap) and not chosen or passed) or more):
            return None
        if past is self.dated:
            past.local = True
            self.dated = None
        self.earlier = None
        before.left = before.left or not more and not passed
        return replace(past, role="base")

    def _aside(self, token: Token) -> Dated | None:
        """The past of a number in brackets, with which what follows is compared: 72.5％（前年度 70.0％）で、2.5ポイント上昇; 前年度 57.9％（＋6.6pt）."""
        depth, before = len(self.brackets), self.said[-1] if self.said else None
        past = (before.earlier or before.dated) if before is not None else None
        if before is None or past is None or past.end > before.number.start or token.number is None:
            return None
        gap = self.text[before.number.end : token.start]
        into = before.earlier is not None and before.depth == depth - 1 and re.fullmatch(r" ?\( ?", gap)
        out = before.depth == depth + 1 and re.fullmatch(r" ?\)(?:で(?:あり)?|から|より|と比べ|に比べ|に対し)?(?:、|て、?|約)?", gap)
        if not (into or out and (before.earlier or self._is_past(past))) or _moves(before.number):
            return None
        return replace(past, role="base")

    def _is_past(self, dated: Dated) -> bool:
        return bool(dated.period and self.report_year and dated.period.end < periods.fiscal(self.report_year).start)

    def _listed(self, before: _Said, one: _Said) -> bool:
        gap = self.text[before.number.end : one.number.start]
        if _GLOSS.match(gap):
            return True
        if not _LIST_GAP.match(gap):
            return False
        return bool(one.number.sign or one.number.move) or not before.number.move

    def period(self, token: Token) -> None:
        dated = token.dated
        assert dated is not None
        if self.brackets:
            self.brackets[-1].seen = dated
            self.brackets[-1].inside.append(dated)
        if dated.role == "base":
            self.versus, self.versus_used = dated, False
            return
        if dated.role == "event" or (dated.period is None and dated.back is None and not dated.months):
            return
        if dated.role == "pivot":
            self.versus, self.versus_used = dated, False
        if dated.back or dated.months:
            self.earlier = dated
            return
        self.earlier = None
        self.dated, self.weak = dated, False
        if self.aimed_open:
            self.aimed, self.aimed_open = dated, False
        if not self.brackets and self.line_numbers:
            self.late = dated

    def open(self, token: Token) -> None:
        self.brackets.append(_Bracket(token.start, len(self.said), self.dated, self.weak, self.scope, self.versus, self.earlier))

    def close(self, token: Token) -> None:
        if not self.brackets:
            return
        bracket = self.brackets.pop()
        depth = len(self.brackets)
        last = next((one for one in reversed(self.said) if one.depth == depth), None)
        seen, holds_number = bracket.seen, bracket.numbers > 0
        if holds_number:
            for dated in bracket.inside:
                dated.local = True
            self.dated, self.weak, self.scope = bracket.dated, bracket.weak, bracket.scope
            self.versus, self.earlier = None, bracket.earlier
            named = bracket.earlier or bracket.dated
            if named is not None and named.end == bracket.start and _THAN.match(self.text, token.end):
                # 前年度（639件）から7件増
                self.versus, self.versus_used, self.earlier = replace(named, role="pivot"), False, None
            return
        if seen is None:
            if self.scope != bracket.scope and last is not None and last.number.end == bracket.start:
                # 50件（目標）
                last.measure, self.scope = self.scope, bracket.scope
            return
        if _COMPARED.match(self.text, token.end):
            # 前年度(R5)比, 基準年度（2013年度）比
            self.versus, self.versus_used = replace(seen, role="base"), False
            self.dated, self.weak, self.earlier = bracket.dated, bracket.weak, None
            return
        if seen.role == "base":
            if last is not None and last.versus is None and last.earlier is None:
                last.versus, self.versus = seen, None
            return
        if seen.role == "event" or seen.back or seen.months or self._happened(bracket.start):
            self.dated, self.weak, self.earlier = bracket.dated, bracket.weak, bracket.earlier if not seen.back else self.earlier
            return
        self._after(seen, last, bracket)

    def _happened(self, at: int) -> bool:
        return bool(re.search(rf"(?:{periods._HAPPENED}) ?$", self.text[max(0, at - 10) : at]))

    def _after(self, seen: Dated, last: _Said | None, bracket: _Bracket) -> None:
        """A period alone in brackets: of the numbers before it, else of those to come."""
        heads = self.text[bracket.start] in "【〔<" and self.text[bracket.start - 1 : bracket.start] in ("", "\n")
        open_ones: list[_Said] = []
        for one in [] if heads else reversed(self.said):
            if one.versus or one.earlier or one.depth != len(self.brackets):
                continue
            if one.strong:
                break
            open_ones.append(one)
        near = last is not None and not heads and re.match(r"(?:[^\s、。()]{0,8})[ \n]?\Z", self.text[last.number.end : bracket.start])
        if not open_ones and near and last is not None and not last.versus and not last.earlier and last.dated is not None:
            open_ones = [last]
        for one in open_ones:
            one.dated, one.strong = seen, True
        self.dated, self.weak = seen, bool(open_ones)

    def stop(self) -> None:
        """The end of a sentence; what one without a number is about (目標を定めた。) does not go on to the next."""
        if not self.line_numbers and not self.brackets:
            self.scope = self.sentence_scope
        self._end_clause()
        self.sentence_scope = self.scope

    def line(self, token: Token) -> None:
        wrapped = self.earlier if self.earlier is not None and self.earlier.end == token.start else None
        self._end_clause()
        self.sentence_scope = self.scope
        self.earlier = self.earlier or wrapped
        if self.note_line is not None and not self.brackets:
            self.dated, self.weak = self.note_line
            self.note_line = None
        if self.text[token.end : token.end + 1] in ("※", "*") and not self.brackets:
            self.note_line = (self.dated, self.weak)

    def _end_clause(self) -> None:
        self._dates_line_above()
        if self.late is not None:
            for one in reversed(self.said[-self.line_numbers :]):
                if one.versus or one.earlier or one.strong:
                    break
                one.dated, one.strong = self.late, True
                self.weak = True
            self.late = None
        if self.line_numbers and not self.brackets:
            self.scope = self.line_scope
            self.earlier = None
            if self.versus_used:
                self.versus = None
        if not self.brackets:
            self.line_numbers = 0
            self.line_scope = self.scope

    def _dates_line_above(self) -> None:
        """205件, and under it 令和7年3月末現在（令和6年3月末 167件）: a line whose only number is one of before says when the number over it was."""
        dated = self.dated
        if dated is None or self.brackets or not dated.start or self.text[dated.start - 1] != "\n":
            return
        after = [one for one in self.said if one.number.start >= dated.end]
        alone = dated.period is not None and dated.period.kind == "as_of" and not self.text[dated.end :].strip(" )現在時点")
        if any(not one.depth for one in after) or not after and not alone:
            return
        for one in reversed([one for one in self.said if one.number.end <= dated.start]):
            if one.strong or one.versus or one.earlier or one.dated is not None:
                break
            one.dated, one.strong = dated, True

    def word(self, token: Token) -> None:
        self.scope = token.text
        if token.text == "target":
            here = self.brackets[-1].start if self.brackets else -1
            same_bracket = self.dated is not None and self.dated.start > here
            same_line = self.dated is not None and "\n" not in self.text[self.dated.end : token.start]
            self.aimed = self.dated if same_bracket and same_line else None
            self.aimed_open = self.aimed is None


def _govern(text: str, tokens: list[Token], context: Context) -> list[_Said]:
    governor = _Governor(text, context)
    for token in tokens:
        if token.kind == "number":
            governor.number(token)
        elif token.kind == "period":
            governor.period(token)
        elif token.kind == "open":
            governor.open(token)
        elif token.kind == "close":
            governor.close(token)
        elif token.kind == "line":
            governor.line(token)
        elif token.kind == "stop":
            governor.stop()
        elif token.kind == "word":
            governor.word(token)
    governor._end_clause()
    return governor.said


_SENTENCE = re.compile(r"[^。]*")
_WAS_DONE = re.compile(r"[しれっえけめきいじせ]た(?: ?\([^()]*\))? ?\Z")


def _done(text: str, said: list[_Said], context: Context) -> None:
    """令和9年度までに2万人をめざす。61団体が参加した。 The year to come ends with its sentence where the next one tells what was done."""
    for one in said:
        rest = _SENTENCE.match(text, one.number.end)
        one.past = bool(rest and _WAS_DONE.search(rest[0]))
        if one.past and one.dated is not None and _future(one, context) and "。" in text[one.dated.end : one.number.start]:
            one.dated, one.strong = None, False


def _pairs(text: str, said: list[_Said]) -> None:
    """A中B, AのうちB, A(うちB): total and part; A/B: part and total."""
    for index, (first, second) in enumerate(zip(said, said[1:], strict=False)):
        gap = text[first.number.end : second.number.start]
        a, b = first.number, second.number
        if len(gap) > 40:
            continue
        if first.component == "part" and first.depth and second.depth == first.depth and a.unit == b.unit and _SHARED.match(gap):
            second.component = "part"
            continue
        if _OVER.match(gap):
            if a.unit == "" and b.unit:
                a.unit, a.kind, a.bare = b.unit, b.kind, False
            after_rate = index > 0 and said[index - 1].number.kind == "ratio" and text[said[index - 1].number.end : a.start].strip() == "("
            if (a.unit or after_rate) and (a.value <= b.value or a.unit != b.unit):
                first.component, second.component = "part", "total"
        elif _AMONG.match(gap) or _OF.match(gap):
            if a.kind in ("ratio", "difference") and a.kind != b.kind:
                continue
            if b.value <= a.value or b.unit == "%":
                first.component = "total"
                second.component = "whole" if b.kind == "ratio" and a.kind != "ratio" else "part"
                if second.component == "whole":
                    first.component = "whole"
                second.dated, second.strong = second.dated or first.dated, second.strong


def _units_of_lines(text: str, said: list[_Said], tokens: list[Token]) -> None:
    """千円 on the line above a bare number is its unit."""
    units = {m.start(): m for m in _UNIT_LINE.finditer(text) if unit_of(m[2])}
    if not units:
        return
    used: set[int] = set()
    for one in said:
        number = one.number
        if number.unit:
            continue
        above = [at for at in units if at < number.core and at not in used and text[units[at].end() : number.start].strip(" \n") == ""]
        if above:
            match = units[above[-1]]
            used.add(above[-1])
            _lend(number, match[2], sum(numerals.SMALL.get(c, 0) + numerals.LARGE.get(c, 0) for c in match[1]))


def _lend(number: Number, unit: str, scale: int) -> None:
    """A unit printed elsewhere."""
    entry = unit_of(unit)
    number.unit, number.kind = canonical(unit), entry.kind if entry else ""
    number.bare = False
    if scale and not number.scale:
        number.value, number.scale = number.value.scaleb(scale), scale


def _ranges(text: str, said: list[_Said]) -> None:
    """40~100億円 is two figures of one unit: at least, at most; ~100件 alone is at most."""
    for first, second in zip(said, said[1:], strict=False):
        a, b = first.number, second.number
        gap = text[a.end : b.start]
        tail = text[b.end : b.end + 2]
        if len(gap) < 8 and (_RANGE.match(gap) or (_FROM_TO.match(gap) and tail.startswith("まで"))) and (a.unit in ("", b.unit)) and not b.sign:
            if not a.unit:
                if not a.scale and b.scale and a.value < 10000 and "," not in text[a.core : a.core_end]:
                    a.value, a.scale = a.value.scaleb(b.scale), b.scale
                a.unit, a.kind, a.bare = b.unit, b.kind, False
                a.notes = []
            a.qualifier, b.qualifier = "at_least", "at_most"
            a.move, a.aim = b.move, b.aim
            second.versus = second.versus or first.versus
        elif _FROM_TO.match(gap) and a.unit.startswith(f"{b.unit}/"):
            b.unit = a.unit  # 1日平均620人から540人に
        elif _FROM_TO.match(gap) and a.unit == "" and b.unit:
            a.unit, a.kind, a.bare = b.unit, b.kind, False
            if not a.scale and b.scale:
                a.value, a.scale = a.value.scaleb(b.scale), b.scale
    for index, one in enumerate(said):
        number = one.number
        if number.qualifier != "exact" or number.sign:
            continue
        alone_before = index == 0 or said[index - 1].number.end < number.start - 2
        if text[max(0, number.start - 1) : number.start] == "~" and alone_before:
            number.qualifier = "at_most"
        elif re.match(r" ?~(?= ?(?:$|[)\n、。 ]))", text[number.end : number.end + 3]):
            number.qualifier = "at_least"


def _lists(text: str, said: list[_Said]) -> None:
    """10講座、252名増: a direction at the end of a list holds for its members."""
    for second, first in zip(said[::-1], said[-2::-1], strict=False):
        a, b = first.number, second.number
        if not b.move or b.into or a.move or a.sign or a.unit == b.unit or a.unit == "" or second.depth != first.depth:
            continue
        if _LIST_GAP.match(text[a.end : b.start]) and text[a.end : b.start].strip(" ") != "":
            a.move = b.move
            first.versus = first.versus or second.versus


_GLOSS_END = re.compile(r" ?\) ?の?(?P<move>減少|減|低下|増加|増|上昇)")


def _glosses(text: str, said: list[_Said]) -> None:
    """1,204人(1.0%)減少: the direction after a bracket holds for the number before it and for the one in it."""
    for first, second in zip(said, said[1:], strict=False):
        a, b = first.number, second.number
        end = _GLOSS_END.match(text, b.end)
        if end and re.fullmatch(r" ?\( ?", text[a.end : b.start]) and not (a.move or a.sign or b.move or b.sign):
            a.move = b.move = -1 if end["move"] in ("減少", "減", "低下") else 1
            second.versus = second.versus or first.versus


def _measures(text: str, said: list[_Said], context: Context) -> None:
    """Level, change, growth or target, from the words around each number."""
    for index, one in enumerate(said):
        number, dated = one.number, one.dated
        scope = one.measure
        arrow = dated is not None and dated.base is not None
        kind = "growth" if number.kind == "ratio" else "change"
        before = text[(said[index - 1].number.end if index else 0) : number.start]
        mean = text[(said[index - 2].number.end if index > 1 else 0) : said[index - 1].number.start] if index and _THAN_THAT.match(before) else ""
        groups = bool(_GROUPS.search(before[-24:]) or _MEAN.search(mean)) and one.versus is None
        target = scope == "target" or (scope == "" and context.measure == "target") or number.aim
        if target and scope != "level" and not number.aim and _past(one, context):
            target = False
        if number.aim and scope == "level":
            target = True
        if target and not (one.versus and number.move and not number.aim and scope != "target"):
            one.measure = "target"
        elif groups:
            one.measure = "level"
        elif one.versus is not None:
            one.measure = kind
        elif scope in ("growth", "change"):
            one.measure = "growth" if scope == "growth" and number.kind in ("ratio", "") else kind
        elif scope == "level" and not (number.move and not number.into) or number.into and number.unit != "倍" and not number.sign:
            one.measure = "level"
        elif arrow or number.move or number.turns:
            one.measure = kind
        elif context.measure:
            one.measure = "level" if context.measure == "target" else context.measure
            if context.measure == "change" and number.kind == "ratio" and one.depth and index and said[index - 1].number.kind != "ratio":
                one.measure = "growth"  # 増減数（率） over △12（△10.7%）
            if context.measure == "growth" and number.unit and number.kind != "ratio":  # +3,460件 in a column 前年度比
                one.measure = kind
        elif number.sign in ("+", "±") or number.sign == "-" and one.depth and index and said[index - 1].depth < one.depth and number.unit:
            one.measure = kind
        else:
            one.measure = "level"
        if _ARROW.search(before[-6:] if len(before) < 40 else before[:0]) and one.measure == "level" and scope != "level" and _future(one, context):
            one.measure = "target"
        if dated is not None and dated.role == "until" and one.measure == "level" and _future(one, context) and scope != "level":
            one.measure = "target"


def _past(one: _Said, context: Context) -> bool:
    """A number with a past period of its own is no target, even under a target's heading (the survey's 62.0%)."""
    if one.dated is None or one.dated.period is None or context.fiscal_year is None:
        return False
    if one.dated is one.aimed or (one.aimed and one.dated.period == one.aimed.period) or one.dated.period == context.period:
        return False
    return one.dated.period.end <= periods.fiscal(context.fiscal_year).end


def _future(one: _Said, context: Context) -> bool:
    return one.dated is not None and _ahead(one.dated, context)


def _ahead(dated: Dated, context: Context) -> bool:
    return bool(dated.period and context.fiscal_year and dated.period.start > periods.fiscal(context.fiscal_year).end)


def _resolve(said: list[_Said], context: Context) -> None:
    """Dates: own, the text's only one, the context's; then what is relative to the head figure."""
    around = context.period or (periods.fiscal(context.fiscal_year) if context.fiscal_year is not None else None)
    if around is not None and context.period_back:
        around = periods.back(around, context.period_back)
    distinct = {one.dated.period: one.dated for one in said if one.dated and one.dated.period and not one.earlier and not one.dated.local}
    only = next(iter(distinct.values())) if len(distinct) == 1 else None
    leads = only is not None and any(one.dated is only and only.end <= one.number.start for one in said)

    def past_beside(one: _Said) -> bool:
        """92.6% R5 88.0%: the past year that leads the second number is not the first one's."""
        return bool(leads and only and only.period and around and one.number.end <= only.start and only.period.end < around.start)

    head: _Said | None = None
    chain = ""
    for one in said:
        plain = one.earlier is None and one.versus is None
        dated = one.dated or (only if plain and only and not (one.past and _ahead(only, context)) and not past_beside(one) else None)
        governing = dated.period if dated and dated.period else None
        if not plain and head is not None and head.period is not None and not (one.strong and one.versus and one.dated is not head.dated and one.dated):
            governing = head.period
        one.period = governing or (periods.back(around, context.aside_back) if plain and one.depth and context.aside_back and around else around)
        if dated is not None and dated.base is not None and one.measure in ("growth", "change"):
            one.base = dated.base
        if one.earlier is not None:
            _earlier(one, head)
        elif one.versus is not None:
            one.base = _base(one.versus, one.period)
        elif one.measure in ("growth", "change") and one.base is None:
            one.base = context.base or (periods.back(one.period, context.base_back) if context.base_back and one.period else None)
        elif one.measure == "target" and one.base is None:
            one.base = context.base
        deeper = head is not None and one.depth > head.depth and one.dated is not None  # 72.5％（令和4年度 56.0％）
        aside = deeper and (one.dated.local or bool(one.period and head.period and one.period.end < head.period.start))  # type: ignore[union-attr]
        if (plain and one.measure not in ("change",) and not aside or head is None) and not one.left:
            head = one if one.earlier is None else head
            chain = one.component
        if one.versus is not None and chain == "part" and one.component == "whole" and one.measure == "change":
            one.component = "part"


def _earlier(one: _Said, head: _Said | None) -> None:
    """前年度 27万枚: the head figure's indicator, so much earlier."""
    dated = one.earlier
    assert dated is not None
    if head is not None and head.period is not None:
        one.period = _back(dated, head.period)
        if head.measure in ("growth", "target") and head.versus is None and head.base is not None and one.number.unit == head.number.unit and head.measure == "growth":
            one.measure, one.base = "growth", head.base
    elif dated.period is not None:
        one.period = dated.period
    elif one.period is not None:
        one.period = _back(dated, one.period)


def _back(dated: Dated, period: Period) -> Period:
    if dated.months:
        return periods.back_months(period, dated.months) or period
    return periods.back(period, dated.back or 0)


def _base(versus: Dated, period: Period | None) -> Period | None:
    if versus.months:
        return periods.back_months(period, versus.months) if period else None
    if versus.back is not None:
        return periods.back(period, versus.back) if period and versus.back else versus.period
    return versus.period


def _quantity(normal: Normal, text: str, one: _Said, context: Context) -> Quantity:
    number = one.number
    if number.unit == "" and number.bare and (context.unit or context.scale):
        _lend(number, context.unit, context.scale)
    value = number.value
    if number.sign == "-" or (number.move < 0 and not number.into):
        value = -value
    if number.sign == "±" and value == 0:
        value = Decimal(0)
    qualifier = number.qualifier if number.qualifier != "exact" else context.qualifier
    start, end = normal.span(number.start, number.end)
    near = min(one.clause, one.dated.start) if one.dated is not None and one.dated.start <= number.start else one.clause
    notes = [*number.notes, *normal.notes_in(near, number.end)]
    for dated in (one.dated, one.versus):
        if dated is not None and dated.note:
            notes.append(dated.note)
    subject, predicate = _words_around(normal.text, one)
    return Quantity(
        start, end, text[start:end], value, number.unit, number.scale, number.decimals, qualifier, one.measure, one.component,
        one.period, one.base, bool(one.dated) or bool(one.earlier), subject, predicate, tuple(dict.fromkeys(notes)),
    )


def _clauses(text: str, tokens: list[Token], said: list[_Said]) -> None:
    """Where the clause of each number begins, and the words that lead up to it."""
    begins = at = 0
    attached = False
    words: list[str] = []
    numbers = iter(said)
    for token in tokens:
        words.append(text[at : token.start])
        at = token.end
        if token.kind == "number":
            one = next(numbers)
            one.clause, one.before, one.attached = begins, "".join(words), attached
        if token.kind in ("number", "line", "stop"):
            attached = token.kind == "number"
        if token.kind in ("number", "line", "stop"):
            words = []
        elif token.kind == "period" or (token.kind == "skip" and token.text != "name" and token.reason != AGE and not _PER.match(text, token.end)):
            words.append(" ")
        else:
            words.append(text[token.start : token.end])
        if token.kind != "skip":
            begins = token.end


def _words_around(text: str, one: _Said) -> tuple[str, str]:
    """The words that say what a number counts: the last that name something before it, and the word right after it."""
    after = _PREDICATE.match(text, one.number.end)
    subject = _subject(_ASIDE.sub("", one.before[-120:]), one.attached and len(one.before) < 120)
    topic = _TOPIC.match(subject) if one.number.kind == "ratio" else None
    return topic[1] if topic else subject, after[1] if after else ""


def _subject(before: str, attached: bool) -> str:
    if added := _ADDED.search(before):
        return added[1]
    if quoted := _QUOTED.search(before):
        return quoted[1]
    pieces = [_COMPARING.sub("", piece) for piece in _SUBJECT_DROP.split(before)]
    for n, piece in reversed(list(enumerate(pieces, start=1))):
        subject = _LEAD.sub("", _TAIL.sub("", _LEAD.sub("", piece)))
        if _POINTS.fullmatch(subject) or n == 1 and (_CARRIED.fullmatch(subject) or attached and any(pieces[n:]) and _DONE.fullmatch(piece)):
            continue
        if subject and not (n < len(pieces) and (_ADNOMINAL.search(piece) or _CONTINUES.search(piece))):
            return subject
    return ""


def _marks(normal: Normal, tokens: list[Token]) -> list[Mark]:
    """One mark for every run of digits or number word, in order."""
    marks = []
    for token in tokens:
        if token.number is not None:
            marks.append(Mark(*normal.span(token.number.core, token.number.core_end), "figure", ""))
        elif token.kind == "period":
            marks.append(Mark(*normal.span(token.start, token.end), "date", "a date or period"))
        elif token.kind == "skip":
            marks.append(Mark(*normal.span(token.start, token.end), token.text, token.reason))
    return marks
