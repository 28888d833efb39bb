"""What a publisher's page and its robots.txt say: which PDF files it links to, and which addresses of a host may be asked for. No state, no PDF."""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from urllib.parse import urljoin, urlsplit

from protego import Protego

from sources.fetching import ROBOTS, Answer, FetchError, user_agent

LONGEST = 2000  # characters of an address
MOST = 5000  # links of any kind on one page
NAME = user_agent().partition("/")[0]  # by which a robots.txt speaks of this program
# A tag ends at the next one at the latest and has a length, so that no page takes more time than its size: the standard library's parser can
# need the square of it (CVE-2025-6069).
_TAG = re.compile(r"<(a|area|base)\s([^<>]{1,4000})", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(?<![-a-z])([a-z][-a-z]*+)\s*+=\s*+(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))""", re.IGNORECASE)
_CODECS = ("utf-8", "shift_jis", "cp932", "euc_jp", "iso2022_jp")  # of any other, what is ASCII is read, as nearly all addresses are
_CHARSET = re.compile(r"""charset\s*=\s*["']?([-\w]{2,40})""", re.IGNORECASE)


def pdf_links(page: Answer) -> list[str]:
    """The addresses of PDF files that a page links to, in its order, each once and without its fragment; of any host and scheme.

    A link counts by the end of its path (``.pdf``) or by its ``type``; what is in comments does not. Of a page with more than ``MOST`` links
    the first are looked at. No page is so broken that this fails.
    """
    base, found = page.url, dict[str, None]()
    for name, attributes in islice(_tags(_text(page)), MOST):
        address = "".join(attributes.get("href", "").split())
        try:
            if name == "base":
                base = urljoin(page.url, address)
                continue
            url = urljoin(base, address).partition("#")[0]
            is_pdf = urlsplit(url).path.lower().endswith(".pdf") or attributes.get("type", "").strip().lower() == "application/pdf"
        except ValueError:  # no URL, such as https://[
            continue
        if is_pdf and address and len(url) <= LONGEST:
            found[url] = None
    return list(found)


def _text(page: Answer) -> str:
    head = page.body[:2048].decode("ascii", "replace")
    for said in (page.content_type, head):
        if match := _CHARSET.search(said):
            with suppress(LookupError):
                if (name := codecs.lookup(match[1]).name) in _CODECS:
                    return page.body.decode(name, "replace")
    return page.body.decode("utf-8", "replace")


def _tags(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    first, *others = text.split("<!--")
    shown = first + "".join(other.partition("-->")[2] for other in others)
    for tag in _TAG.finditer(shown):
        yield tag[1].lower(), {match[1].lower(): html.unescape(match[2] or match[3] or match[4] or "") for match in _ATTRIBUTE.finditer(tag[2])}


class Robots:
    """What the robots.txt of each host allows (RFC 9309), asked for once a host: none is leave, one that cannot be had is not."""

    def __init__(self, ask: Callable[[str], Answer]) -> None:
        """``ask`` fetches a robots.txt as the kind ``ROBOTS``."""
        self._ask = ask
        self._rules: dict[str, Protego | FetchError] = {}

    def allows(self, url: str) -> bool:
        """Raises FetchError where the host does not say: it is overloaded or cannot be reached, and tried again later."""
        return bool(self._of(url).can_fetch(url, NAME))

    def delay(self, url: str) -> float:
        """Seconds between two questions to the host, as far as it was asked."""
        rules = self._rules.get(urlsplit(url).netloc)
        if not isinstance(rules, Protego):
            return 0
        rate = rules.request_rate(NAME)
        return max(float(rules.crawl_delay(NAME) or 0), rate.seconds / rate.requests if rate and rate.requests else 0)

    def _of(self, url: str) -> Protego:
        host = urlsplit(url).netloc
        if host not in self._rules:
            self._rules[host] = self._asked(f"https://{host}/{ROBOTS.name}")
        rules = self._rules[host]
        if isinstance(rules, FetchError):
            raise rules
        return rules

    def _asked(self, url: str) -> Protego | FetchError:
        try:
            answer = self._ask(url)
        except FetchError as error:
            return error
        if answer.status == 429 or answer.status >= 500:
            return FetchError(
                f"{url}: status {answer.status}, so nothing of this host is asked for. It is tried again later.",
                f"{url}: 応答が{answer.status}のため、このホストからは何も取得しません。後でもう一度試します。",
                is_temporary=True, retry_after=answer.retry_after,
            )  # fmt: skip
        return Protego.parse(answer.body.decode("utf-8-sig", "replace") if answer.status == 200 else "")
