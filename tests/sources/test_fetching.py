"""What comes from the web comes over TLS, from a host that is named, at a public address, in time, in size and of its kind; else not at all."""

from __future__ import annotations

import dataclasses
import gzip
import ssl
import time
from collections.abc import Iterator
from email.utils import formatdate

import pytest

from sources.fetching import PAGE, PDF, REDIRECTS, FetchError, checked_url, is_public
from tests.sources.web import PUBLIC, Reply, Web, dripping, served

URL = "https://www.city.example/dx/report.pdf"
ALLOWED = ("www.city.example", "files.city.example")
SMALL = dataclasses.replace(PDF, limit=100_000, seconds=2)


@pytest.fixture(scope="module")
def one_web() -> Iterator[Web]:
    with served() as web:
        yield web


@pytest.fixture
def web(one_web: Web) -> Web:
    for state in (one_web.pages, one_web.asked, one_web.connected, one_web.addresses):
        state.clear()
    return one_web


def refusal(web: Web, url: str = URL, **options: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        web.fetcher().get(url, ALLOWED, SMALL, **options)  # type: ignore[arg-type]
    assert caught.value.en.startswith("https://") or "not https" in caught.value.en
    assert any("\u3040" <= char <= "\u9fff" for char in caught.value.ja)
    return caught.value


def test_a_file_comes_with_what_the_next_question_needs(web: Web) -> None:
    web.put(URL, b"%PDF-1.7 report", kind="application/pdf", headers={"ETag": '"1"', "Last-Modified": "Tue, 01 Jul 2025 00:00:00 GMT", "Set-Cookie": "a=b"})
    answer = web.fetcher(contact="mailto:dx@city.example").get(URL, ALLOWED, PDF, etag='"0"', last_modified="Mon, 30 Jun 2025 00:00:00 GMT")
    assert (answer.status, answer.body, answer.etag) == (200, b"%PDF-1.7 report", '"1"')
    (asked,) = web.asked
    assert asked.headers["if-none-match"] == '"0"' and asked.headers["if-modified-since"].startswith("Mon, 30 Jun")
    assert asked.headers["user-agent"].startswith("Shinchoku/") and "mailto:dx@city.example" in asked.headers["user-agent"]
    assert asked.headers["accept-encoding"] == "identity" and "cookie" not in asked.headers
    assert web.connected == [f"{PUBLIC}:443"]


@pytest.mark.parametrize("status", [304, 404, 410, 429, 500, 206])
def test_any_other_status_is_an_answer_without_a_body(status: int, web: Web) -> None:
    web.put(URL, b"" if status == 304 else b"%PDF-", status=status, kind="application/pdf", headers={"Retry-After": "120"})
    answer = web.fetcher().get(URL, ALLOWED, PDF)
    assert (answer.status, answer.body, answer.retry_after) == (status, b"", 120)


def test_retry_after_may_be_a_date(web: Web) -> None:
    web.put(URL, b"", status=503, headers={"Retry-After": formatdate(time.time() + 600, usegmt=True)})
    assert 590 < (web.fetcher().get(URL, ALLOWED, PDF).retry_after or 0) <= 600
    web.put(URL, b"", status=503, headers={"Retry-After": "soon"})
    assert web.fetcher().get(URL, ALLOWED, PDF).retry_after is None


@pytest.mark.parametrize(
    "url",
    [
        "http://www.city.example/a.pdf", "https://www.other.example/a.pdf", "https://city.example/a.pdf", "https://www.city.example.evil.example/",
        "https://www.city.example@evil.example/a.pdf", "https://user:word@www.city.example/a.pdf", "https://www.city.example:8443/a.pdf",
        "https://127.0.0.1/a.pdf", "https://[::1]/a.pdf", "https://2130706433/", "https://www.city.example./a.pdf", "file:///etc/passwd", "//", "https://[",
        "ftp://www.city.example/a.pdf", "data:application/pdf,%PDF-", "javascript:alert(1)", "",
    ],
)  # fmt: skip
def test_only_https_and_only_hosts_that_are_named(url: str) -> None:
    with pytest.raises(FetchError):
        checked_url(url, ALLOWED)


def test_a_url_is_sent_as_plain_ascii_without_its_fragment() -> None:
    assert checked_url(" https://WWW.city.example/進捗 状況.pdf?年=7#page=2", ALLOWED) == (
        "https://www.city.example/%E9%80%B2%E6%8D%97%20%E7%8A%B6%E6%B3%81.pdf?%E5%B9%B4=7")
    assert "\r" not in checked_url("https://www.city.example/a\r\nHost: evil", ALLOWED)


@pytest.mark.parametrize(
    "target",
    [
        "https://www.other.example/report.pdf", "http://www.city.example/dx/report.pdf", "https://127.0.0.1/", "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/latest/meta-data/", "https://[::1]/", "https://metadata.google.internal/computeMetadata/v1/", "https://localhost/",
        "//www.other.example/report.pdf", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_no_redirect_leads_off_the_list(target: str, web: Web) -> None:
    web.put(URL, b"", status=302, headers={"Location": target})
    error = refusal(web)
    assert not error.is_temporary and len(web.connected) == 1, "the target is not even connected to"


def test_redirects_are_followed_within_the_list_and_not_forever(web: Web) -> None:
    web.put(URL, b"", status=301, headers={"Location": "../moved/report.pdf"})
    web.put("https://www.city.example/moved/report.pdf", b"", status=308, headers={"Location": "https://files.city.example/r.pdf"})
    web.put("https://files.city.example/r.pdf", b"%PDF-1.7", kind="application/pdf")
    asked_first: list[str] = []
    answer = web.fetcher().get(URL, ALLOWED, PDF, may=lambda url: not asked_first.append(url))
    assert (answer.url, answer.body) == ("https://files.city.example/r.pdf", b"%PDF-1.7")
    assert asked_first == [URL, "https://www.city.example/moved/report.pdf", "https://files.city.example/r.pdf"]
    assert "robots.txt" in refusal(web, may=lambda url: "moved" not in url).en
    web.put(URL, b"", status=302, headers={"Location": URL})
    web.asked.clear()
    assert "redirects" in refusal(web).en and len(web.asked) == REDIRECTS + 1


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "192.0.0.8", "192.0.2.1", "198.18.0.1", "203.0.113.5", "192.88.99.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:93.184.216.34", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1",
        "3fff::1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_not_connected_to(address: str, web: Web) -> None:
    assert not is_public(address)
    for answer in ([address], [PUBLIC, address]):
        web.addresses["www.city.example"] = [answer]
        assert "not on the public internet" in refusal(web).en
    assert not web.connected and not web.asked


def test_public_addresses_are_public() -> None:
    assert all(is_public(address) for address in (PUBLIC, "8.8.8.8", "2606:4700:4700::1111", "2001:4860:4860::8888"))


def test_a_name_that_changes_its_address_after_the_check_gains_nothing(web: Web) -> None:
    web.put(URL, b"%PDF-1.7", kind="application/pdf")
    web.addresses["www.city.example"] = [[PUBLIC], ["127.0.0.1"]]
    assert web.fetcher().get(URL, ALLOWED, PDF).status == 200
    assert web.connected == [f"{PUBLIC}:443"], "the address that was checked is the one connected to"
    web.put(URL, b"", status=302, headers={"Location": "/second.pdf"})
    web.addresses["www.city.example"] = [[PUBLIC], ["127.0.0.1"]]
    web.connected.clear()
    assert "127.0.0.1" in refusal(web).en and web.connected == [f"{PUBLIC}:443"]


def test_the_certificate_has_to_be_of_the_host_and_of_a_known_authority(web: Web) -> None:
    from sources.fetching import Fetcher

    stranger = "https://www.stranger.example/a.pdf"
    with pytest.raises(FetchError, match=r"(?i)certificate"):
        web.fetcher().get(stranger, ["www.stranger.example"], PDF)
    from tests.sources.web import _Wired

    with pytest.raises(FetchError, match=r"(?i)certificate"):
        Fetcher(resolve=web.resolve, sockets=_Wired(web)).get(URL, ALLOWED, PDF)
    assert not web.asked and web.trust.verify_mode == ssl.CERT_REQUIRED


def test_a_body_too_large_is_cut_off_announced_or_not(web: Web) -> None:
    big = b"%PDF-1.7" + b"x" * 200_000
    web.put(URL, big, kind="application/pdf")
    assert "larger than" in refusal(web).en
    web.put(URL, Reply((big[i:i + 1000] for i in range(0, len(big), 1000)), kind="application/pdf"))
    assert "larger than" in refusal(web).en


def test_a_body_that_never_ends_is_left_in_time(web: Web) -> None:
    for reply in (Reply(dripping(), kind="application/pdf"), Reply(dripping(), kind="application/pdf", headers={"Content-Length": "90000"})):
        web.put(URL, reply)
        began = time.monotonic()
        error = refusal(web)
        assert error.is_temporary and "2 seconds" in error.en and time.monotonic() - began < 3


def test_headers_that_never_end_and_half_a_body_are_no_answer(web: Web) -> None:
    web.put(URL, b"", kind="application/pdf", headers={f"X-{number}": "x" * 60_000 for number in range(5)})
    assert refusal(web).is_temporary
    web.put(URL, b"%PDF-1.7 half", kind="application/pdf", headers={"Content-Length": "5000"})
    assert refusal(web).is_temporary


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html>sign in</html>", kind="application/pdf"), Reply(b"x" * 1100 + b"%PDF-", kind="application/pdf"), Reply(b"", kind="application/pdf"),
        Reply(b"%PDF-1.7", kind="text/html"), Reply(b"%PDF-1.7", kind="application/x-msdownload"),
    ],
)  # fmt: skip
def test_what_is_no_pdf_by_type_and_content_is_refused(reply: Reply, web: Web) -> None:
    web.put(URL, reply)
    assert not refusal(web).is_temporary


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_nothing_is_unpacked(coding: str, web: Web) -> None:
    bomb = gzip.compress(b"%PDF-" + b"\0" * 50_000_000)
    web.put(URL, bomb, kind="application/pdf", headers={"Content-Encoding": coding})
    assert "compressed" in refusal(web).en
    web.put(URL, bomb, kind="application/pdf")
    assert "content is not PDF" in refusal(web).en, "packed and not said so: bytes that are no PDF"


def test_a_page_is_html(web: Web) -> None:
    web.put("https://www.city.example/", b"<p>", kind="text/html; charset=Shift_JIS")
    assert "Shift_JIS" in web.fetcher().get("https://www.city.example", ALLOWED, PAGE).content_type


def test_no_proxy_of_the_environment_is_used(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    web.put(URL, b"%PDF-1.7", kind="application/pdf")
    assert web.fetcher().get(URL, ALLOWED, PDF).status == 200


def test_a_host_without_address_or_answer_is_tried_again_later(web: Web) -> None:
    def unknown(host: str) -> list[str]:
        raise OSError("Name or service not known")

    from sources.fetching import Fetcher

    with pytest.raises(FetchError) as caught:
        Fetcher(resolve=unknown).get(URL, ALLOWED, PDF)
    assert caught.value.is_temporary and "Name or service not known" in caught.value.en
