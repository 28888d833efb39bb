"""The sensor of the landing pages, tick by tick, against made-up hosts over TLS: what is fetched, what is not, and when it is asked for again."""

from __future__ import annotations

import hashlib
import json
import logging
import logging.handlers
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines import intake, landing
from pipelines.definitions import defs
from pipelines.home import Home
from pipelines.resources import Series, Storage
from pipelines.resources import Web as WebResource
from sources.fetching import Fetcher
from sources.registry import load
from tests.ingestion import city
from tests.sources.web import Asked, Reply, Web, dripping, served

PAGE, FILE = "https://www.city.example/dx/", "https://files.city.example/dx/r6.pdf"
HOSTS = "[www.city.example, files.city.example]"
HOUR = 3600


@pytest.fixture(scope="module")
def one_web() -> Iterator[Web]:
    with served() as web:
        yield web


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        yield found


@pytest.fixture
def web(one_web: Web) -> Web:
    for state in (one_web.pages, one_web.asked, one_web.connected, one_web.addresses):
        state.clear()
    return one_web


class Sensor:
    """The sensor of the definitions, its cursor from tick to tick, and a clock that the test sets."""

    def __init__(self, home: Home, web: Web, instance: dg.DagsterInstance) -> None:
        self.home, self.web, self.instance, self.time = home, web, instance, 1_800_000_000.0
        self.cursor: str | None = None
        self.log = logging.handlers.BufferingHandler(10_000)
        made_up = web

        class MadeUpWeb(WebResource):
            def fetcher(self) -> Fetcher:
                return made_up.fetcher(contact=self.contact)

        self.resource = MadeUpWeb(contact="mailto:dx@city.example")
        self.sensor = defs.resolve_sensor_def("landing_page")

    def tick(self, hours: float = 0) -> list[str]:
        """What was asked for (host and path) in the tick after so many hours."""
        self.time += hours * HOUR
        self.web.asked.clear()
        resources = {"series": Series(), "storage": Storage(), "web": self.resource}
        with dg.build_sensor_context(self.instance, self.cursor, resources=resources) as context:
            context.log.addHandler(self.log)
            context.log.setLevel(logging.INFO)
            result = self.sensor.evaluate_tick(context)
            context.log.removeHandler(self.log)
        self.cursor, self.said = result.cursor or self.cursor, result.skip_message or ""
        assert not result.run_requests, "the inbox asks for the runs"
        return [f"{one.host}{one.path}" for one in self.web.asked if one.path != "/robots.txt"]

    def logged(self) -> str:
        return "\n".join(record.getMessage() for record in self.log.buffer)

    def inbox(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in self.home.inbox.glob("*") if file.is_file() and not file.name.startswith(".")}


