"""The pages and files that a run made, over HTTP: what the links in the Dagster UI open. Browsers follow no link from there to a file.

``shinchoku ui`` serves them beside itself. Where the data folder is served by something else, SHINCHOKU_PAGES says under which address.
Only what is made to be looked at is served, and nothing can be changed; it is another origin than the UI, whose buttons a page cannot press.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, urlsplit

from pipelines.home import Home
from sources.errors import ShinchokuError

PAGES = "SHINCHOKU_PAGES"
DEFAULT = "http://localhost:3100"  # whatever the port of the UI is: links that were made before still open
HERE = ("localhost", "127.0.0.1", "::1")
SERVED: dict[str, Callable[[Home, str], Path]] = {
    "review": lambda home, name: home.review(Path(name).stem),
    "results": lambda home, _: home.results,
    "exports": lambda home, _: home.exports,
    "site": lambda home, _: home.site,
}
HEADERS = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache"}


def address() -> str:
    """The address under which the data folder is served."""
    return (os.environ.get(PAGES) or DEFAULT).rstrip("/")


def url(path: Path, home: Home) -> str:
    """Where a browser finds a page or folder of the data folder."""
    return f"{address()}/{quote(path.relative_to(home.root).as_posix())}"


class Handler(SimpleHTTPRequestHandler):
    """Reads what is in the folders of SERVED, fetched first where the data folder is an address."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".csv": "text/csv; charset=utf-8", ".json": "application/json; charset=utf-8", ".jsonld": "application/ld+json; charset=utf-8",
        ".html": "text/html; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".md": "text/plain; charset=utf-8",
        ".ttl": "text/turtle; charset=utf-8", ".webp": "image/webp",
    }  # fmt: skip

    def __init__(self, *args: object, home: Home, **options: object) -> None:
        self.home = home
        super().__init__(*args, directory=str(home.root), **options)  # type: ignore[arg-type]

    def parse_request(self) -> bool:
        if not super().parse_request():
            return False
        try:
            host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
            parts = Path(self.translate_path(self.path)).relative_to(self.home.root).parts
        except ValueError:
            self.send_error(HTTPStatus.BAD_REQUEST)
            return False
        if not host or host not in {*HERE, urlsplit(address()).hostname, self.connection.getsockname()[0]}:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)  # a name that was made to point here, so that its pages could read these
            return False
        if not parts or parts[0] not in SERVED or any(part.startswith(".") or "\0" in part for part in parts):
            self.send_error(HTTPStatus.NOT_FOUND)
            return False
        self.home.refresh()
        SERVED[parts[0]](self.home, parts[-1])
        return True

    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *args: object) -> None:
        pass


def serve_beside(host: str) -> None:
    """Serve the pages in another process that ends with this one, whatever program this one turns into, unless they are served elsewhere."""
    told = urlsplit(address())
    if told.hostname not in HERE:
        return
    try:
        listening = ThreadingHTTPServer((host, told.port or 80), SimpleHTTPRequestHandler)
    except OSError as error:
        if os.environ.get(PAGES):
            raise ShinchokuError(
                f"{PAGES} is {address()}: the pages cannot be served there ({error.strerror}). Choose another port or unset it.",
                f"{PAGES} が {address()} ですが、そこではページを配信できません（{error.strerror}）。別のポートを指定するか、設定を外してください。",
            ) from error
        listening = ThreadingHTTPServer((host, 0), SimpleHTTPRequestHandler)  # another UI has the usual one
    os.environ[PAGES] = f"http://{told.hostname}:{listening.server_port}"
    reading, writing = os.pipe()  # whose other end is closed with this process, however it ends
    os.set_inheritable(writing, True)
    command = [sys.executable, "-m", "pipelines.shelf", str(listening.fileno())]
    subprocess.Popen(command, stdin=reading, pass_fds=[listening.fileno()], start_new_session=True)  # Ctrl+C is for Dagster alone
    os.close(reading)
    listening.server_close()


def main(socket: int) -> None:
    server = ThreadingHTTPServer(("", 0), partial(Handler, home=Home.find()), bind_and_activate=False)
    server.socket.close()
    server.socket = type(server.socket)(fileno=socket)
    server.server_address = server.socket.getsockname()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main(int(sys.argv[1]))
