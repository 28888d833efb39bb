"""One file from the web, within limits: over TLS, from hosts that are named, at public addresses only. What is fetched, and when, is not decided here.

Nothing in the environment loosens this: no proxy, no cookie, no login is ever used, and the tests reach their own server by what they hand
to :class:`Fetcher`.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from importlib.metadata import version
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import anyio
import certifi
import httpcore

from sources.errors import ShinchokuError

REDIRECTS = 5
CONNECT_SECONDS = 10.0
_MIB = 1024 * 1024
_MOVED = (301, 302, 303, 307, 308)
# Not for the public, yet not private by the standard library of every Python that this runs on.
_SPECIAL = [ipaddress.ip_network(net) for net in ("192.0.0.0/24", "192.88.99.0/24", "100.64.0.0/10", "3fff::/20")]
_GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")  # so neither fc00::/7, fe80::/10, ::ffff:0:0/96 nor 64:ff9b::/96


@dataclass(frozen=True, slots=True)
class Kind:
    """What is expected of an answer. ``magic`` has to stand within its first 1024 bytes, as readers of PDF want it."""

    name: str
    limit: int
    seconds: float
    media: tuple[str, ...] = ()  # none: any
    magic: bytes = b""


ROBOTS = Kind("robots.txt", 512 * 1024, 20)
PAGE = Kind("HTML", 5 * _MIB, 30, ("text/html", "application/xhtml+xml"))
PDF = Kind("PDF", 128 * _MIB, 100, ("application/pdf", "application/x-pdf", "application/octet-stream", "binary/octet-stream", ""), b"%PDF-")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said in the end; ``body`` only with status 200."""

    url: str
    status: int
    body: bytes = b""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    retry_after: float | None = None


class FetchError(ShinchokuError):
    """Nothing was fetched: refused by a rule of ours, or (``is_temporary``) not reached this time, for ``retry_after`` seconds if it was said."""

    def __init__(self, en: str, ja: str, *, is_temporary: bool = False, retry_after: float | None = None) -> None:
        super().__init__(en, ja)
        self.is_temporary, self.retry_after = is_temporary, retry_after


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet, and no other address is wrapped in it (IPv4-mapped, 6to4, Teredo, NAT64)."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and (ip not in _GLOBAL_IPV6 or ip.sixtofour or ip.teredo):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved) and not any(ip in net for net in _SPECIAL)


def resolved(host: str) -> list[str]:
    """The addresses of a host, as the system knows them."""
    return list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)))