@pytest.fixture
def sensor(web: Web, instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sensor:
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHINCHOKU_SERIES", str(city.series(tmp_path / "series")))
    found = Sensor(Home.find(), web, instance)
    found.home.prepare()
    monkeypatch.setattr(landing, "now", lambda: found.time)
    named(tmp_path)
    return found


def named(tmp_path: Path, page: str | None = PAGE, hosts: str = HOSTS) -> None:
    said = (f"landing_page: {page}\n" if page else "") + (f"allowed_hosts: {hosts}\n" if hosts else "")
    (tmp_path / "series" / "madeup_city" / "series.yaml").write_text(city.SERIES + said, encoding="utf-8")


def links(*addresses: str) -> bytes:
    return "".join(f'<li><a class="pdf" href="{address}">報告書</a></li>' for address in addresses).encode()


def unless_changed(body: bytes, etag: str, kind: str) -> Callable[[Asked], Reply]:
    def reply(asked: Asked) -> Reply:
        same = asked.headers.get("if-none-match") == etag
        return Reply(b"" if same else body, 304 if same else 200, {"ETag": etag}, kind)

    return reply


def test_a_new_file_goes_to_the_inbox_once_and_what_has_not_changed_is_not_sent_again(sensor: Sensor, web: Web, tmp_path: Path) -> None:
    pdf = city.report(tmp_path / "r6.pdf").read_bytes()
    web.put(PAGE, unless_changed(links(FILE, "/dx/about.html", "#top"), '"p1"', "text/html"))
    web.put(FILE, unless_changed(pdf, '"f1"', "application/pdf"))
    assert sensor.tick() == ["www.city.example/dx/", "files.city.example/dx/r6.pdf"]
    assert sensor.inbox() == {"r6.pdf": pdf} and "1 files fetched" in sensor.said and "1件を受付フォルダ" in sensor.said
    assert "mailto:dx@city.example" in web.asked[0].headers["user-agent"]
    assert sensor.tick(1) == [] and "nothing is due before" in sensor.said

    (taken,) = intake.take(intake.waiting(sensor.home), sensor.home)
    assert taken.edition and taken.edition.meta.source_url == FILE, "the edition knows where its file is from"
    assert sensor.tick(24) == ["www.city.example/dx/", "files.city.example/dx/r6.pdf"]
    assert [one.headers.get("if-none-match") for one in web.asked if one.path != "/robots.txt"] == ['"p1"', '"f1"']
    assert sensor.inbox() == {}


def test_a_file_that_its_publisher_replaced_under_the_same_address_becomes_a_revision(sensor: Sensor, web: Web, tmp_path: Path) -> None:
    web.put(PAGE, unless_changed(links(FILE), '"p1"', "text/html"))
    web.put(FILE, unless_changed(city.report(tmp_path / "a.pdf").read_bytes(), '"f1"', "application/pdf"))
    sensor.tick()
    intake.take(intake.waiting(sensor.home), sensor.home)
    second = city.report(tmp_path / "b.pdf", courses="31").read_bytes()
    web.put(FILE, unless_changed(second, '"f2"', "application/pdf"))
    sensor.tick(24)
    assert sensor.inbox() == {"r6.pdf": second}
    (taken,) = intake.take(intake.waiting(sensor.home), sensor.home)
    assert taken.outcome == "revision"


def test_a_file_that_no_series_knows_is_fetched_once(sensor: Sensor, web: Web, tmp_path: Path) -> None:
    other = city.report(tmp_path / "other.pdf", cover=("別の市の計画", "令和6年度")).read_bytes()
    web.put(PAGE, links(FILE))  # without anything to tell a change by: sent whole at every look
    web.put(FILE, unless_changed(other, '"f1"', "application/pdf"))
    assert len(sensor.tick()) == 2
    intake.take(intake.waiting(sensor.home), sensor.home)
    for _ in range(3):
        assert sensor.tick(24) == ["www.city.example/dx/"]
    sensor.cursor = None  # an operator resets it
    assert len(sensor.tick()) == 2 and sensor.inbox() == {}, "it lies among the unknown already"
    assert (sensor.home.inbox / "unknown" / "r6.pdf").read_bytes() == other


def test_the_same_file_under_a_new_name_is_not_taken_twice(sensor: Sensor, web: Web, tmp_path: Path) -> None:
    pdf = city.report(tmp_path / "r6.pdf").read_bytes()
    for address in (FILE, "https://www.city.example/dx/new.pdf", "https://www.city.example/dx/newer.pdf"):
        web.put(address, pdf, kind="application/pdf")
    web.put(PAGE, links(FILE, "new.pdf"))
    sensor.tick()
    assert list(sensor.inbox()) == ["r6.pdf"]
    intake.take(intake.waiting(sensor.home), sensor.home)
    web.put(PAGE, links("newer.pdf"))
    assert sensor.tick(24) == ["www.city.example/dx/", "www.city.example/dx/newer.pdf"]
    assert sensor.inbox() == {} and list(load().series["madeup_city"].editions) == ["R6"]


def test_a_tick_that_was_lost_after_the_file_changes_nothing(sensor: Sensor, web: Web, tmp_path: Path) -> None:
    web.put(PAGE, links(FILE))
    web.put(FILE, city.report(tmp_path / "r6.pdf").read_bytes(), kind="application/pdf")
    sensor.tick()
    before, sensor.cursor = sensor.inbox(), None
    sensor.tick()
    assert sensor.inbox() == before
    intake.take(intake.waiting(sensor.home), sensor.home)
    sensor.cursor = None
    sensor.tick()
    assert sensor.inbox() == {}


def test_nothing_is_asked_for_where_one_of_the_two_settings_is_missing(sensor: Sensor, web: Web, tmp_path: Path) -> None:
    for page, hosts in ((None, HOSTS), (PAGE, ""), (PAGE, "[]")):
        named(tmp_path, page, hosts)
        assert sensor.tick() == [] and "landing_page and allowed_hosts" in sensor.said
    assert web.connected == []


def test_no_other_host_is_connected_to(sensor: Sensor, web: Web, tmp_path: Path) -> None:
    bad = ["https://www.other.example/r6.pdf", "http://www.city.example/r6.pdf", "https://www.city.example:8443/a.pdf", "file:///etc/a.pdf",
           "https://user@www.city.example/a.pdf", "//www.other.example/b.pdf", "https://www.city.example.other.example/a.pdf", "javascript:a.pdf"]  # fmt: skip
    web.put(PAGE, links(*bad, FILE))
    web.put(FILE, b"", status=302, headers={"Location": "https://www.other.example/r6.pdf"})
    assert sensor.tick() == ["www.city.example/dx/", "files.city.example/dx/r6.pdf"]
    assert {one.host for one in web.asked} == {"www.city.example", "files.city.example"}
    assert sensor.inbox() == {}
    assert "www.other.example" in sensor.logged() and "allowed_hosts以外のPDFは取得しません" in sensor.logged()

    web.connected.clear()
    named(tmp_path, "https://www.other.example/")
    assert sensor.tick() == [] and web.connected == [] and "1 problems" in sensor.said
    assert "'www.other.example' is not in allowed_hosts" in sensor.logged()
    web.put(PAGE, b'<base href="https://www.other.example/"><a href="r6.pdf">x</a>')
    named(tmp_path)
    sensor.cursor = None
    assert sensor.tick() == ["www.city.example/dx/"], "a base does not lead elsewhere either"


@pytest.mark.parametrize("agent", ["*", "Shinchoku"])
def test_what_robots_txt_disallows_is_not_asked_for(agent: str, sensor: Sensor, web: Web, tmp_path: Path) -> None:
    web.put("https://www.city.example/robots.txt", f"User-agent: {agent}\nDisallow: /dx/\n".encode(), kind="text/plain")
    web.put(PAGE, links(FILE))
    assert sensor.tick() == [] and [one.path for one in web.asked] == ["/robots.txt"]
    web.put("https://www.city.example/robots.txt", b"\xef\xbb\xbfUser-agent: *\nDisallow: /private/\n", kind="text/plain")
    web.put("https://files.city.example/robots.txt", b"User-agent: *\nDisallow: /*.pdf$\n", kind="text/plain")
    assert sensor.tick(24) == ["www.city.example/dx/"], "each host is asked for its own rules"
    assert sensor.inbox() == {}


def test_the_rules_of_the_host_that_a_redirect_leads_to_count(sensor: Sensor, web: Web) -> None:
    web.put(PAGE, b"", status=302, headers={"Location": "https://files.city.example/dx/"})
    web.put("https://files.city.example/robots.txt", b"User-agent: *\nDisallow: /\n", kind="text/plain")
    web.put("https://files.city.example/dx/", links(FILE))
    assert sensor.tick() == ["www.city.example/dx/"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_robots_txt_that_cannot_be_had_is_no_leave(status: int, sensor: Sensor, web: Web) -> None:
    web.put("https://www.city.example/robots.txt", b"", status=status, headers={"Retry-After": str(5 * HOUR)})
    web.put(PAGE, links())
    assert sensor.tick() == []
    assert sensor.tick(4) == [] and web.asked == [], "not even robots.txt before the time that the server named"
    web.put("https://www.city.example/robots.txt", b"", status=404)
    assert sensor.tick(1.1) == ["www.city.example/dx/"], "none there is leave"


def test_the_pause_that_robots_txt_asks_for_is_made(sensor: Sensor, web: Web, tmp_path: Path) -> None:
    web.put("https://www.city.example/robots.txt", b"User-agent: *\nCrawl-delay: 90\n", kind="text/plain")
    web.put(PAGE, links("a.pdf", "b.pdf"))
    for name in "ab":
        web.put(f"{PAGE}{name}.pdf", city.report(tmp_path / f"{name}.pdf", courses=str(ord(name))).read_bytes(), kind="application/pdf")
    asked = [sensor.tick(seconds / HOUR) for seconds in (0, 60, 31, 60, 31)]
    assert asked == [["www.city.example/dx/"], [], ["www.city.example/dx/a.pdf"], [], ["www.city.example/dx/b.pdf"]]


def test_a_busy_server_is_left_alone_longer_each_time_and_as_long_as_it_says(sensor: Sensor, web: Web) -> None:
    web.put(PAGE, links(), status=500)
    waits = []
    for _ in range(12):
        assert sensor.tick() == ["www.city.example/dx/"]
        waits.append((json.loads(sensor.cursor or "")["pages"][PAGE]["next"] - sensor.time) / HOUR)
        sensor.time += waits[-1] * HOUR
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 720, 720], "hours; a month at most"
    web.put(PAGE, links())
    assert len(sensor.tick()) == 1 and "failures" not in json.loads(sensor.cursor or "")["pages"][PAGE]


@pytest.mark.parametrize(
    ("said", "hours"), [(str(36 * HOUR), 36), ("60", 1), ("Fri, 31 Dec 9999 00:00:00 GMT", 720), ("soon", 1), ("9" * 400, 720)]
)
def test_retry_after_holds_for_the_host(said: str, hours: float, sensor: Sensor, web: Web) -> None:
    web.put(PAGE, links("a.pdf", "b.pdf"))
    web.put(f"{PAGE}a.pdf", b"", status=429, headers={"Retry-After": said})
    assert sensor.tick() == ["www.city.example/dx/", "www.city.example/dx/a.pdf"], "the second file is not tried"
    assert sensor.tick(hours - 0.01) == []
    assert "www.city.example/dx/a.pdf" in sensor.tick(0.02)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html>maintenance", kind="text/html"), Reply(b"<html>", kind="application/pdf"), Reply(b"", 404), Reply(b"", 304), Reply(b"%PDF-1.7", 206),
        Reply(b"%PDF-1.7", kind="application/pdf", headers={"Content-Length": str(10**12)}),
    ],
)  # fmt: skip
def test_what_is_no_report_leaves_nothing_and_is_not_tried_at_every_look(reply: Reply, sensor: Sensor, web: Web) -> None:
    web.put(PAGE, links(FILE))
    web.put(FILE, reply)
    assert len(sensor.tick()) == 2 and sensor.inbox() == {} and "1 problems" in sensor.said
    assert sensor.tick(0.9) == []
    tried = [day for day in range(1, 9) if "files.city.example/dx/r6.pdf" in sensor.tick(24)]
    assert tried == [1, 3, 7]


