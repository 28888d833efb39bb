"""A failed run is told in both languages by the log, a mail server and a webhook; no password is ever told."""

from __future__ import annotations

import email
import json
import logging
import socket
import threading
from collections.abc import Iterator
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import dagster as dg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from pipelines.definitions import defs
from pipelines.notices import NOTIFY, Notices, run_failed
from pipelines.resources import explained
from sources.errors import ShinchokuError

SECRET = "hush-hush-4711"
SLACK = f"https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/{'TIiajkdnlazkcOXrIdevi7FQ'}"


class Postbox:
    """Holds what a mail server took, and who logged in."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.logins: list[bytes] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        self.logins.append(data.password)
        return AuthResult(success=data.password == SECRET.encode())


@pytest.fixture
def mail() -> Iterator[tuple[str, Postbox]]:
    box = Postbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port, authenticator=box.authenticate, auth_require_tls=False)
    server.start()
    yield f"mailto://anna:{SECRET}@127.0.0.1:{port}?from=dagster@example.com&to=anna@example.com&mode=insecure", box
    server.stop()


@pytest.fixture
def hook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://anna:{SECRET}@127.0.0.1:{server.server_port}/notices", got
    server.shutdown()
    server.server_close()


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[logging.Logger]:
    caplog.set_level(logging.DEBUG)
    yield logging.getLogger("test")
    assert SECRET not in caplog.text and "TIiajkdnlazkcOXrIdevi7FQ" not in caplog.text


@pytest.fixture
def failed() -> Iterator[dg.RunFailureSensorContext]:
    @dg.op
    def figures() -> None:
        with explained():
            raise ShinchokuError("R6.pdf: broken. Get another file.", "R6.pdf: 壊れています。別のファイルを入手してください。")

    @dg.job(tags={"dagster/partition": "city-R6"})
    def ingest() -> None:
        figures()

    with dg.DagsterInstance.ephemeral() as instance:
        run = ingest.execute_in_process(instance=instance, raise_on_error=False)
        yield dg.build_run_status_sensor_context(
            "run_failed", run.get_run_failure_event(), instance, instance.get_run_by_id(run.run_id)
        ).for_run_failure()


def test_a_failed_run_is_told_by_mail_and_webhook_with_what_to_do(
    mail: tuple[str, Postbox], hook: tuple[str, list[dict[str, Any]]], failed: dg.RunFailureSensorContext, log: logging.Logger
) -> None:
    (address, box), (url, got) = mail, hook
    run_failed(failed, notices=Notices(addresses=f"{address} {url}", ui="https://dagster.example.com/"))
    (letter,) = box.mails
    body = letter.get_body(("plain",)).get_content() if letter.is_multipart() else letter.get_content()  # type: ignore[attr-defined]
    assert letter["To"] == "anna@example.com" and "実行に失敗しました：ingest city-R6" in letter["Subject"]
    assert box.logins == [SECRET.encode()]
    for text in (body, got[0]["message"]):
        assert "[figures] R6.pdf: broken. Get another file." in text and "別のファイルを入手してください" in text
        assert f"https://dagster.example.com/runs/{failed.dagster_run.run_id}" in text


def test_without_an_address_the_log_says_it(failed: dg.RunFailureSensorContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NOTIFY, raising=False)
    said: list[str] = []
    monkeypatch.setattr(type(failed.log), "error", lambda self, message: said.append(message))
    run_failed(failed, notices=Notices())
    assert "壊れています" in said[0] and "ingest city-R6" in said[0]


def test_an_address_that_cannot_be_read_or_reached_is_named_by_its_number_alone(log: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    addresses = f"nonsense://{SECRET} json://anna:{SECRET}@127.0.0.1:9/x"
    assert not Notices(addresses=addresses).send("題名", "本文", log)
    assert f"address 1 of {NOTIFY}" in caplog.text and f"address 2 of {NOTIFY} (JSON)" in caplog.text


def test_slacks_webhook_is_known_by_its_address(log: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> None:
    from apprise.plugins.slack import NotifySlack

    sent: list[str] = []
    monkeypatch.setattr(NotifySlack, "notify", lambda self, body, **_: sent.append(body) or True)  # type: ignore[func-returns-value]
    assert Notices(addresses=SLACK).send("題名", "本文", log) and sent == ["本文"]


def test_the_environment_gives_the_addresses_and_the_ui_never_sees_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOTIFY, SLACK)
    shown = str(Notices.from_environment().model_dump())
    assert SLACK not in shown and NOTIFY in shown


def test_the_sensor_watches_every_job_and_runs_unless_stopped() -> None:
    sensor = defs.resolve_sensor_def("run_failed")
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING and not sensor.targets
