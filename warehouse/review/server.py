"""Serves a review to the one person in front of this machine: what is let in, and what is not. Knows no finding and writes nothing.

It listens on 127.0.0.1 alone. Who has the address that was printed at the start gets a session; a request counts only with this
server's own name as its Host, a form only from its own page and with the session's token. Nothing that is asked for is a path to a file.
"""

from __future__ import annotations

import hmac
import re
import secrets
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Protocol
from urllib.parse import SplitResult, parse_qsl, urlsplit

ADDRESS = "127.0.0.1"
MAX_BODY = 64 * 1024  # bytes of a form: its longest field is a reason
MAX_FIELDS = 60
DRAINED = 1024 * 1024  # of a body that is refused, so that the sender reads the answer and not a broken connection
PATIENCE = 20.0  # seconds for which a connection may say nothing
# For styles the page itself says more: its own policy names the hash of its one style sheet, and a browser holds it to both.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    # Not no-referrer: with that a browser hides the Origin of its own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
FORM = "application/x-www-form-urlencoded"
PICTURE = re.compile(r"picture/([0-9a-f]{16})\.webp")


class Answer(NamedTuple):
    """What comes of a form: a page to show, or with 303 the words after which the browser asks for the page anew."""

    status: int
    html: str = ""
    fragment: str = ""


class Desk(Protocol):
    """What stands behind the server. ``do`` is called by one thread at a time."""

    def show(self, csrf: str) -> str:
        """The page as it is now; writes nothing."""

    def do(self, action: str, form: Mapping[str, str], csrf: str) -> Answer:
        """Do what a form asks for."""

    def picture(self, key: str) -> bytes | None:
        """A picture of the page shown last, by its key."""


@dataclass(slots=True)
class Session:
    """The one person's session: a cookie to be known by, kept to addresses below ``base``, and a token in each form."""

    ticket: str | None = field(default_factory=lambda: secrets.token_urlsafe(32))
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    base: str = field(default_factory=lambda: f"/{secrets.token_urlsafe(12)}/")
    lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, ticket: str) -> bool:
        """Whether this is the ticket; it is good once."""
        with self.lock:
            if self.ticket is None or not _same(ticket, self.ticket):
                return False
            self.ticket = None
            return True


class ReviewServer(ThreadingHTTPServer):
    """One review on one port. ``url`` is the address to open; it lets in whoever opens it first."""

    daemon_threads = True
    request_queue_size = 32

    def __init__(self, desk: Desk, actions: frozenset[str], port: int = 0) -> None:
        super().__init__((ADDRESS, port), Handler)
        self.desk, self.actions, self.session = desk, actions, Session()
        self.writing = threading.Lock()
        number = self.server_address[1]
        names = (f"{ADDRESS}:{number}", f"localhost:{number}")
        self.hosts = frozenset(names if number != 80 else (*names, ADDRESS, "localhost"))
        self.url = f"http://{names[0]}/?ticket={self.session.ticket}"
        self.cookie_name = f"shinchoku_review_{number}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that went away is no news, and an address with a ticket in it belongs in no log."""


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """A request that is not answered, and why."""

    def __init__(self, status: int, en: str, ja: str) -> None:
        super().__init__(en)
        self.status, self.en, self.ja = status, en, ja


