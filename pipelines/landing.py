"""What the sensor of the landing pages does at each tick: look at a page that is due, and fetch what is new on it into the inbox.

A page is looked at where series.yaml names it and its hosts (``landing_page``, ``allowed_hosts``). What was seen is kept in the cursor,
so that a page or file that has not changed is not sent twice. Which report a file is, the inbox finds out.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dagster as dg
from pydantic import BaseModel, Field, ValidationError

from pipelines import intake
from pipelines.home import Home
from pipelines.resources import Series, Storage, Web
from sources.editions import known_file
from sources.errors import ShinchokuError, of_system
from sources.fetching import PAGE, PDF, ROBOTS, Answer, Fetcher, FetchError, Kind, checked_url
from sources.landing_page import Robots, pdf_links
from sources.registry import Registry, file_sha256

HOUR, DAY, MONTH = 3600, 24 * 3600, 30 * 24 * 3600
MOST_LINKS = 200  # of one page; a page that lists more is no landing page of a yearly report
FILES_A_TICK = 3
LEAST_SECONDS = 20  # for which nothing is begun any more


class Seen(BaseModel):
    """What is remembered of an address: what tells whether it changed, and when (seconds since 1970) it is asked for again."""

    etag: str = ""
    last_modified: str = ""
    sha256: str = ""
    failures: int = 0
    next: float = 0

    @property
    def can_tell(self) -> bool:
        return bool(self.etag or self.last_modified)


class Page(Seen):
    links: dict[str, Seen] = Field(default_factory=dict)


class Memory(BaseModel):
    """The cursor: pages by address, and hosts that are to be left alone until a time."""

    pages: dict[str, Page] = Field(default_factory=dict)
    resting: dict[str, float] = Field(default_factory=dict)

    @classmethod
    def of(cls, cursor: str | None, log: logging.Logger) -> Memory:
        try:
            return cls.model_validate_json(cursor or "{}")
        except ValidationError:
            log.warning("the cursor cannot be read, so every page is looked at anew / カーソルを読み取れないため、すべてのページを初めから確かめます")
            return cls()


def now() -> float:
    return time.time()


def pages(registry: Registry) -> dict[str, tuple[str, ...]]:
    """The pages to be looked at, each with the hosts that the series on it may fetch from."""
    found: dict[str, tuple[str, ...]] = {}
    for series in registry:
        if series.meta.landing_page and series.meta.allowed_hosts:
            found[series.meta.landing_page] = (*found.get(series.meta.landing_page, ()), *series.meta.allowed_hosts)
    return found


def look(context: dg.SensorEvaluationContext, series: Series, storage: Storage, web: Web) -> dg.SensorResult | dg.SkipReason:
    registry = series.registry()
    named = pages(registry)
    if not named:
        return dg.SkipReason("no series.yaml has both landing_page and allowed_hosts / landing_pageとallowed_hostsのある系列がありません")
    memory = Memory.of(context.cursor, context.log)
    memory.pages = {url: memory.pages.get(url) or Page() for url in named}
    memory.resting = {host: until for host, until in memory.resting.items() if until > now()}
    visit = Visit(web.fetcher(), web.every_hours * HOUR, registry, storage.home, memory, context.log)
    for url, hosts in named.items():
        visit.look_at(url, hosts)
    return dg.SensorResult(skip_reason=visit.told(), cursor=memory.model_dump_json(exclude_defaults=True))


@dataclass
class Visit:
    """One tick: what it may still take, and what became of it."""

    fetcher: Fetcher
    every: float
    registry: Registry
    home: Home
    memory: Memory
    log: logging.Logger
    until: float = field(default_factory=lambda: time.monotonic() + seconds_of_a_tick())
    asked: int = 0
    files: int = 0
    fetched: list[str] = field(default_factory=list)
    problems: int = 0

    def look_at(self, url: str, hosts: tuple[str, ...]) -> None:
        page = self.memory.pages[url]
        self._hosts, self._robots = hosts, Robots(lambda robots: self.fetcher.get(robots, hosts, self._in_time(ROBOTS)))
        if page.next <= now() and (answer := self._ask(url, PAGE, page)) and answer.status == 200:
            page.links = {link: page.links.get(link) or Seen() for link in self._on_the_list(answer)}
        for link, seen in page.links.items():
            if self.files >= FILES_A_TICK or not self._is_due(seen):
                continue
            if (answer := self._ask(link, PDF, seen)) and answer.status == 200:
                self._keep(link, answer.body, seen)

    def _on_the_list(self, page: Answer) -> list[str]:
        """The links that may be followed; hosts that are not on the list are named, in case one should be."""
        links, others = [], set()
        for link in pdf_links(page):
            try:
                links.append(checked_url(link, self._hosts))
            except FetchError:
                others.add(urlsplit(link).netloc[:100])
        if others:
            self.log.info(f"{page.url}: PDF files elsewhere than allowed_hosts are left alone / allowed_hosts以外のPDFは取得しません: {', '.join(sorted(others)[:10])}")
        if len(links) > MOST_LINKS:
            self.log.warning(f"{page.url}: {len(links)} PDF files, of which the first {MOST_LINKS} are looked at / PDFが多いため、先頭の{MOST_LINKS}件だけ確かめます")
        return links[:MOST_LINKS]

    def _is_due(self, seen: Seen) -> bool:
        """A file that is new, or one of an edition that may have been replaced; one that no series knows is fetched once."""
        return seen.next <= now() and (not seen.sha256 or (seen.can_tell and known_file(seen.sha256, self.registry) is not None))

    def _in_time(self, kind: Kind) -> Kind:
        return replace(kind, seconds=min(kind.seconds, self.until - time.monotonic()))

    def _ask(self, url: str, kind: Kind, seen: Seen) -> Answer | None:
        """The answer, if it is the thing itself or that it has not changed; else when to ask again is noted."""
        host = urlsplit(url).hostname or ""
        if self.until - time.monotonic() < LEAST_SECONDS or self.memory.resting.get(host, 0) > now():
            return None
        self.asked += 1
        self.files += kind is PDF
        try:
            answer = self.fetcher.get(url, self._hosts, self._in_time(kind), etag=seen.etag, last_modified=seen.last_modified, may=self._robots.allows)
        except FetchError as error:
            self._failed(seen, host if error.is_temporary else "", error.retry_after, error)
            return None
        if delay := self._robots.delay(url):
            self._rest(host, delay)
        if answer.status != 200 and not (answer.status == 304 and seen.can_tell):
            is_busy = answer.status == 429 or answer.status >= 500
            self._failed(seen, host if is_busy else "", answer.retry_after, f"{url}: status {answer.status} / 応答が{answer.status}です")
            return None
        seen.failures, seen.next = 0, now() + self.every
        if answer.status == 200:
            seen.etag, seen.last_modified = answer.etag, answer.last_modified
        return answer

    def _failed(self, seen: Seen, busy_host: str, retry_after: float | None, why: object) -> None:
        """Ask again later, each time after twice the wait, up to a month: of a busy host after an hour, and nothing at all before it said; else after
        a day."""
        self.problems += 1
        seen.failures += 1
        first = HOUR if busy_host else DAY
        wait = min(max(first * 2 ** min(seen.failures - 1, 20), retry_after or 0), MONTH)
        seen.next = now() + wait
        if busy_host:
            self._rest(busy_host, wait)
        self.log.warning(f"{why}\nnext try in {wait / HOUR:.0f} h / 次は約{wait / HOUR:.0f}時間後です")

    def _rest(self, host: str, seconds: float) -> None:
        self.memory.resting[host] = max(self.memory.resting.get(host, 0), now() + min(seconds, MONTH))

    def _keep(self, link: str, body: bytes, seen: Seen) -> None:
        """Put a file into the inbox, unless it was taken in before or lies there, under whatever name."""
        digest = hashlib.sha256(body).hexdigest()
        try:
            if digest != seen.sha256 and known_file(digest, self.registry) is None and not _lies_in(self.home, digest, len(body)):
                drop(body, link, digest, self.home)
                self.fetched.append(link)
                self.log.info(f"{link}: {len(body):,} bytes, into the inbox / 受付フォルダに入れました")
            seen.sha256 = digest
        except OSError as error:
            seen.etag = seen.last_modified = ""
            self._failed(seen, "", None, of_system(error, self.home.inbox) or ShinchokuError(f"{self.home.inbox}: {error}", f"{self.home.inbox}：{error}"))

    def told(self) -> str:
        if not self.asked:
            waiting = [one.next for one in self.memory.pages.values()]
            return f"nothing is due before {_time(min(waiting))} / 次に確かめるのは{_time(min(waiting))}です"
        return (f"asked {self.asked} times, {len(self.fetched)} files fetched into the inbox, {self.problems} problems (see the log) / "
                f"{self.asked}回確かめ、{len(self.fetched)}件を受付フォルダに入れました。問題{self.problems}件（ログを参照）")  # fmt: skip


def seconds_of_a_tick() -> float:
    """What a tick may take: somewhat less than Dagster's own limit for it (60 s where nothing else is said)."""
    said = os.environ.get("DAGSTER_SENSOR_GRPC_TIMEOUT_SECONDS") or os.environ.get("DAGSTER_GRPC_TIMEOUT_SECONDS") or "60"
    return float(said) - 5


