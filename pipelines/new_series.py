"""The first report of a series that nobody knows yet: its metadata from a person, its sections and indicators proposed from what is read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.home import Home
from pipelines.intake import DONE, UNKNOWN, Taken, put_away, source_of
from sources.editions import Cover, cover_text, cover_year, edition_name, known_file, take_in
from sources.errors import ShinchokuError
from sources.proposals import start_series
from sources.registry import SeriesFile, check_digit, file_sha256, load, roots
from sources.yaml_files import validated

LICENSES = {
    "CC-BY-4.0": ("cc-by", "https://creativecommons.org/licenses/by/4.0/"),
    "CC0-1.0": ("cc-zero", "https://creativecommons.org/publicdomain/zero/1.0/"),
}
_YEAR = re.compile(r"[（(]?(?:(?:令和|平成|[RH])\s*(?:元|[0-9０-９]+)|(?:19|20)[0-9]{2})\s*年度?[)）]?(?:版)?")


def start(
    file: Path, given: Mapping[str, str], home: Home, *, recognise: Sequence[str] = (), fiscal_year: int | None = None, edition: str | None = None
) -> Taken:
    """Write series.yaml and indicators.yaml and take the report in as the first edition. ``given`` are the words of the command's options."""
    from sources.reading import read_report

    _check_names(given)
    if not file.is_file():
        raise ShinchokuError(f"{file}: no such file. Check the path.", f"{file}: ファイルがありません。パスを確かめてください。")
    known = known_file(file_sha256(file), load())
    if known:
        raise ShinchokuError(f"{file}: this file belongs to {known.edition.edition_id} already.", f"{file}: このファイルは{known.edition.edition_id}として取込済みです。")
    text = cover_text(read_report(file, pages=[1], trace=True))
    year = fiscal_year or cover_year(text)
    if year is None:
        raise ShinchokuError(f"{file}: the first page names no fiscal year. Give it with --fiscal-year.",
                             f"{file}: 表紙に年度が見つかりません。--fiscal-year で指定してください。")
    meta = _series(given, _words(file, text, given, recognise))
    reading = read_report(file, fiscal_year=year)
    if not reading.figures:
        raise ShinchokuError(f"{file}: no number was read, so there is nothing to start a series from. " + " ".join(reading.warnings),
                             f"{file}: 数値を一つも読み取れなかったため、系列を始められません。")
    try:
        with home.lock():
            series = start_series(roots()[0], meta, reading)
            cover = Cover(series, year, edition or edition_name(year))
            taken = take_in(file, cover, page_count=reading.page_count, source_url=source_of(home, reading.sha256))
            place = file.absolute().parent
            if place in (home.inbox, home.inbox / UNKNOWN):
                file = put_away(file, home.inbox / DONE)
    except OSError as error:
        raise ShinchokuError(f"{error.filename}: cannot be written ({error.strerror}). Set SHINCHOKU_SERIES to a folder that can.",
                             f"{error.filename}: 書き込めません（{error.strerror}）。書き込めるフォルダをSHINCHOKU_SERIESで指定してください。") from error
    return Taken(file, taken.outcome, taken.edition)


def _check_names(given: Mapping[str, str]) -> None:
    name, code = given["id"], given["area_code"]
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        raise ShinchokuError(f"--id '{name}': use small letters, digits and _, a letter first, such as my_city.",
                             f"--id「{name}」: 英小文字で始まる英小文字・数字・_ で指定してください（例 my_city）。")
    if name in load().series:
        raise ShinchokuError(f"--id '{name}': this series is there already. Take its reports in with shinchoku intake, or use another id.",
                             f"--id「{name}」: この系列は既にあります。報告書は shinchoku intake で取り込むか、別のIDにしてください。")
    if not re.fullmatch(r"[0-9]{6}", code):
        hint = f": {code}{check_digit(code)}" if re.fullmatch(r"[0-9]{5}", code) else ""
        raise ShinchokuError(f"--area-code '{code}': six digits, the last of them the check digit{hint}.",
                             f"--area-code「{code}」: 検査数字を含む6桁で指定してください{hint}。")
    if check_digit(code[:5]) != code[5]:
        raise ShinchokuError(f"--area-code '{code}' fails its check digit: {code[:5]} takes {check_digit(code[:5])}.",
                             f"--area-code「{code}」は検査数字が合いません。{code[:5]}の検査数字は{check_digit(code[:5])}です。")


def _words(file: Path, text: str, given: Mapping[str, str], named: Sequence[str]) -> list[str]:
    """By which words of the first page the series is recognised: those named, or its title and publisher, which no year may be part of."""
    flat = _flat(text)
    missing = [word for word in named if _flat(word) not in flat]
    if missing:
        raise ShinchokuError(f"{file}: --recognise '{missing[0]}' is not on the first page, which says: {_shown(text)}",
                             f"{file}: --recognise「{missing[0]}」は表紙にありません。表紙の文字: {_shown(text)}")
    if named:
        return list(named)
    titles = [_YEAR.sub("", given.get(name) or "").strip() for name in ("title_ja", "plan_ja")]
    title = next((words for words in titles if words and _flat(words) in flat), None)
    if title is None:
        raise ShinchokuError(
            f"{file}: '{given['title_ja']}' is not on the first page as it stands. Name words that every report of the series bears there "
            f"(and no year): --recognise WORD. It says: {_shown(text)}",
            f"{file}: 表紙に「{given['title_ja']}」がそのままの形ではありません。毎年の表紙にある語（年度を除く）を --recognise で指定してください。"
            f"表紙の文字: {_shown(text)}")
    return list(dict.fromkeys(word for word in (given["publisher_ja"], title) if _flat(word) in flat))


def _series(given: Mapping[str, str], words: Sequence[str]) -> SeriesFile:
    """series.yaml; where no English was given the Japanese words stand until a person gives better ones."""
    def both(name: str, other: str = "") -> dict[str, str]:
        ja = given.get(f"{name}_ja") or given.get(f"{other}_ja") or ""
        return {"ja": ja, "en": given.get(f"{name}_en") or given.get(f"{other}_en") or ja}

    plan, publisher = both("plan", "title"), both("publisher")
    ckan, url = LICENSES[given["license"]]
    fields = {
        "id": given["id"], "title": both("title"),
        "description": {
            "ja": f"{publisher['ja']}の「{plan['ja']}」の進捗報告に印刷された数値を、ページ上の位置とともに機械判読可能な表にしたもの。",
            "en": f"The numbers printed in the progress reports on {plan['en']} of {publisher['en']}, as tidy tables, each with its spot on the page.",
        },
        "publisher": publisher, "plan": plan, "area_code": given["area_code"], "standard_area_code": given["area_code"][:5],
        "area": both("area", "publisher"), "dataset": given.get("dataset") or f"{given['area_code']}_{given['id']}",
        "license": {"spdx": given["license"], "ckan": ckan, "url": url}, "recognise": {"all": list(words)}, "sections": [],
    }  # fmt: skip
    return validated(SeriesFile, fields, {}, Path("series.yaml"))


def _flat(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _shown(text: str) -> str:
    return " / ".join(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))[:200]