def checked_url(url: str, hosts: Collection[str]) -> str:
    """A URL that may be asked for, without its fragment and with every character in it safe to send; FetchError for any other."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _refused(url, "no URL", "URLとして読めません") from None
    if parts.scheme != "https":
        raise _refused(url, "not https", "httpsではありません")
    if parts.username is not None or parts.password is not None or port not in (None, 443):
        raise _refused(url, "a user name or a port in the URL", "URLにユーザー名かポートが含まれています")
    if host not in hosts:
        raise _refused(url, f"the host '{host}' is not in allowed_hosts of series.yaml", f"ホスト「{host}」がseries.yamlのallowed_hostsにありません")
    path, query = (quote(part, safe="/%:@!$&()*+,;=~?") for part in (parts.path or "/", parts.query))
    return f"https://{host}{path}{'?' if query else ''}{query}"


class _PublicOnly(httpcore.AsyncNetworkBackend):
    """Opens every connection: a name is resolved once, each of its addresses checked, and one of those very addresses connected to."""

    def __init__(self, resolve: Callable[[str], list[str]], sockets: httpcore.AsyncNetworkBackend) -> None:
        self._resolve, self._sockets = resolve, sockets

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        addresses = await anyio.to_thread.run_sync(self._resolve, host, abandon_on_cancel=True)
        # One bad address refuses the host: a name that points inside as well is either an attack or a mistake.
        for address in addresses:
            if not is_public(address):
                raise _refused(f"https://{host}/", f"its address {address} is not on the public internet",
                               f"アドレス{address}が公開のインターネットのものではありません")
        problem: Exception = httpcore.ConnectError("the name has no address")
        for address in addresses[:4]:
            try:
                return await self._sockets.connect_tcp(address, port, timeout=CONNECT_SECONDS)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)


class Fetcher:
    """Fetches from hosts that the caller names. ``resolve``, ``sockets`` and ``trust`` are for tests; the address check is not to be swapped."""

    def __init__(
        self, *, contact: str = "", resolve: Callable[[str], list[str]] = resolved,
        sockets: httpcore.AsyncNetworkBackend | None = None, trust: ssl.SSLContext | None = None,
    ) -> None:
        self._network = _PublicOnly(resolve, sockets or httpcore.AnyIOBackend())
        self._trust = trust or _trust()
        self.agent = user_agent(contact)

    def get(
        self, url: str, hosts: Collection[str], kind: Kind, *, etag: str = "", last_modified: str = "", may: Callable[[str], bool] | None = None
    ) -> Answer:
        """Ask for a URL, and follow where it moved within ``hosts``; ``may`` (robots.txt) is asked before each step.

        Any status but a redirect is an answer. Raises FetchError where a rule is broken, or the server cannot be reached in time.
        """
        until = time.monotonic() + kind.seconds
        headers = {"User-Agent": self.agent, "Accept": ", ".join(part for part in kind.media if part) or "*/*", "Accept-Encoding": "identity",
                   "If-None-Match": etag, "If-Modified-Since": last_modified}
        for _ in range(REDIRECTS + 1):
            url = checked_url(url, hosts)
            if may and not may(url):
                raise _refused(url, "robots.txt of the host disallows it", "ホストのrobots.txtで禁じられています")
            answer, moved = anyio.run(partial(self._ask, url, {name: value for name, value in headers.items() if value}, kind, until))
            if not moved:
                return answer
            url = urljoin(url, moved)
        raise _refused(url, f"more than {REDIRECTS} redirects", f"転送が{REDIRECTS}回を超えました")

    async def _ask(self, url: str, headers: dict[str, str], kind: Kind, until: float) -> tuple[Answer, str]:
        try:
            # One time limit over name, connection, handshake, headers and body: a server that sends a byte now and then ends too.
            with anyio.fail_after(max(until - time.monotonic(), 0)):
                async with (
                    httpcore.AsyncConnectionPool(ssl_context=self._trust, network_backend=self._network) as pool,
                    pool.stream("GET", url, headers=list(headers.items())) as response,
                ):
                    return await _read(url, response, kind)
        except TimeoutError:
            raise _unreached(url, f"no whole answer within {kind.seconds:g} seconds", f"{kind.seconds:g}秒以内に応答が終わりませんでした") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            raise _unreached(url, str(error) or type(error).__name__, str(error) or type(error).__name__) from None


async def _read(url: str, response: httpcore.Response, kind: Kind) -> tuple[Answer, str]:
    head = {name.decode("latin-1").lower(): value.decode("latin-1").strip() for name, value in response.headers}
    if response.status in _MOVED and head.get("location"):
        return Answer(url, response.status), head["location"]
    short = {name: value for name in ("etag", "last-modified") if len(value := head.get(name, "")) <= 256}
    answer = Answer(url, response.status, b"", head.get("content-type", ""), short.get("etag", ""), short.get("last-modified", ""),
                    _seconds(head.get("retry-after", "")))
    if response.status != 200:
        return answer, ""
    if head.get("content-encoding", "identity").lower() != "identity":
        raise _refused(url, f"sent compressed ({head['content-encoding'][:40]}) though not asked to, so its size is not known before it is unpacked",
                       f"求めていない圧縮形式（{head['content-encoding'][:40]}）で送られ、展開後の大きさが分かりません")
    media = answer.content_type.partition(";")[0].strip().lower()
    if kind.media and media not in kind.media:
        raise _refused(url, f"its type is '{media[:60]}', not {kind.name}", f"種類が「{media[:60]}」で、{kind.name}ではありません")
    length = head.get("content-length", "")
    body = bytearray()
    if not (length.isdecimal() and int(length) > kind.limit):
        is_magic = not kind.magic
        async for chunk in response.aiter_stream():
            body += chunk
            if len(body) > kind.limit:
                break
            if not is_magic and len(body) >= 1024:
                is_magic = _has_magic(url, body, kind)
        else:
            if not is_magic:
                _has_magic(url, body, kind)
            return Answer(url, 200, bytes(body), answer.content_type, answer.etag, answer.last_modified), ""
    raise _refused(url, f"larger than {kind.limit // 1024} KiB", f"大きさが{kind.limit // 1024}KiBを超えています")


def _has_magic(url: str, body: bytearray, kind: Kind) -> bool:
    if kind.magic in body[:1024]:
        return True
    raise _refused(url, f"its content is not {kind.name}", f"中身が{kind.name}ではありません")


def _seconds(retry_after: str) -> float | None:
    """Retry-After as seconds from now: a number of them, or a date."""
    if retry_after.isdecimal():
        return float(retry_after[:9])
    try:
        when = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max((when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds(), 0)


def user_agent(contact: str = "") -> str:
    """Who asks: the project, and whom the owner of a server can write to."""
    said = "".join(char for char in contact if char.isascii() and char.isprintable() and char not in "()")[:200].strip()
    return f"Shinchoku/{version('shinchoku')} (yearly progress reports to open data{f'; {said}' if said else ''})"


def _trust() -> ssl.SSLContext:
    """The authorities of the system, which an office may have added to, and the common ones for a system that has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _refused(url: str, en: str, ja: str) -> FetchError:
    return FetchError(f"{url[:300]}: not fetched, {en}. If the file is right, drop it into the inbox by hand, or correct series.yaml.",
                      f"{url[:300]}: 取得しません（{ja}）。正しいファイルなら受付フォルダ（inbox）に手で置くか、series.yamlを直してください。")


def _unreached(url: str, en: str, ja: str) -> FetchError:
    return FetchError(f"{url[:300]}: not reached ({en}). It is tried again later; if it lasts, open the address in a browser.",
                      f"{url[:300]}: 取得できませんでした（{ja}）。後でもう一度試します。続くときはブラウザーで開けるか確かめてください。", is_temporary=True)
