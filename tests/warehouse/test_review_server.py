"""What the review's server lets in, and what not: every guard tried over a real socket."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from warehouse.review.server import FORM, MAX_BODY, Answer, ReviewServer


class Recorder:
    """A desk that remembers what reached it."""

    def __init__(self) -> None:
        self.done: list[tuple[str, dict[str, str]]] = []

    def show(self, csrf: str) -> str:
        return f"<p>{csrf}</p>"

    def do(self, action: str, form: Mapping[str, str], csrf: str) -> Answer:
        self.done.append((action, dict(form)))
        return Answer(303, fragment="#written") if form.get("good") else Answer(422, "<p>not so</p>")

    def picture(self, key: str) -> bytes | None:
        return b"RIFF" if key == "0123456789abcdef" else None


class Client:
    """A browser that has opened the printed address, unless it is told to be something else."""

    def __init__(self, server: ReviewServer) -> None:
        self.server, self.session = server, server.session
        self.port = int(server.server_address[1])
        self.host = f"127.0.0.1:{self.port}"

    def send(self, method: str, path: str, body: bytes | str | None = None, **headers: str | None) -> http.client.HTTPResponse:
        sent = {"Host": self.host, "Cookie": f"{self.server.cookie_name}={self.session.cookie}"}
        if method == "POST":
            sent |= {"Origin": f"http://{self.host}", "Content-Type": FORM}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}  # type: ignore[dict-item]
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        content = body.encode() if isinstance(body, str) else body
        if content is not None and "Content-Length" not in sent:
            sent["Content-Length"] = str(len(content))
        for name, value in sent.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(content)
        response = connection.getresponse()
        response.body = response.read()  # type: ignore[attr-defined]
        connection.close()
        return response

    def get(self, name: str = "", **headers: str | None) -> Any:
        return self.send("GET", self.session.base + name, **headers)

    def post(self, action: str = "acknowledge", form: Mapping[str, str] | None = None, **headers: str | None) -> Any:
        fields = {"csrf": self.session.csrf, "good": "1"} if form is None else form
        return self.send("POST", self.session.base + action, urlencode(fields), **headers)


@pytest.fixture
def desk() -> Recorder:
    return Recorder()


@pytest.fixture
def client(desk: Recorder) -> Iterator[Client]:
    server = ReviewServer(desk, frozenset({"acknowledge"}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield Client(server)
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_it_listens_on_loopback_alone(client: Client) -> None:
    assert client.server.server_address[0] == "127.0.0.1"
    assert client.server.url.startswith(f"http://127.0.0.1:{client.port}/?ticket=")


def test_the_printed_address_lets_in_once(client: Client) -> None:
    ticket = client.server.url.partition("ticket=")[2]
    assert client.send("GET", "/?ticket=wrong", Cookie=None).status == 403
    first = client.send("GET", f"/?ticket={ticket}", Cookie=None)
    cookie = first.getheader("Set-Cookie") or ""
    assert first.status == 303 and first.getheader("Location") == client.session.base
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and f"Path={client.session.base}" in cookie
    assert client.get(Cookie=cookie.partition(";")[0]).status == 200
    again = client.send("GET", f"/?ticket={ticket}", Cookie=None)
    assert again.status == 403 and again.getheader("Set-Cookie") is None


def test_a_form_from_its_own_page_is_done_and_answered_with_the_page_anew(client: Client, desk: Recorder) -> None:
    answer = client.post(form={"csrf": client.session.csrf, "good": "1", "reason": "目で確認 & 了承"})
    assert answer.status == 303 and answer.getheader("Location") == client.session.base + "#written"
    assert desk.done == [("acknowledge", {"good": "1", "reason": "目で確認 & 了承"})]
    assert client.post(form={"csrf": client.session.csrf}).status == 422


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.2:{port}", None, ""])
def test_another_host_is_not_answered(client: Client, desk: Recorder, host: str | None) -> None:
    named = None if host is None else host.format(port=client.port)
    assert client.get(Host=named).status in (400, 421)
    assert client.post(Host=named).status in (400, 421)
    assert not desk.done


def test_localhost_is_its_name_too(client: Client) -> None:
    assert client.get(Host=f"localhost:{client.port}").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": None},
        {"Origin": "http://localhost:{port}"},  # another name than the one that was asked
        {"Origin": "https://127.0.0.1:{port}"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_a_form_of_another_page_is_refused(client: Client, desk: Recorder, headers: dict[str, str | None]) -> None:
    sent = {name: value and value.format(port=client.port) for name, value in headers.items()}
    assert client.post(**sent).status == 403
    assert not desk.done


@pytest.mark.parametrize("token", [None, "", "wrong", "ä"])
def test_a_form_without_its_token_is_refused(client: Client, desk: Recorder, token: str | None) -> None:
    form = {"good": "1"} | ({} if token is None else {"csrf": token})
    assert client.post(form=form).status == 403
    assert not desk.done


@pytest.mark.parametrize("cookie", [None, "", "shinchoku_review_1=x", "{name}=", "{name}=wrong", "{name}=ä"])
def test_nobody_is_let_in_without_the_session(client: Client, desk: Recorder, cookie: str | None) -> None:
    sent = cookie and cookie.format(name=client.server.cookie_name)
    assert client.get(Cookie=sent).status == 403
    assert client.get("picture/0123456789abcdef.webp", Cookie=sent).status == 403
    assert client.post(Cookie=sent).status == 403
    assert not desk.done


def test_asking_for_something_changes_nothing(client: Client, desk: Recorder) -> None:
    assert client.get().status == 200
    assert client.get(f"acknowledge?csrf={client.session.csrf}&good=1").status == 404
    assert not desk.done


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"])
def test_other_methods_are_refused(client: Client, desk: Recorder, method: str) -> None:
    answer = client.send(method, client.session.base + "acknowledge")
    assert answer.status == 405 and answer.getheader("Allow") == "GET, POST"
    assert not desk.done


def test_a_form_that_is_too_large_is_refused_unread(client: Client, desk: Recorder) -> None:
    assert client.post(form={"csrf": client.session.csrf, "reason": "x" * MAX_BODY}).status == 413
    assert client.send("POST", client.session.base + "acknowledge", b"", Content_Length="9" * 30).status == 413
    assert client.post(form={"csrf": client.session.csrf} | {f"f{n}": "" for n in range(100)}).status == 400
    assert not desk.done


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content_Length": None, "Transfer_Encoding": "chunked"}, b"0\r\n\r\n", 411),
        ({"Content_Length": "-1"}, b"", 411),
        ({"Content_Length": "1e3"}, b"", 411),
        ({"Content_Type": "application/json"}, b"{}", 415),
        ({"Content_Type": "multipart/form-data; boundary=x"}, b"--x--", 415),
        ({}, b"\xff\xfe", 400),
        ({}, b"reason=%FF", 400),
        ({}, b"no form at all", 400),
        ({}, b"csrf=a&csrf=b", 400),
    ],
)
def test_what_is_no_form_is_refused(
    client: Client, desk: Recorder, headers: dict[str, str | None], body: bytes, status: int
) -> None:
    if headers.get("Content_Length", "") is None:
        connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=5)
        # Without the body: the server answers the head, and what is sent after that meets a closed socket.
        connection.putrequest("POST", client.session.base + "acknowledge")
        connection.putheader("Origin", f"http://{client.host}")
        connection.putheader("Content-Type", FORM)
        connection.putheader("Transfer-Encoding", "chunked")
        connection.putheader("Cookie", f"{client.server.cookie_name}={client.session.cookie}")
        connection.endheaders()
        assert connection.getresponse().status == status
        connection.close()
    else:
        assert client.send("POST", client.session.base + "acknowledge", body, **headers).status == status
    assert not desk.done


@pytest.mark.parametrize(
    "name",
    [
        "picture/../../../../etc/passwd",
        "picture/..%2f..%2fetc%2fpasswd",
        "picture/%2e%2e/%2e%2e/edition.yaml",
        "picture/0123456789abcdef.webp/../../x",
        "picture/0123456789ABCDEF.webp",
        "picture/ffffffffffffffff.webp",
        "picture//etc/passwd",
        "picture/0123456789abcdef.webp%00.png",
        "../",
        "edition.yaml",
    ],
)
def test_nothing_that_is_asked_for_is_a_path(client: Client, name: str) -> None:
    answer = client.get(name)
    assert answer.status == 404 and b"root:" not in answer.body
    assert client.get("picture/0123456789abcdef.webp").body == b"RIFF"


def test_an_action_that_is_none_is_refused(client: Client, desk: Recorder) -> None:
    for action in ("", "accept", "__class__", "acknowledge/", "../acknowledge"):
        assert client.post(action).status == 404
    assert client.send("POST", "/acknowledge", "").status == 403
    assert not desk.done


@pytest.mark.parametrize("path", ["{base}", "/", "/nothing", "{base}nothing", "{base}picture/0123456789abcdef.webp"])
def test_every_answer_keeps_browsers_from_scripts_frames_and_copies(client: Client, path: str) -> None:
    answer = client.send("GET", path.format(base=client.session.base))
    policy = answer.getheader("Content-Security-Policy") or ""
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "script-src" not in policy
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("Cache-Control") == "no-store"
    assert answer.getheader("Server") == "shinchoku"


def test_a_fault_is_answered_and_told_where_the_command_runs(
    client: Client, desk: Recorder, capfd: pytest.CaptureFixture[str]
) -> None:
    desk.show = None  # type: ignore[assignment,method-assign]
    answer = client.get()
    assert answer.status == 500 and "不具合" in answer.body.decode() and b"Traceback" not in answer.body
    told = capfd.readouterr().err
    assert "TypeError" in told and client.session.cookie not in told and client.session.base not in told


def test_broken_requests_are_answered_and_the_server_lives_on(client: Client) -> None:
    for words in (b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"\x00\xff\r\n\r\n", b"GET //[ HTTP/1.0\r\nHost: " + client.host.encode() + b"\r\n\r\n",
                  b"GET " + b"/" * 70000 + b" HTTP/1.0\r\n\r\n", b"GET / HTTP/1.0\r\n" + b"X: y\r\n" * 200 + b"\r\n"):  # fmt: skip
        with socket.create_connection(("127.0.0.1", client.port), timeout=5) as line:
            line.sendall(words)
            line.shutdown(socket.SHUT_WR)
            answer = line.recv(65536)
            assert b" 200 " not in answer.split(b"\r\n")[0]
    assert client.get().status == 200


def test_two_host_lines_are_not_answered(client: Client) -> None:
    with socket.create_connection(("127.0.0.1", client.port), timeout=5) as line:
        line.sendall(f"GET {client.session.base} HTTP/1.0\r\nHost: {client.host}\r\nHost: evil.example\r\n\r\n".encode())
        assert b" 421 " in line.recv(65536).split(b"\r\n")[0]
