"""A web of made-up hosts on this machine, over real TLS with an authority of its own. Not a test.

The fetcher believes that the hosts are at public addresses; whatever address it connects to, the sockets lead to one local server.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpcore
import trustme

from sources.fetching import Fetcher

PUBLIC = "93.184.216.34"
HOSTS = ("www.city.example", "files.city.example", "www.other.example")


@dataclass
class Reply:
    """What a page answers; chunks with pauses between them where ``body`` is not given as bytes."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "text/html; charset=utf-8"


@dataclass
class Asked:
    host: str
    path: str
    headers: Mapping[str, str]


class Web:
    """Pages by (host, path), what was asked for so far, and the addresses that were connected to."""

    def __init__(self) -> None:
        self.pages: dict[tuple[str, str], Reply | Callable[[Asked], Reply]] = {}
        self.asked: list[Asked] = []
        self.connected: list[str] = []
        self.addresses: dict[str, list[list[str]]] = {}  # what a name resolves to, time after time; the last one stays

    def put(self, url: str, reply: Reply | bytes | Callable[[Asked], Reply], **more: Any) -> None:
        host, _, path = url.removeprefix("https://").partition("/")
        self.pages[host, f"/{path}"] = Reply(reply, **more) if isinstance(reply, bytes) else reply

    def paths(self, host: str = "") -> list[str]:
        return [one.path for one in self.asked if one.host == host or not host]

    def resolve(self, host: str) -> list[str]:
        told = self.addresses.get(host, [[PUBLIC]])
        return told.pop(0) if len(told) > 1 else told[0]

    def fetcher(self, **options: Any) -> Fetcher:
        return Fetcher(resolve=self.resolve, sockets=_Wired(self), trust=self.trust, **options)

    def serve(self) -> ThreadingHTTPServer:
        authority = trustme.CA()
        self.trust = ssl.create_default_context()
        authority.configure_trust(self.trust)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*HOSTS).configure_cert(context)
        server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"web": self}))
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = server.server_port
        return server


@contextmanager
def served() -> Iterator[Web]:
    web = Web()
    server = web.serve()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()


class _Wired(httpcore.AsyncNetworkBackend):
    def __init__(self, web: Web) -> None:
        self.web, self.sockets = web, httpcore.AnyIOBackend()

    async def connect_tcp(self, host: str, port: int, **options: Any) -> httpcore.AsyncNetworkStream:
        self.web.connected.append(f"{host}:{port}")
        return await self.sockets.connect_tcp("127.0.0.1", self.web.port, timeout=options.get("timeout"))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    web: Web

    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:  # noqa: N802
        host = self.headers.get("Host", "")
        asked = Asked(host, self.path, {name.lower(): value for name, value in self.headers.items()})
        self.web.asked.append(asked)
        reply = self.web.pages.get((host, self.path), Reply(b"not here", 404))
        if callable(reply):
            reply = reply(asked)
        self.send_response(reply.status)
        headers = {"Content-Type": reply.kind} | dict(reply.headers)
        if isinstance(reply.body, bytes):
            headers.setdefault("Content-Length", str(len(reply.body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        for chunk in [reply.body] if isinstance(reply.body, bytes) else reply.body:
            self.wfile.write(chunk)


def dripping(seconds: float = 0.05) -> Iterator[bytes]:
    """A body that never ends and never stops."""
    while True:
        time.sleep(seconds)
        yield b"%PDF-1.7 "