def drop(body: bytes, link: str, digest: str, home: Home) -> None:
    """Put a file into the inbox whole, under the last part of its address, with where it is from noted for the edition."""
    home.inbox.mkdir(parents=True, exist_ok=True)
    intake.note_source(home, digest, link)
    with tempfile.TemporaryDirectory(dir=home.inbox, prefix=".") as place:
        file = Path(place) / file_name(link)
        file.write_bytes(body)
        intake.put_away(file, home.inbox)


def file_name(link: str) -> str:
    """The name of a file as its address has it, as a plain name that ends in .pdf."""
    last = unquote(urlsplit(link).path).rpartition("/")[2]
    plain = "".join(char if char.isprintable() and char not in '\\:*?"<>|' else "_" for char in last)
    stem = plain[:-4] if plain.lower().endswith(".pdf") else plain
    return f"{stem.encode()[:180].decode(errors='ignore').strip(' .') or 'report'}.pdf"


def _lies_in(home: Home, digest: str, size: int) -> bool:
    waiting = [*home.inbox.glob("*"), *(home.inbox / intake.UNKNOWN).glob("*")]
    return any(file.is_file() and file.stat().st_size == size and file_sha256(file) == digest for file in waiting)


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds).astimezone():%Y-%m-%d %H:%M}"
