"""What the links in the UI open: served to this machine's browser, and nothing else of the data folder."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from pipelines import shelf
from pipelines.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    for name in ("review/a_city-R6.html", "exports/releases/1/値.csv", "site/index.html", "site/.half/index.html", "dagster/dagster.yaml", "lock"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("進捗", encoding="utf-8")
    (tmp_path / "exports" / "latest").symlink_to("releases/1")
    return Home(tmp_path)


@pytest.fixture
def port(home: Home) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(shelf.Handler, home=home)) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server.server_port
        server.shutdown()


def ask(port: int, path: str, method: str = "GET", host: str | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers={"Host": host or f"localhost:{port}"})
    return connection.getresponse()


def test_what_is_linked_is_what_is_served(home: Home, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(shelf.PAGES, f"http://localhost:{port}/")
    for path in (home.review("a_city-R6"), home.exports / "latest" / "値.csv", home.site / "index.html"):
        url = shelf.url(path, home)
        answer = ask(port, url.removeprefix(f"http://localhost:{port}"))
        assert (answer.status, answer.read().decode()) == (200, "進捗"), url
        assert "charset=utf-8" in answer.headers["Content-Type"] and answer.headers["X-Frame-Options"] == "DENY"
    assert "%E5%80%A4.csv" in ask(port, "/exports/latest/").read().decode()


@pytest.mark.parametrize(
    "path", ["/", "/lock", "/dagster/dagster.yaml", "/review/../dagster/dagster.yaml", "/review/%2e%2e/lock", "//review/../lock", "/site/.half/index.html",
             "/review/a%00_city-R6.html", "/site/" + "x" * 5000]
)
def test_nothing_else_is_served(port: int, path: str) -> None:
    assert ask(port, path).status == 404


def test_only_this_machine_s_pages_are_shown_and_nothing_is_changed(port: int) -> None:
    assert ask(port, "/site/index.html", host="evil.example").status == 421
    assert ask(port, "/site/index.html", "POST").status == 501


@pytest.mark.parametrize("host", ["[", "", ":80", "localhost.evil.example", "localhost@evil.example"])
def test_a_broken_or_foreign_host_is_refused(port: int, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(shelf.PAGES, "pages.example.jp")  # without its scheme it names no host
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"GET /site/index.html HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
        assert connection.recv(100).split()[1] in (b"400", b"421")


def test_the_pages_end_with_the_program_they_are_served_beside(home: Home) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), shelf.Handler) as free:
        port = free.server_port
    program = "from pipelines import shelf; shelf.serve_beside('127.0.0.1'); print(flush=True); input()"
    environment = {"SHINCHOKU_HOME": str(home.root), shelf.PAGES: f"http://127.0.0.1:{port}"}
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as beside:
        assert beside.stdout and beside.stdout.readline()
        assert ask(port, "/site/index.html").status == 200
        beside.kill()
    for _ in range(200):
        try:
            ask(port, "/site/index.html")
        except ConnectionError:
            return
        threading.Event().wait(0.05)
    raise AssertionError("still served")


def test_a_port_that_was_asked_for_and_is_taken_is_told_before_anything_starts(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from sources.errors import ShinchokuError

    with ThreadingHTTPServer(("127.0.0.1", 0), shelf.Handler) as taken:
        monkeypatch.setenv(shelf.PAGES, f"http://localhost:{taken.server_port}")
        with pytest.raises(ShinchokuError, match="SHINCHOKU_PAGES"):
            shelf.serve_beside("127.0.0.1")
