"""A number with what is printed at it: sign, unit, rate, qualifier, direction; and whether it is a figure at all.

Grammar, on repaired text:

    quantity  = [rate] [qualifier] [sign] number unit ["/" unit] [qualifier] [direction]
    rate      = 月平均 | 年間 | 週 | 毎月 | 1日あたり | 人口10万人あたり ...
    qualifier = 約 | およそ | 最大 | 少なくとも     after: 以上 | 以下 | 未満 | 超 | 程度 | 弱 | 強 | を上回る ...
    sign      = ▲ △ − － ‐ + ± マイナス          direction = 増 | 減 | 上昇 | 低下 | 増加 ...
    share     = 3分の1 | 5人に1人 | 3割5分 | 半数
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from sources.notation import numerals
from sources.notation.normalize import MINUS
from sources.notation.units import FORMS, KANJI_FORMS, canonical, unit_of

_K = "[一二三四五六七八九十百千〇]"
_SIGNED = rf"(?P<sign>[{MINUS}+±]|(?<![0-9A-Za-zぁ-んァ-ヶ一-龥])-|(?<=[比差減率数額])-|(?<![ァ-ヺ])ー|マイナス|プラス)?"
# 45.8% ↓0.4pt, 27.4%（↑3.1pt）: an arrow beside another number is a sign; by itself it leads from one thing to the next.
_MOVED = re.compile(r"(?:(?P<up>[↑↗⬆⇧])|[↓↘⬇⇩]) ?\Z")
_BESIDE = re.compile(r"(?:\d[^\d\n]{0,6}|[(\[【]) ?\Z")
_NEARLY = r"およそ|おおよそ|おおむね|概ね|凡そ|ほぼ|≒|推定"
_ABOUT = rf"約|{_NEARLY}"
_LEAST = r"少なくとも|最低でも|最低|最小"
_MOST = r"最大で?|最高で?|最長で?|上限|多くとも|多くて|高々"
_BEFORE = re.compile(
    rf"(?P<q>(?<![契節予要公規制婚条集解誓倹簡協特])約|(?:{_NEARLY}|{_LEAST}|{_MOST}))?[ \n]?{_SIGNED}"
    r"[ \n]?(?P<q2>(?<![契節予要公規制婚条集解誓])約)?[ \n]?(?P<money>[¥$€])?$"
)
_PER = (
    r"(?:(?P<each>1 ?人 ?)?(?P<one>(?:\d{1,3}万?|一|十万|百|千|毎) ?(?P<unit>人|名|世帯|日|か月|"
    r"ヶ月|カ月|ヵ月|月|年|週|時間|週間|回|件|校|施設|戸|団体|社|自治体|台|a|ha|㎡|km|km²|㎢|"
    r"箇所|か所|講座|職員|年間|営業日|部署|課|店舗|事業所|枚)|(?P<bare>人口(?P<of>\d{1,3}万|"
    r"10万|千|1,000)人|職員1人|市民1人|住民1人|月|年|日|週|時間))"
    r" ?(?:あたり|当たり|当り|につき|平均)(?: ?の)?)"
)
_RATE = re.compile(
    rf"(?:{_PER}|(?P<plain>(?:毎(?P<every>月|年度?|日|週)|(?<![\d元昨前今本毎翌同近通学少青中周来一半当後先生定去高隔暦〇二三四五六七八九十期百産築幾度全千万])(?P<span>[月年日週])(?:間|"
    rf"に|平均|間平均)?|(?<![月\d])1 ?(?P<single>日|か月|ヶ月|カ月|週間|年|時間)(?:に)?)))"
    r"[ \n]?(?P<fill>(?:合計|累計|延べ|のべ|平均|平均で|総計|計|およそ|約|最大|最低|少なくとも|目標|[でにはの:：]|[ \n]){0,3})$"
)
_NO_RATE = re.compile(r"[月年日]額")
_SLASH_UNIT = re.compile(
    r" ?[/／] ?(?:1 ?(?=日|か月|ヶ月|カ月|年|時間|人|回|件))?(?P<below>年間|年度|年|月間|月|日間|日|時間|時|週間|週|分|秒|人日|人|名|世帯|"
    r"回|件|校|施設|台|戸|か月|ヶ月|カ月|ha|㎡|m2|km|km²|㎥|m3|kWh|L|h|s|kg|t|本|箇所|か所|社|"
    r"団体|講座|枚|室|床|千人|万人|10万人|1,000人|営業日|四半期|名・日|人・日)(?![A-Za-z0-9])")

_AFTER = re.compile(
    r"[ \n]?(?P<q>以上(?!の理由)|以下(?!の(?:通り|とおり|もの|方))|以内|未満|超過|超え|超(?![高音電過伝低小])|"
    r"を ?(?:大きく|大幅に|はるかに|僅かに|わずかに)? ?(?:超え|超過|超す|上回|突破|下回|切る|"
    r"切り|切っ)(?:る|り|て|た|っ)*|に(?:も)?満たない|に?満たず|足らず|程度|前後|弱(?![体者点小視い電])|"
    r"強(?![化度制力い調風靱靭く])|ほど|ぐらい|くらい|内外|余りの?|余(?![剰暇裕地])|あまり(?=の|"
    r"$|[)、。 ])|台(?![帳数風湾])(?=$|[^ぁ-んァ-ヶ一-龥]|[のとにへをでは半前後])|に迫る)?"
    r"(?P<distribution>ずつ)?"
)
_QUALIFIERS = {
    "at_least": ("以上", "台"),
    "at_most": ("以下", "以内"),
    "under": ("未満", "足らず", "に満たない", "にも満たない", "満たず", "に満たず"),
    "over": ("超", "超え", "超過", "余", "余り", "余りの", "あまり"),
    "about": ("程度", "前後", "弱", "強", "ほど", "ぐらい", "くらい", "内外", "に迫る"),
}
_QUALIFIER_OF = {word: name for name, words in _QUALIFIERS.items() for word in words}
_MOVES = re.compile(
    r"[ \n]?(?:(?:と|で|の|に|にまで|まで|へと?|と大幅に|の大幅な|も|ほど|分)[ \n]?)?(?:大きく|"
    r"大幅に|大幅|さらに|それぞれ|いずれも|ともに|共に|約|僅かに|わずかに|純|微)?"
    r"(?:(?P<up>増(?![設床強刊員便]|減|田)(?:加|額|大|収)?|上昇|拡大|伸長|伸び|上回|アップ|プラス|"
    r"UP|up|多[いくか]|高[いくまか]|向上|引き?上げ|膨ら|上が|急増|上振れ)"
    r"|(?P<down>減(?![災免税塩築価量]|ら[すし])(?:少|額|衰|収)?|低下|下落|縮小|下回|ダウン|マイナス|"
    r"DOWN|down|少な[いくか]|低[いくまか]|落ち込|引き?下げ|下が|後退|急減|下振れ)|(?P<turn>改善|"
    r"悪化|変化|変動))"
)
_INTO = re.compile(r"[ \n]?(?:に|へと?|にまで|まで)[ \n]?")
_AIM = re.compile(
    r"[^\d\n。、()\[\]【】 :/]{0,12}?(?:を|と(?:する|した|いう)?|に|の)[^\d\n。、()\[\]【】 ]{0,4}(?:目標|"
    r"目指|めざ|ターゲット)(?!達成|比|の達成|に達)"
)
_SHARE = re.compile(rf"(?P<whole>\d{{1,4}}|{_K}{{1,9}}) ?分 ?の ?(?P<part>\d{{1,4}}|{_K}{{1,9}})(?!月)")
_ONE_IN = re.compile(
    rf"(?P<whole>\d{{1,3}}|{_K}{{1,9}}) ?(?P<u>(?!{_K})[ぁ-んァ-ヶ一-龥]{{1,4}}?) ?に ?(?P<part>\d{{1,2}}|"
    rf"{_K}) ?(?P=u)(?![0-9一-龥])")
_FRACTION = re.compile(
    r"(?P<part>[1-9])/(?P<whole>[2-9]|10)(?![\d/月(])(?= ?(?:以上|以下|程度|弱|強|超|未満|が|"
    r"を|に(?!\d)|の|$|[)、。\n]))")
_WARI = re.compile(
    rf"(?P<wari>{numerals.DIGITAL}|{_K}{{1,2}}) ?割(?![合引当り算振譲拠]|増[し料金賃])(?: ?(?P<bu>\d|"
    rf"{_K}) ?分(?!の|間))?(?: ?(?P<rin>\d|{_K}) ?厘)?")
_HALF = re.compile(r"(?P<over>過)?半数")
_DIGITAL = re.compile(numerals.DIGITAL)
_KANJI = re.compile(numerals.KANJI)
_UNIT_IN_BRACKETS = re.compile(r" ?\( ?([^\s()\d]{1,8}) ?\)")
_LATIN_UNIT = re.compile(r" ?([A-Za-z][A-Za-z0-9²³]{0,9}(?:/[A-Za-z]{1,5})?)(?![A-Za-z])")
_KATAKANA_UNIT = re.compile(r"([ァ-ヺー]{2,12})")
_KANJI_UNIT = re.compile(r"([一-龥々]{1,8})")
ACTIONS = (
    "実施|参加|採用|受入|受け入れ|開催|選出|募集|削減|増加|減少|達成|公開|利用|活用|導入|設置|"
    "整備|構築|移行|運用|支援|育成|認定|登録|発行|交付|配布|配信|掲載|提供|対応|対象|完了|予定|"
    "開始|終了|回答|受付|"
    "受講|受診|受給|申込|応募|来場|来館|訪問|派遣|創出|作成|開発|開設|開講|修了|合格|採択|締結|"
    "新設|廃止|廃棄|統合|集約|処理|検討|相談|視察|協力|連携|出展|出席|出場|入場|入学|卒業|就業|"
    "就職|移住|定住|転入|転出|"
    "目標|実績|現在|見込|以上|以下|未満|以内|程度|前後|相当|短縮|節約|節減|獲得|取得|購入|販売|"
    "出荷|生産|輸出|輸入|建設|改修|着工|完成|供給|確保|拡大|縮小|拡充|向上|改善|低下|上昇|超過|"
    "超|増|減|余|弱|強|分|中|計|"
    "合計|累計|総計|平均|規模|全体|全部|以降|及|並|等|など|他|前|後|内|外|上|下|時|間|毎|各|"
    "全|約|式|含|除|当|台|化|的|性|型|率|比|数|額|量|年度|前年|昨年|今年|同年|令和|平成|うち|"
    "投資|投入|支出|収入|計上|稼働|閲覧|回収|提出|届|済|調査|推進|解消|解決|発生|発見|発売|"
    "検出|搭載|使用|保有|所有|存在|在籍|勤務|配置|任命|委嘱|委託|表彰|選定|選択|指定|追加|更新|"
    "変更|修正|中止|延期|縮減|抑制|発信|発送|送付|到達|突破|記録|報告|確認|把握|分析|整理|反映|"
    "寄贈|寄附|寄付|助成|補助|融資|貸出|貸与|返却"
)
_ACTION = re.compile(f"(?:{ACTIONS})")
_TAKEN = re.compile(  # a counter that begins a longer word is no counter
    r"人(?:口|件|材|事|権|工|生|類|間|命|気|格)|件[名数]|庁[内舎外]|回(?:答|収|復|線|路|避|覧|転)|本(?:市|庁|"
    r"人|県|町|村|部|計|年|書|格|社|店|館|当|来|日|文|表)|台(?:帳|風|湾)|部(?:長|分|品|下)|名(?:古|"
    r"称|簿|前|義|誉)|社(?:会|員|長|内)|市(?:民|内|長|場|役|税|政|街|道|立|営|域|有)|課(?:長|"
    r"税|外)|係(?:長|数)|点(?:検|灯|滴)|位置|校(?:長|舎|庭|歌)|"
    r"年(?:度|齢|金|末|始)|種(?:別|子|目別)|館(?:内|長)|床面|度(?:合)|通(?:り|学|勤|年|信|行|"
    r"知書|常|称|過)|口(?:頭|コミ)|面(?:積|接|談)|機(?:能|会|械|構|動)|基(?:準|本|礎|盤|金|地|"
    r"づ)|局長|行(?:政|動|う|い|わ|っ|財)|話(?:題|し)|題名|例(?:年|え|外|示)|園(?:児|長|芸)|"
    r"店長|国(?:内|民|家|際|勢|保|庫|土|産|道|立|策|税|債|会)|県(?:内|民|庁|立|道|産|平|税)|"
    r"町(?:内|民|長|立|道|税|村会|並)|村(?:内|民|長|立|道|税|外)|区(?:内|民|役|長|別|立)|食(?:品|"
    r"料|堂|育|費|材|中毒)|席上|室内|器具|箱根|字(?:幕|体)|歩(?:道|行)|問(?:い|合|題)|分(?:析|"
    r"類|布|割|担|散|母|譲)|日(?:本|常|程(?!度)|付|時|曜|頃|々|中)|月(?:曜|次|額|末|例|間|初|"
    r"別)|戸(?:籍|建|別)|頭(?:部)|首(?:都|長|相)|筆(?:頭)|便(?:利|宜)|両(?:方|立|者|国)|駅(?:前|"
    r"周|舎)|港湾|者(?:数|の)|株(?:式|価|主)|組(?:む|み|長|合員)|匹敵|字|対(?:応|象|策|話|面|"
    r"し|前|比)|式(?:典|次)|図(?:書|る|り|っ|面の|表)|班長|隊員|語(?:る|学)|句読|束縛|面倒|冊子|"
    r"棟(?:別)|便覧|台数|個(?:人|別|室|々)|本数|団体職員|町民|問題|単位(?:[:：]|あたり)|計画|"
    r"センター長|隻数|箇条|円滑|円(?:高|安|卓|形)|秒速|時間外|時間帯|分野別|食事|週(?:末|刊|"
    r"報)|床上|床下|歳(?:入|出|末)|席(?:上)|店頭|者間|度数|回数券"
)
_MULTIPLIED_UNIT = re.compile(r"[十百千]?[万億兆]?")


@dataclass(frozen=True, slots=True)
class Skip:
    """Digits that are no figure after all; ``kind`` is one of records.LEDGER_KINDS."""

    start: int
    end: int
    kind: str
    reason: str


@dataclass(slots=True)
class Number:
    """A quantity as printed, before its neighbours are heard."""

    start: int
    end: int
    core: int  # where the digits begin
    core_end: int  # where the unit ends
    value: Decimal
    unit: str = ""
    scale: int = 0
    decimals: int = 0
    qualifier: str = "exact"
    sign: str = ""  # "+", "-", "±" or ""
    move: int = 0  # 1 for 増, -1 for 減
    into: bool = False  # 2倍に増加: the quantity is what it came to
    turns: bool = False  # 0.8ポイント悪化: a change whose sign is not said
    bare: bool = False  # no unit printed
    aim: bool = False  # 80%を目指す
    kind: str = ""  # of the unit
    notes: list[str] = field(default_factory=list)
    after: int = 0


def longest_unit(text: str, at: int, kanji: bool = False) -> str:
    """The longest known printed unit at this place that is not the beginning of another word."""
    longest = min(_LONGEST, len(text) - at)
    for length in range(longest, 0, -1):
        form = text[at : at + length]
        if form in _FORM_SET:
            if kanji and form not in _KANJI_SET:
                continue
            last = form[-1]
            if last.isascii() and last.isalpha() and text[at + length : at + length + 1].isascii() and text[at + length : at + length + 1].isalpha():
                continue
            if _TAKEN.match(text, at) and length <= 2 and len(_TAKEN.match(text, at)[0]) > length:  # type: ignore[index]
                continue
            return form
    return ""


_FORM_SET = frozenset(FORMS)
_KANJI_SET = frozenset(KANJI_FORMS)
_LONGEST = max(map(len, FORMS))


def read_share(text: str, at: int, lowest: int) -> Number | None:
    """3分の1, 5人に1人, 1/3, 半数."""
    match = _HALF.match(text, at)
    if match:
        number = Number(at, match.end(), at, match.end(), Decimal(50), "%", qualifier="over" if match["over"] else "exact", kind="ratio")
        return _dress(text, number, lowest)
    match = _SHARE.match(text, at) or _ONE_IN.match(text, at)
    if match is None:
        match = _FRACTION.match(text, at)
        if match and text[max(lowest, at - 1) : at] not in ("の", "約") and not _AFTER.match(text, match.end())["q"]:  # type: ignore[index]
            match = None
    if match is None or not text[at].isdecimal() and text[at] not in numerals.KANJI_DIGITS and text[at] not in "十百":
        return None
    whole, part = numerals.integer(match["whole"]), numerals.integer(match["part"])
    if not 0 < part <= whole:
        return None
    value = (Decimal(part) / whole).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    value = Decimal(numerals.plain(value))
    return _dress(text, Number(at, match.end(), at, match.end(), value, "割合", kind="ratio"), lowest)


def read_wari(text: str, at: int, lowest: int) -> Number | None:
    """4割, 3割5分."""
    match = _WARI.match(text, at)
    if match is None:
        return None
    wari, bu, rin = (_number_of(match[name]) for name in ("wari", "bu", "rin"))
    value = wari * 10 + bu + rin / 10
    decimals = 1 if match["rin"] else 0
    number = Number(at, match.end(), at, match.end(), value, "%", decimals=decimals, kind="ratio")
    return _dress(text, number, lowest)


def _number_of(printed: str | None) -> Decimal:
    if not printed:
        return Decimal(0)
    return (numerals.digital(printed) if printed[0].isdecimal() else numerals.kanji(printed)).value


def read_quantity(text: str, at: int, lowest: int) -> Number | Skip | None:
    """A number with its unit, or why it is none."""
    if text[at].isdecimal():
        match = _DIGITAL.match(text, at)
        assert match is not None
        if at and text[at - 1] in ".," and at - 1 >= lowest and at > 1 and text[at - 2].isdecimal():
            return None
        parsed, in_kanji = numerals.digital(match[0]), False
    elif text[at] in _KANJI_STARTS:
        match = _KANJI.match(text, at)
        if match is None:
            return None
        parsed, in_kanji = numerals.kanji(match[0]), True
    else:
        return None
    number = Number(at, match.end(), at, match.end(), parsed.value, scale=parsed.scale, decimals=parsed.decimals)
    if in_kanji:
        if not _kanji_counts(text, at, match, number):
            if len(match[0]) > 1 and match[0].strip("十百千万億兆"):
                return Skip(at, match.end(), "name", "a number word without a unit")
            return None
    else:
        _unit(text, number)
    return _judge(text, _dress(text, number, lowest), lowest)


_KANJI_STARTS = set("〇零一二三四五六七八九十百千壱弐参")
_IDIOM = re.compile(
    r"一(?:人(?:当|あ|ひ|一)|日(?!\d)|部|体|般|定|方|つ(?!の)|時(?!間)|度|種|本|台|点|回り|組|"
    r"口|戸|席|区|括|環|角|段|歩|層|覧|例|式|例示|通り|社会)|[二三]次|二重|二度|三者|四半|五輪|"
    r"八戸|三重|百[貨花]|千[葉代島]|十分|万全|[三四五六七八九]つ葉|三日月|七夕")


def _kanji_counts(text: str, at: int, match: re.Match[str], number: Number) -> bool:
    """A kanji numeral is a figure only before a counter that makes no other word with it."""
    if at and text[at - 1] in "数第唯統同単万不均随専" or _IDIOM.match(text, at):
        return False
    if match[0][0] in "百千" and match[0].strip("百千万億兆") == "":
        # 千円 and 百万円 are units; 千人を超える is a figure.
        form = longest_unit(text, match.end(), kanji=True)
        if not form or not _AFTER.match(text, match.end() + len(form))["q"]:  # type: ignore[index]
            return False
    if text[match.end() : match.end() + 1] in ("%", "割") or text.startswith("ポイント", match.end()):
        _unit(text, number)
        return True
    if len(match[0]) > 1 and text[match.end() : match.end() + 1] == " " and (spaced := longest_unit(text, match.end() + 1, kanji=True)):
        _take(text, number, match.end() + 1, spaced)
        return True
    form = longest_unit(text, match.end(), kanji=True) or (longest_unit(text, match.end()) if len(match[0]) > 2 else "")
    if not form or (len(match[0]) == 1 and len(form) == 1 and _more_kanji(text, match.end() + 1)):
        return False
    _take(text, number, match.end(), form)
    return True


def _more_kanji(text: str, at: int) -> bool:
    rest = text[at : at + 1]
    return "一" <= rest <= "龥" and not _ACTION.match(text, at)


def _unit(text: str, number: Number) -> None:
    """The unit right after the digits, over a space or a line's end; a known one, else what looks like one."""
    at = number.end
    if text[at : at + 1] in ("余", "数") and longest_unit(text, at + 1):
        number.qualifier = "over"
        at += 1
    gap = 1 if text[at : at + 1] in (" ", "\n") else 0
    form = longest_unit(text, at) or (longest_unit(text, at + gap) if gap else "")
    if form and text[at : at + len(form)] != form:
        if text[at] == "\n" and not stands_alone(text, at + 1 + len(form)):
            form = ""
        at += gap if form else 0
    if form:
        _take(text, number, at, form)
        return
    match = _LATIN_UNIT.match(text, number.end)
    if match is None:
        match = _KATAKANA_UNIT.match(text, number.end)
    unknown = match[1] if match else ""
    if match is None and (run := _KANJI_UNIT.match(text, number.end)):
        cut = _ACTION.search(run[1])
        unknown = run[1][: cut.start()] if cut else run[1]
        unknown = "" if len(unknown) > 4 else unknown
        match = run
    enclosed = _UNIT_IN_BRACKETS.match(text, number.end)
    if enclosed and unit_of(enclosed[1]):
        _take(text, number, enclosed.start(1), enclosed[1])
        number.end = number.core_end = enclosed.end()
    elif match and unknown:
        number.end = number.core_end = match.start(1) + len(unknown)
        number.unit = unknown
        number.notes.append(f"unknown unit {unknown}, kept as printed")
    else:
        number.bare = True


