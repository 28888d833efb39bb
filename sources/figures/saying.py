"""What a line says: the notation's readings, kept since the same line is asked about by its block, its tile and its neighbours; its dress."""

import re
from functools import lru_cache

from sources import notation

read = lru_cache(maxsize=4096)(notation.read)
heading = lru_cache(maxsize=4096)(notation.heading)

NOTE = re.compile(r"^\s*[(（]?\s*(?:注|※|＊|\*|備考|資料|出典)")
BRACKETED = re.compile(r"^\s*[【［\[＜<〈《〔].{1,40}[】］\]＞>〉》〕]\s*$")
CAPTION = re.compile(r"^\s*(?:(?:図表?|表|グラフ|写真)\s*[0-9０-９]|[(（][^()（）]*[)）]\s*$)")
SENTENCE_END = re.compile(r"[。．]\s*$")
# The marks that head an item of a report, by custom; ・ and - rather begin a line of a list.
ITEM = re.compile(r"^\s*[○●◎◯■◆□◇▼▽▶►❖]")
