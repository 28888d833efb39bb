"""What is printed with digits and is no figure: one rule a line, in words, with an example that a test reads.

The order decides. ``(?m:^)`` is the beginning of a line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """What is printed with digits and is no figure."""

    kind: str  # one of records.LEDGER_KINDS
    reason: str
    pattern: str
    example: str
    unless_counted: bool = False  # it is a quantity after all where a unit follows


_K = "[一二三四五六七八九十百千〇]"
_CLASS_NOUN = (
    "(?:の)?(?:企業|事業所|事業者|中小|会社|法人|団体|都市|市町村|自治体|市町|契約|工事|物件|"
    "建物|建築物|学校|病院|高齢者|児童|住民|国民|女性|男性|女子|男子|単独|単身|世帯員|者のいる|"
    "の者|者(?![数をに])|世帯(?!数))"
)
AGE = "an age group"
NUMBERED = (
    "Society|Industry|Windows|Ver\\.?|ver\\.?|Version|バージョン|ISO|JIS|Step|STEP|step|ステップ|"
    "フェーズ|Phase|レベル|Level|Lv\\.?|No\\.?|NO\\.?|№|Vol\\.?|vol\\.?|タイプ|ステージ|パターン|"
    "カテゴリー?|別紙|別表|別添|資料|参考資料|図表|図|表|写真|注|様式|問|健康日本|基本目標|"
    "基本方針|基本施策|重点施策|重点目標|施策|方針|戦略|柱|取組|指標|項番|グループ|ゾーン|区分|"
    "類型|案|事例|ケース|トピックス?|コラム|テーマ|論点|重点|Microsoft|Office|Adobe|Web|web|Q|KPI|GIGA|SDGs|チャレンジ|アクション|プラン|目標"
)

# Also letter by letter, as head lines of newsletters are spaced.
MONTH_NAME = (
    "(?:[Jj] ?[aA] ?[nN]|[Ff] ?[eE] ?[bB]|[Mm] ?[aA] ?[rR]|[Aa] ?[pP] ?[rR]|[Mm] ?[aA] ?[yY]|[Jj] ?[uU] ?[nN]|[Jj] ?[uU] ?[lL]|"
    "[Aa] ?[uU] ?[gG]|[Ss] ?[eE] ?[pP]|[Oo] ?[cC] ?[tT]|[Nn] ?[oO] ?[vV]|[Dd] ?[eE] ?[cC])(?: ?[a-zA-Z]){0,6}(?![a-zA-Z])"
)

RULES: tuple[Rule, ...] = (
    Rule("date", "an English month with its year or day",
         rf"(?:\d ?){{4}}\n?{MONTH_NAME}\.?(?: ?\d{{1,2}}(?![\d,.%件人円万]))?|"
         rf"(?:\d{{1,2}} )?{MONTH_NAME} ?[.,]?(?:[ \n]?\d(?: ?\d){{0,3}})(?:, ?\d{{4}})?(?! ?[\d,.%件人円万])", "Jul. 2025"),
    Rule("reference", "an address on the web", r"(?:https?://|www\.)[^\s、。()「」]+", "https://example.jp/2024/10"),
    Rule("reference", "a mail address", r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,6}", "dx123@city.example.jp"),
    Rule("reference", "a telephone number",
         r"(?:(?:電話(?:番号)?|TEL|Tel|tel|FAX|Fax|ファクス|ファックス|フリーダイヤル|内線|直通|代表|"
         r"☎|℡|連絡先)[ :：.(]{0,3}\+?\d[\d() -]{1,16}\d)", "電話 093-582-2222"),
    Rule("reference", "a telephone number",
        r"(?<![\d,.])0\d{1,4}(?: ?- ?|\()\d{1,4}(?: ?- ?|\))\d{3,4}(?!\d)", "(093)582-2222 / 093-582-2222"),
    Rule("reference", "a postal code", r"〒 ?\d{3} ?-? ?\d{4}|(?<![\d,.-])\d{3}-\d{4}(?![\d,.-]|[人件枚円])", "〒803-8501"),
    Rule("reference", "a law, article or clause",
         rf"(?:第 ?)?(?:\d+|{_K}{{1,9}})[ \n]?(?:条(?!件|例)|項(?!目)|号(?![機車棟線室店])|章|節|款|編(?=[^あ-ん]|"
         rf"$))(?: ?の ?(?:\d+|{_K}{{1,9}}))*(?:第? ?(?:\d+|{_K}{{1,9}}) ?[条項号](?: ?の ?\d+)*)*",
         "地方自治法第252条の19"),
    Rule("furniture", "a page number",
         r"(?<![\d/])\d{1,4} ?/ ?\d{1,4} ?(?:ページ|頁|page|Page)|(?<![A-Za-z])(?:p|P|pp|PP)\. ?\d{1,4}(?:-\d{1,4})?(?!\d)|"
         r"(?m:^) ?- ?\d{1,3} ?-(?m: ?$)|\d{1,4} ?(?:ページ|頁)(?=目|を?参照|に|の[図表])",
         "3 / 12 ページ"),
    Rule("list", "a heading's number in a table of contents",
         r"(?m:^)[ \n]?\d{1,2}(?:[.-]\d{1,2}){0,3}(?=[^\n]{1,80}[.…‥・]{3} ?\d{1,4} ?(?m:$))", "2 取組の実績 ..... 3"),
    Rule("furniture", "a page number in a table of contents",
         r"(?:(?<=[.…‥・]{3})|(?<=[.…‥・]{3} ))\d{1,4}(?=[ ]?(?m:$))", "はじめに ..... 3"),
    Rule("list", "a list or heading number",
         r"(?m:^)[ \n]?(?:0\d(?:[-.]\d{1,2})*(?![\d,.:/%]|年|月|-)[ .、．:：]?(?=\D|$)|\d{1,2}(?:[-.]\d{1,2}){0,3} ?(?:[)．、]|"
         r"\.(?! ?\d))(?=[ \n]?[^\d\s)]|$)|\d{1,2} ?\. ?(?=(?:19|20)\d\d ?年)|\(\d{1,2}\) ?(?=[^\d\s%()~→\-])|"
         r"[(]?[一二三四五六七八九十]{1,2}[)、])",
         "01 マイナンバーカードの普及"),
    Rule("list", "a list or heading number",
        r"(?m:^)[ \n]?(?:\d{1,2}-\d{1,2}(?= ?[ぁ-んァ-ヶ一-龥])|\d{1,2}(?= (?:\d{2,3} ?歳(?:以上|以下|未満|代|の|児)|(?:19|20)\d\d ?年)|"
        r"\) ?(?:19|20)\d\d ?[(年])|\d{1,2}(?= (?:[ァ-ヶ一-龥「『]|\((?!\d|単位|[^\s()]{1,3}\)))))", "1-2 現状と課題", True),
    Rule("list", "a rank before what it ranks", r"(?m:^)[ \n]?\d{1,3} ?位(?= [^\d\s(、。→~])", "1位 住民票の写し"),
    Rule("list", "a note's or figure's mark",
        r"[※*＊†‡] ?\d{1,2}(?![\d,.]|年|月|日|万|件|人|名|%)[)）]?|\(?注 ?:? ?\d{1,2}(?!\d)\)?", "※1"),
    Rule("list", "a circled number", r"[①-⒛❶-➓⓪-⓿㉑-㉟㊱-㊿]", "①窓口"),
    Rule("name", "a set phrase",
        r"24 ?時間[・、 ]?365 ?日|365 ?日[・、 ]?24 ?時間|24 ?時間(?= ?(?:対応|体制|受付|営業|利用|"
        r"いつでも|年中|オンライン|どこでも|申請可))|三位一体|一石二鳥|二人三脚|十人十色|第三者|"
        r"一人ひとり|1人ひとり|一人一人|1人1台|一人一台|十分|百貨店|千葉|一部|四半期(?!末)",
         "24時間365日"),
    Rule("name", "an ordinal in a name",
        rf"第 ?(?:\d+(?:[.-]\d+)*|{_K}{{1,9}})(?! ?・? ?四半期| ?位)(?:次|期|回|版|種|類|級|世代|"
        rf"段階|弾|部|者|セクター|号被保険者|[ぁ-ん一-龥])?", "第2期計画"),
    Rule("name", "a floor",
        r"(?:地下|地上|B)? ?\d{1,2} ?(?:階(?!層|級)(?:建て?)?|F(?![A-Za-z]))(?: ?[~・-] ?(?:地下)?\d{1,2} ?(?:階|"
        r"F))?", "本庁舎3階"),
    Rule("date", "a time of day",
        r"(?:午前|午後|AM|PM)? ?(?<![\d:])(?:[01]?\d|2[0-4]) ?(?::[0-5]\d(?::\d\d)?(?!\d)|時(?!間|"
        r"点|期|代|給|短|差)(?: ?[0-5]?\d ?分|半)?)", "9:30 / 17時15分"),
    Rule("name", "a rank in a series or an age group",
         rf"(?:\d[\d,]{{0,12}}[万千億]?|{_K}{{1,9}}) ?(?:回目|年目|番目|人目|件目|度目|日目|月目|つ目|か所目|台目|校目|"
         rf"本目|例目|年度目|歳児|年生(?!き)|年次(?!有給)|番(?![組号地])|番号|丁目|番地|号線|号棟|"
         rf"号車|号機|号店|号館|学期|期生|期(?=[連目生計])|世紀|段階|次元|等級|等(?=[級地賞])|級|ヵ年計画|"
         rf"か年計画|カ年計画|ヶ年計画|年計画|年ぶり|か月ぶり|年連続|期連続|大(?=[都疾事重要産新陸])|"
         rf"刷|訂版|系統図|親等|号)",
         "5か年計画"),
    Rule("definition", AGE,
        r"\d{1,3} ?(?:~ ?\d{1,3} ?)?(?:歳|才) ?(?:以上|以下|未満|代|~|から(?=\d)|児|に達)(?: ?\d{1,3} ?(?:歳|"
        r"才) ?(?:以下|未満|まで)?)?|\d{1,2} ?~ ?\d{1,2} ?(?:歳|才)|[1-9]0(?: ?[・~] ?[1-9]0)* ?(?:代|"
        r"歳代)", "65歳以上"),
    Rule("definition", "a class limit",
        rf"\d[\d,.]{{0,14}}[万億]? ?(?:人|名|円|㎡|m2|ha|戸|床|t|トン|m|km|kW|日|時間|か月) ?(?:以上|"
        rf"以下|未満|超|を超える|以内)(?:[、 ]?\d[\d,.]{{0,14}}[万億]? ?(?:人|名|円|㎡|ha|m|日|時間) ?(?:以下|"
        rf"未満|以内))?(?={_CLASS_NOUN})", "従業員300人以下の企業"),
    Rule("definition", "a sample size",
        r"(?<![A-Za-z])[nN] ?= ?\d[\d,]{0,14}|(?:サンプル数|サンプルサイズ|標本数|標本サイズ)[ :：は=]{0,2}\d[\d,]{0,14} ?[人件名]?", "n=1,200"),
    Rule("definition", "a definitional constant",
        r"\d[\d,.]{0,14} ?(?:%|人|点)? ?(?:として|とし(?=[、た])|とする指数|とした(?=指数|場合|とき|"
        r"値))|= ?100(?=\))|100 ?%(?=に(?:は)?(?:なら|一致し)な|と(?:は)?(?:なら|一致し)な)", "100として"),
    Rule("definition", "the top of a scale", r"\d{1,4} ?点(?:満点|中(?=\d))|\d ?つ星", "5点満点"),
    Rule("definition", "a count of things in the text",
        rf"(?:この|その|これらの|以下の|次の|上記の?|下記の?|うち) ?(?:\d{{1,2}}|{_K}) ?(?:つ|点(?!数))|"
        rf"[○◯〇] ?(?:は|を|印は) ?(?:\d{{1,2}}|{_K}) ?つ|(?:\d{{1,2}}|{_K}) ?つ(?= ?(?:まで(?:選|回答|$|[)、。])|(?:だけ)?選(?:び|ん|択)))|"
        rf"上位 ?\d{{1,2}} ?(?:[かヶカケ箇](?:国|所)|位|社|校|市|団体|項目)|"
        rf"(?:\d{{1,2}}|{_K}) ?つ ?の ?(?=(?:基本|重点|主要|重要)?(?:柱|視点|方針|目標|観点|ポイント|"
        rf"要素|原則|分野|テーマ|方向|戦略|視座|力|理念|姿|基本|重点|年間))", "この2つの目標"),
    Rule("name", "a name with a number",
        rf"(?:{NUMBERED}) ?\d{{1,5}}(?:[-.]\d{{1,3}})*(?=(?P<tail>.?.?))", "Society 5.0", True),
    Rule("name", "a name with a number",
        r"(?<![A-Za-z])(?!(?:[nN]|[RHSTM]|約)\d(?!O(?![A-Za-z\d])))[A-Za-z][A-Za-z&.-]{0,24}\d+(?:[.-]\d+)*(?![\d,])[A-Za-z]{0,3}|"
        r"[A-Za-z]{2,24} ?2\.0(?!\d|%)|(?<!\d)\d{4}[a-z](?![A-Za-z])", "DX2.0", True),
    Rule("name", "a name with a number",
        r"(?<![\d.,])\d{1,2}(?:[DGKRSPXCEBDQN](?![A-Za-z])|on\d|in\d|to\d|st(?![a-z])|nd(?![a-z])|"
        r"rd(?![a-z])|th(?![a-z])|next|way)", "5G / 3D / 1on1"),
    Rule("date", "a month and day, or a ratio without a unit", r"(?<![\d/,.])(?<!%\()\d{1,2}/\d{1,2}(?![\d/,万億]|\.\d)", "1/5", True),
    Rule("name", "a word with a number", rf"(?:\d|{_K})(?:密(?!度)|次産業|世代(?![数間以])|種の神器|桁)", "6次産業化"),
    Rule("name", "a ratio of bare numbers", r"(?<![\d.,:])\d{1,3} ?[:×] ?\d{1,3}(?![\d.,:])", "16:9", True),
    Rule("reference", "an identifying number",
        r"(?<![\d.,])0\d{2,}(?![\d,.]|%)|\d{1,5}(?:-\d{1,5}){2,}|(?:法人番号|整理番号|受付番号|管理番号|"
        r"登録番号|番号)[ :：]?\d+", "0012345"),
)
RULE_PATTERN = re.compile("|".join(f"(?P<r{i}>{rule.pattern.replace('?P<tail>', '')})" for i, rule in enumerate(RULES)))