def stands_alone(text: str, at: int) -> bool:
    rest = text[at : at + 1]
    return not rest or not ("一" <= rest <= "龥" or "ァ" <= rest <= "ヺ") or bool(_ACTION.match(text, at))


_SHARE_OF = re.compile(r" ?分(?![のに]\d|の[一二三]|野|間|析|類|布|[0-9])")


def _take(text: str, number: Number, at: int, form: str) -> None:
    end = at + len(form)
    unit = form
    entry = unit_of(form)
    number.kind = entry.kind if entry else ""
    more = _KATAKANA_UNIT.match(text, end)
    if more and number.kind == "count" and not "ァ" <= form[-1] <= "ヺ" and unit_of(more[1]):
        unit, end = form + more[1], more.end()
        number.notes.append(f"two units printed: {form} and {more[1]}")
    slash = _SLASH_UNIT.match(text, end)
    if slash and not (slash["below"][0].isdecimal() and text[end] == " "):
        unit, end = f"{unit}/{slash['below']}", slash.end()
    elif number.kind in ("count", "time", "money") and form not in ("分", "日", "年") and (part := _SHARE_OF.match(text, end)):
        end = part.end()
    number.unit, number.end, number.core_end = canonical(unit), end, end


def _dress(text: str, number: Number, lowest: int) -> Number:
    """Signs, qualifiers, rates and directions around the number and its unit."""
    match = _BEFORE.search(text, max(lowest, number.core - 24), number.core)
    assert match is not None
    sign = match["sign"] or ""
    if sign:
        number.sign = {MINUS: "-", "-": "-", "ー": "-", "マイナス": "-", "+": "+", "プラス": "+", "±": "±"}[sign]
        if sign == "ー":
            number.notes.append("ー read as minus")
    word = match["q"] or match["q2"] or ""
    if word:
        number.qualifier = "about" if re.fullmatch(_ABOUT, word) else "at_least" if re.fullmatch(_LEAST, word) else "at_most"
    if match["money"] and not number.unit:
        number.unit, number.kind, number.bare = canonical(match["money"]), "money", False
    arrow = _MOVED.search(text, lowest, number.start) if not sign else None
    if arrow and (_BESIDE.search(text, 0, arrow.start()) or number.kind in ("ratio", "difference")):
        number.move, number.start = (1 if arrow["up"] else -1), arrow.start()
    elif sign or word or match["money"]:
        number.start = min(match.start(name) for name in ("q", "sign", "q2", "money") if match[name])
    if not number.bare or number.kind:
        _rate(text, number, lowest)
    after = _AFTER.match(text, number.end)
    assert after is not None
    if after["q"] and not (after["q"] == "台" and number.kind != "ratio"):
        number.end = after.end()
        number.qualifier = _qualifier(after["q"])
    _direction(text, number)
    number.aim = bool(_AIM.match(text, number.end))
    number.after = number.end
    return number