class Handler(BaseHTTPRequestHandler):
    """One request, one answer, one connection."""

    server: ReviewServer
    timeout = PATIENCE
    body_read = False

    def do_GET(self) -> None:  # noqa: N802 - the standard library's name
        self._answer(self._get)

    def do_POST(self) -> None:  # noqa: N802
        self._answer(self._post)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the standard library refuses (a method, a broken request), refused like everything else."""
        if code == HTTPStatus.NOT_IMPLEMENTED:
            code = HTTPStatus.METHOD_NOT_ALLOWED
        self._refuse(Refused(code, f"{HTTPStatus(code).phrase}.", "この要求は受け付けません。"))

    def _answer(self, how: Callable[[], None]) -> None:
        try:
            if self.headers.get_all("Host", []) not in [[name] for name in self.server.hosts]:
                raise Refused(421, "This server answers to its own name only.", "この名前では応答しません。")
            how()
        except Refused as refused:
            self._refuse(refused)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception:
            traceback.print_exc()
            self._refuse(
                Refused(
                    500,
                    "A fault of this program. See what the command has printed, and report it; decisions are written whole or not at all.",
                    "プログラムの不具合です。コマンドの表示を添えて報告してください。決定は、完全に書かれたか、書かれていないかのどちらかです。",
                )
            )

    def _get(self) -> None:
        address = self._address()
        session = self.server.session
        if address.path == "/":
            ticket = dict(parse_qsl(address.query)).get("ticket", "")
            if not session.admit(ticket):
                raise Refused(
                    403,
                    "This address was used before, or is not the one that was printed. Stop the review and start it anew.",
                    "このアドレスは使用済みか、表示されたものと違います。reviewコマンドを終了し、もう一度起動してください。",
                )
            cookie = f"{self.server.cookie_name}={session.cookie}; Path={session.base}; HttpOnly; SameSite=Strict"
            self._send(303, headers={"Location": session.base, "Set-Cookie": cookie})
            return
        if address.path == "/favicon.ico":  # every browser asks; there is none
            self._send(204)
            return
        name = self._inside(address.path)
        if name == "":
            self._send(200, self.server.desk.show(session.csrf).encode(), "text/html; charset=utf-8")
            return
        key = PICTURE.fullmatch(name)
        content = self.server.desk.picture(key[1]) if key else None
        if content is None:
            raise Refused(404, "There is nothing here.", "ここには何もありません。")
        self._send(200, content, "image/webp")

    def _post(self) -> None:
        session = self.server.session
        action = self._inside(self._address().path)
        if action not in self.server.actions:
            raise Refused(404, "There is nothing here.", "ここには何もありません。")
        origin, site = self.headers.get_all("Origin", []), self.headers.get("Sec-Fetch-Site", "same-origin")
        if origin != [f"http://{self.headers['Host']}"] or site != "same-origin":
            raise Refused(403, "This form was sent from another page.", "別のページから送られたフォームです。")
        form = self._form()
        if not _same(form.pop("csrf", ""), session.csrf):
            raise Refused(403, "The form lacks its token. Open the page anew.", "フォームの確認用の値がありません。ページを開き直してください。")
        with self.server.writing:
            answer = self.server.desk.do(action, form, session.csrf)
        if answer.status == 303:
            self._send(303, headers={"Location": session.base + answer.fragment})
        else:
            self._send(answer.status, answer.html.encode(), "text/html; charset=utf-8")

    def _address(self) -> SplitResult:
        try:
            return urlsplit(self.path)
        except ValueError:
            raise Refused(400, "This is no address.", "アドレスとして読めません。") from None

    def _inside(self, path: str) -> str:
        """What is asked for within the session's own folder, by someone who is known."""
        session = self.server.session
        if not self._known() or not path.startswith(session.base):
            raise Refused(
                403,
                "Nobody is let in here without the address that `shinchoku review` printed.",
                "「shinchoku review」が表示したアドレスから開いてください。",
            )
        return path.removeprefix(session.base)

    def _known(self) -> bool:
        pairs = (part.strip().partition("=") for line in self.headers.get_all("Cookie", []) for part in line.split(";"))
        return any(name == self.server.cookie_name and _same(value, self.server.session.cookie) for name, _, value in pairs)

    def _form(self) -> dict[str, str]:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal()):
            raise Refused(411, "The request does not say how long it is.", "長さの分からない要求です。")
        if int(length) > MAX_BODY:
            raise Refused(413, f"A form has at most {MAX_BODY} bytes.", f"フォームは{MAX_BODY}バイトまでです。")
        if self.headers.get_content_type() != FORM:
            raise Refused(415, f"Only {FORM} is read.", "フォーム以外は読みません。")
        self.body_read = True
        body = self.rfile.read(int(length))
        try:
            pairs = parse_qsl(
                body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MAX_FIELDS
            )
        except ValueError:
            raise Refused(400, "This is no form.", "フォームとして読めません。") from None
        form = dict(pairs)
        if len(form) < len(pairs):
            raise Refused(400, "A field stands twice in the form.", "同じ項目が二度送られました。")
        return form

    def _refuse(self, refused: Refused) -> None:
        if not self.body_read:
            self._drain()
        headers = {"Allow": "GET, POST"} if refused.status == HTTPStatus.METHOD_NOT_ALLOWED else {}
        self._send(refused.status, f"{refused.ja}\n{refused.en}\n".encode(), "text/plain; charset=utf-8", headers)

    def _drain(self) -> None:
        """Read what was sent along with a request that is refused, within limits."""
        headers = getattr(self, "headers", None)
        length = headers.get("Content-Length", "") if headers else ""
        left = min(int(length), DRAINED) if length.isascii() and length.isdecimal() and len(length) < 12 else 0
        deadline = time.monotonic() + PATIENCE
        self.connection.settimeout(1)
        try:
            while left > 0 and time.monotonic() < deadline and (piece := self.rfile.read1(min(left, 65536))):
                left -= len(piece)
        except OSError:
            pass

    def _send(self, status: int, content: bytes = b"", kind: str = "", headers: Mapping[str, str] | None = None) -> None:
        self.close_connection = True
        self.send_response(status)
        for name, value in (HEADERS | dict(headers or {})).items():
            self.send_header(name, value)
        if content:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def version_string(self) -> str:
        return "shinchoku"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Nothing is logged: addresses hold the ticket, forms hold names."""


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())