@pytest.mark.parametrize(
    "page",
    [
        b"", b"\x00\xff\xfe<a href=", b"<a href='" + b"x" * 100_000, b"<!--" * 50_000, b"<a href=https://[/x.pdf>", b"<a href='https://www.city.example:99999/x.pdf'>",
        b"<a href=" * 100_000, ("<meta charset=punycode>" + "<a href=x.pd" * 9).encode(), b'<a href="' + b"a" * 3000 + b'.pdf">', b"<base href='https://['>",
        b'<!-- <a href="old.pdf">old</a> -->', b"<a href='\xe5\xa0\xb1\x00\n.pd'>", b"<a title='&#99999999999999999999;' href='.pdf.html'>",
        (b"<a " + b"a" * 3990) * 1200, (b"<a " + b'href="' * 600) * 1200,  # what takes the square of its length
    ],
)  # fmt: skip
def test_a_broken_page_is_a_page_without_links(page: bytes, sensor: Sensor, web: Web) -> None:
    web.put(PAGE, page)
    assert sensor.tick() == ["www.city.example/dx/"] and "0 problems" in sensor.said
    assert sensor.tick(1) == []


@pytest.mark.parametrize(
    ("html", "path"),
    [
        ("<A HREF = ../a.PDF>", "/a.PDF"), ("<a target=_blank href='a.pdf#page=2'>", "/dx/a.pdf"), ('<a href="/報告 書.pdf">', "/%E5%A0%B1%E5%91%8A%E6%9B%B8.pdf"),
        ('<a href="a.pdf?v=1&amp;w=2">', "/dx/a.pdf?v=1&w=2"), ("<a href=\n'down?id=1' type='application/pdf'>", "/dx/down?id=1"),
        ('<base href="/b/"><a href="a.pdf">', "/b/a.pdf"), ("<map><area href=a.pdf>", "/dx/a.pdf"), ("<!-- x --><a href=a.pdf><!-- <a href=b.pdf> -->", "/dx/a.pdf"),
        ("<a href=\"it's.pdf\">", "/dx/it%27s.pdf"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("charset", ["utf-8", "shift_jis"])
def test_a_link_is_found_however_it_is_written(html: str, path: str, charset: str, sensor: Sensor, web: Web) -> None:
    web.put(PAGE, f"<meta charset={charset}>{html}".encode(charset), kind="text/html")
    assert sensor.tick() == ["www.city.example/dx/", f"www.city.example{path}"]


def test_a_page_of_links_without_end_is_followed_a_few_at_a_time(sensor: Sensor, web: Web) -> None:
    web.put(PAGE, links(*(f"{number}.pdf" for number in range(1000))))
    assert len(sensor.tick()) == 1 + landing.FILES_A_TICK and len(sensor.tick(0.1)) == landing.FILES_A_TICK
    assert len(json.loads(sensor.cursor or "")["pages"][PAGE]["links"]) == landing.MOST_LINKS


def test_a_page_that_is_sent_without_end_is_left_in_time(sensor: Sensor, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "LEAST_SECONDS", 0)
    monkeypatch.setattr(landing, "seconds_of_a_tick", lambda: 1.0)
    web.put(PAGE, Reply(dripping()))
    sensor.tick()
    assert "1 problems" in sensor.said


def test_a_tick_ends_before_dagster_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_SENSOR_GRPC_TIMEOUT_SECONDS", raising=False)
    monkeypatch.delenv("DAGSTER_GRPC_TIMEOUT_SECONDS", raising=False)
    from dagster._grpc.utils import default_sensor_grpc_timeout

    assert landing.seconds_of_a_tick() < default_sensor_grpc_timeout()
    monkeypatch.setenv("DAGSTER_SENSOR_GRPC_TIMEOUT_SECONDS", "200")
    assert 190 < landing.seconds_of_a_tick() < default_sensor_grpc_timeout() == 200


def test_a_full_disk_is_said_and_the_file_comes_later(sensor: Sensor, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web.put(PAGE, links(FILE))
    pdf = city.report(tmp_path / "r6.pdf").read_bytes()
    web.put(FILE, unless_changed(pdf, '"f1"', "application/pdf"))

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(landing, "drop", full)
        sensor.tick()
    assert sensor.inbox() == {} and "1 problems" in sensor.said
    sensor.tick(24)
    assert sensor.inbox() == {"r6.pdf": pdf}


@pytest.mark.parametrize("cursor", ["", "{", "[]", '{"pages": 3}', '{"pages": {"x": {"next": "soon"}}}'])
def test_a_cursor_that_cannot_be_read_means_a_first_look(cursor: str, sensor: Sensor, web: Web) -> None:
    web.put(PAGE, links())
    sensor.cursor = cursor
    assert sensor.tick() == ["www.city.example/dx/"] and json.loads(sensor.cursor)["pages"]


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("https://a/x/r6.pdf?v=2", "r6.pdf"), ("https://a/%2e%2e%2fetc%2fpasswd", "passwd.pdf"), ("https://a/..%5C..%5Cx.PDF", "_.._x.pdf"), ("https://a/", "report.pdf"),
        ("https://a/.pdf", "report.pdf"), ("https://a/%E5%A0%B1%E5%91%8A.pdf", "報告.pdf"), ("https://a/a%0Ab%00.pdf", "a_b_.pdf"),
        (f"https://a/{'%E5%A0%B1' * 200}.pdf", "報" * 60 + ".pdf"),
    ],
)  # fmt: skip
def test_a_fetched_file_has_a_plain_name(link: str, name: str) -> None:
    assert landing.file_name(link) == name


def test_two_files_of_one_name_lie_side_by_side(sensor: Sensor) -> None:
    for body in (b"%PDF-1", b"%PDF-2", b"%PDF-1"):
        landing.drop(body, FILE, hashlib.sha256(body).hexdigest(), sensor.home)
    assert sorted(sensor.inbox().values()) == [b"%PDF-1", b"%PDF-2"]
    assert not [path for path in sensor.home.inbox.iterdir() if path.is_dir()], "nothing is left behind"