def _qualifier(word: str) -> str:
    if word in _QUALIFIER_OF:
        return _QUALIFIER_OF[word]
    if "下回" in word or "切" in word or "満た" in word:
        return "under"
    return "over"


def _direction(text: str, number: Number) -> None:
    move = _MOVES.match(text, number.end)
    if move is None:
        return
    into = _INTO.match(text, number.end)
    word = move["up"] or move["down"]
    if word is None:
        number.turns = True
        return
    if into and into.end() > number.end:
        # 2倍に増加 says how; 200人に増加 says what it came to.
        number.into = True
        if number.unit != "倍":
            return
    if number.unit == "倍" and move["down"] is None:
        number.move = 1
    number.move = 1 if move["up"] else -1
    close = max(move.start("up"), move.start("down")) <= number.end + 1
    if close and not number.into and word in ("増", "減", "増加", "減少", "増額", "減額") and text[number.end : number.end + 1] not in "のとでもほ":
        number.end = move.end()


def _rate(text: str, number: Number, lowest: int) -> None:
    """月平均 20件, 年40人, 1日あたり 3件: the unit is a rate. 月額 and ratios are not."""
    if number.kind in ("ratio", "difference") or "/" in number.unit or number.sign == "±":
        return
    before = text[max(lowest, number.start - 24) : number.start]
    match = _RATE.search(before)
    if match is None:
        return
    per = match["every"] or match["span"] or match["single"] or match["unit"] or match["bare"] or ""
    if match["of"]:
        per = f"{match['of']}人"
    elif match["bare"] and len(match["bare"]) > 2:
        per = "名"
    elif match["unit"]:
        amount = re.sub(r"[^\d万千百十]", "", match["one"][: -len(match["unit"])])
        per = ("" if amount in ("1", "") else amount) + match["unit"]
    if match["each"]:
        per = f"人・{per}"
    if match["span"] and match["span"] == number.unit[:1]:
        return
    per = {"年間": "年", "年度": "年", "か月": "月", "ヶ月": "月", "カ月": "月", "ヵ月": "月", "週間": "週", "人": "名", "職員": "名"}.get(per, per)
    number.unit = f"{number.unit}/{per}"
    number.start = number.start - len(before) + match.start()


_TIME_SPAN = re.compile(
    r" ?(?:間)?(?:で(?![すあはの]|き)|にわたり|にわたって|にわたる|の累計|累計|連続|ごと|毎に|"
    r"おき|ぶり|を経て|かけて|後|前(?!後|年)|を超える歴史|の(?:計画|期間|経過|実績|間|活動|取組|"
    r"取り組み|移行)|移動平均)")
_PAST = re.compile(r"(?:過去|直近|今後|前週|先週|向こう|これまで|この|ここ|当初|最初の|最近)の?約?$")
_YEARS = re.compile(r"(?:平均|勤続|築|在職|経過|寿命|耐用|使用|通算)[^\d\n]{0,6}$")
_NOT_A_NUMBER_ALONE = re.compile(r"(?:^|[\n(\[【:： /|]|[数率額量値計高積度比費]|指数|人口|合計|[→~⇒]) ?$")
_ALONE_AFTER = re.compile(r" ?(?:$|-\d|/|[\n()\[\]】、。→~⇒|]| )")
_YEAR_SPACED = re.compile(r"(?:1 9|2 0)(?: \d){2}")
_LIST_MARK = re.compile(r" ?\.(?= ?[^\d\s])|\)")
_PER_AFTER = re.compile(r" ?(?:あたり|当たり|当り|につき)")
_DAY_OF_MONTH = re.compile(r" ?(?:\( ?[月火水木金土日祝] ?(?:曜|[・,)祝休])|に(?!短|縮)|から|まで|~|・\d|現在|時点|付|頃)")
_THEN_DIGITS = re.compile(r" ?(?:約|平均|最大|およそ|に)?\d")
_THEN_ONE_DAY = re.compile(r" ?1 ?(?:日|か月|年|時間|回)")
_RELEASE = re.compile(r"[1-9]\.0")
_WORDY = re.compile(r"[ァ-ヺーA-Za-z想略画進]")


def _judge(text: str, number: Number, lowest: int) -> Number | Skip:
    """A number with a unit is a figure unless it tells a stretch of time; one without only where it stands as a value."""
    kind, reason = "", ""
    if "\ufffd" in (text[number.core - 1 : number.core], text[number.core_end : number.core_end + 1]):
        kind, reason = "not_read", "beside a character that cannot be read"
    if not kind and number.kind == "time" and number.sign == "":
        kind, reason = _time_is_no_figure(text, number, lowest)
    if not kind and _counts_a_rate(text, number):
        kind, reason = "definition", "what a rate is counted by"
    if not kind and number.bare and number.unit == "":
        kind, reason = _bare_is_no_figure(text, number)
    return Skip(number.core, number.core_end, kind, reason) if kind else number


def _time_is_no_figure(text: str, number: Number, lowest: int) -> tuple[str, str]:
    after = text[number.end : number.end + 5]
    if number.unit == "年" or number.unit.startswith("年/"):
        if not (number.decimals or _YEARS.search(text[max(lowest, number.start - 10) : number.start])):
            return "duration", "a stretch of years"
    elif _TIME_SPAN.match(text, number.end) or _PAST.search(text, max(lowest, number.start - 6), number.start):
        return "duration", "a stretch of time"
    elif _PER_AFTER.match(after) or after.lstrip().startswith("平均"):
        return "definition", "what a rate is counted by"
    elif number.unit == "日" and not number.decimals and number.value <= 31 and _DAY_OF_MONTH.match(after):
        return "date", "a day of a month"
    return "", ""


def _counts_a_rate(text: str, number: Number) -> bool:
    """The 1日 of 1日20件, the 1人 of 1人1日あたり, the 10万人 of 10万人あたり."""
    after = text[number.end : number.end + 5]
    if number.value == 1 and (
        (number.kind == "time" and _THEN_DIGITS.match(after)) or (number.unit == "名" and _THEN_ONE_DAY.match(after))
    ):
        return True
    return (number.kind == "count" or (bool(number.scale) and not number.unit)) and bool(_PER_AFTER.match(after))


def _bare_is_no_figure(text: str, number: Number) -> tuple[str, str]:
    digits = text[number.core : number.core_end]
    before = text[max(0, number.start - 6) : number.start]
    if _YEAR_SPACED.fullmatch(digits):
        return "date", "a year"
    if _YEAR_OF_NAME.fullmatch(digits) and _PUBLISHED.search(text, 0, number.start):
        return "name", "a name with its year"
    if _RELEASE.fullmatch(digits) and _WORDY.match(before[-1:]):
        return "name", "a name with a number"
    if number.scale or number.decimals or number.sign or "," in digits:
        return "", ""
    if number.value < 100 and _LIST_MARK.match(text, number.end) and (text[number.end] != ")" or _mark_in_brackets(text, number)):
        return "list", "a list or heading number"
    if not (_NOT_A_NUMBER_ALONE.search(before) and _ALONE_AFTER.match(text, number.end)):
        return "not_read", "a number without a unit inside words"
    return "", ""


# 数字で見る市のDX 2025, 白書2024
_YEAR_OF_NAME = re.compile(r"(?:19[5-9]|20[0-9])\d")
_PUBLISHED = re.compile(
    r"(?:[A-Za-z]{2,20}|白書|年報|報告書?|レポート|プラン|計画|ビジョン|戦略|要覧|便覧|統計書?|ガイド|ハンドブック|アワード|フォーラム|フェスタ|フェア|サミット) ?\Z")
_SECOND = re.compile(r"[0-9][ \n]?\($")


def _mark_in_brackets(text: str, number: Number) -> bool:
    """項目(1)~(7), but neither a text that is (5) nor the second number of 1,234(567) or, with nothing behind it, of 12 (3)."""
    alone = number.start <= 1 and number.end + 1 >= len(text)
    second = _SECOND.search(text, 0, number.start) and (text[number.start - 2].isdecimal() or not text[number.end + 1 :].strip())
    return text[number.start - 1 : number.start] == "(" and not alone and not second
