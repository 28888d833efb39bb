"""A person settles the findings of a made-up edition on its served page, and the decisions are in its files."""

from __future__ import annotations

import http.client
import re
import shutil
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

from pipelines import audit, desk, review
from pipelines.cli import main
from pipelines.home import Home
from sources import amend, decisions
from sources.registry import Series, load
from tests.chromium import chromium, size
from tests.warehouse.review_case import write_series
from warehouse.review import Review
from warehouse.review.matters import Matter
from warehouse.review.server import FORM, ReviewServer

pytestmark = pytest.mark.xdist_group("review")
SIGNED = {"who": "進捗 花子", "reason": "紙面を目で確認"}
TODAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up editions, read and judged; each test works on a copy."""
    root = tmp_path_factory.mktemp("made_up")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHINCHOKU_HOME", str(root / "home"))
        patch.setenv("SHINCHOKU_SERIES", str(write_series(root / "series")))
        from pipelines.run import run

        outcome = run(["mihon_dx-R6", "mihon_dx-R7"])
    assert not outcome.unreadable
    return root


class Person:
    """Someone at the served page of an edition."""

    def __init__(self, root: Path) -> None:
        self.home = Home.find(root / "home")
        self.folder = root / "series" / "mihon_dx"
        self.decisions = self.folder / "editions" / "R7" / "decisions.yaml"
        self.desk = desk.ReviewDesk("mihon_dx-R7", self.home, today=lambda: TODAY)
        self.desk.checked = self.desk.state()  # judged when it was read
        self.server = ReviewServer(self.desk, frozenset(self.desk.actions))
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.page = ""

    def matters(self) -> dict[str, Matter]:
        """What is open, by kind."""
        edition = load().edition("mihon_dx-R7")
        shown = Review.of(review.material(edition, self.home), self.desk.pictures).matters
        return {matter.kind: matter for matter in shown if matter.open}

    def send(self, method: str, path: str, form: dict[str, str] | None = None) -> int:
        session = self.server.session
        headers = {"Host": self.host, "Cookie": f"{self.server.cookie_name}={session.cookie}"}
        if form is not None:
            headers |= {"Origin": f"http://{self.host}", "Content-Type": FORM}
        connection = http.client.HTTPConnection(self.host, timeout=60)
        connection.request(method, session.base + path, None if form is None else urlencode(form), headers)
        answer = connection.getresponse()
        self.page = answer.read().decode(errors="replace")
        connection.close()
        return answer.status

    def look(self) -> str:
        assert self.send("GET", "") == 200
        return self.page

    def form(self, matter: Matter, **typed: str) -> dict[str, str]:
        """The form as the page shows it, with what is typed into it."""
        found = re.search(r'name="seen" value="([0-9a-f]+)"', self.look())
        assert found
        hidden = {"csrf": self.server.session.csrf, "seen": found[1], "finding": matter.id, "expect": matter.expect}
        return hidden | SIGNED | typed

    def settle(self, action: str, matter: Matter, **typed: str) -> int:
        return self.send("POST", action, self.form(matter, **typed))


@pytest.fixture
def person(read_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    shutil.copytree(read_once, tmp_path / "made", symlinks=True)
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "made" / "home"))
    monkeypatch.setenv("SHINCHOKU_SERIES", str(tmp_path / "made" / "series"))
    someone = Person(tmp_path / "made")
    thread = threading.Thread(target=someone.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield someone
    someone.server.shutdown()
    someone.server.server_close()


def test_every_planted_change_is_there_to_be_settled(person: Person) -> None:
    found = person.matters()
    assert {"renamed", "new", "vanished", "unit_changed", "magnitude", "refined"} <= set(found)
    assert found["renamed"].now and found["renamed"].before and found["renamed"].now.crop and found["renamed"].before.crop


def test_an_acknowledgement_is_written_and_settles_its_finding(person: Person) -> None:
    matter = person.matters()["magnitude"]
    assert person.settle("acknowledge", matter) == 303
    assert load().edition("mihon_dx-R7").decisions.acknowledgements[0].model_dump() == {
        "finding": matter.id, "expect": "1,380時間", "reason": "紙面を目で確認", "who": "進捗 花子", "when": TODAY,
    }  # fmt: skip
    page = person.look()
    assert "magnitude" not in person.matters()
    assert "決定を書きました" in page and "未決のエラー 4件" in page
    assert f"+  - finding: {matter.id}" in page
    assert "決定を書きました" not in person.look()  # said once
    assert "magnitude" not in {result.rule_id for result in audit.stored_results(load().edition("mihon_dx-R7"), person.home) or () if result.blocks}
    assert "紙面を目で確認" in person.home.review("mihon_dx-R7").read_text(encoding="utf-8")  # the page as a file is new, too


def test_a_correction_says_only_what_differs_and_what_was_read_is_matched_anew(person: Person) -> None:
    matter = person.matters()["magnitude"]
    typed = {"value": "１３,８００,０００", "unit": "時間", "measure": "level", "qualifier": "exact", "period_kind": "fiscal_year",
             "period_start": "2025-04-01", "period_end": "2026-03-31"}  # fmt: skip
    assert person.settle("correct", matter, **(typed | {"value": "1380"})) == 422
    assert "読み取った内容と同じです" in person.page and not person.decisions.exists()
    assert person.settle("correct", matter, **typed) == 303
    decision = load().edition("mihon_dx-R7").decisions.corrections[0]
    assert (decision.expect, decision.use.model_dump(exclude_none=True)) == ("1,380時間", {"value": 13_800_000})
    assert "magnitude" not in person.matters()
    person.look()
    assert "13800000" in person.page


def test_a_label_is_mapped_and_what_that_uncovers_is_shown(person: Person) -> None:
    assert person.settle("map", person.matters()["renamed"], indicator="datasets") == 303
    mapping = load().edition("mihon_dx-R7").decisions.mappings[0]
    assert (mapping.label, mapping.indicator, mapping.who) == ("公開データ数", "datasets", "進捗 花子")
    assert "renamed" not in person.matters() and "restated" in person.matters()  # 646件 is 650件 now


def test_a_new_indicator_is_registered_with_who_and_why(person: Person) -> None:
    typed = {"id": "robot_sites", "name_ja": "ロボット相談", "name_en": "Robots", "unit": "facility", "section": "s01", "direction": "up"}
    matter = person.matters()["new"]
    assert person.settle("new_indicator", matter, **(typed | {"id": "../x"})) == 422
    assert person.settle("new_indicator", matter, **(typed | {"id": "visits"})) == 422
    assert person.settle("new_indicator", matter, **(typed | {"unit": "parsec"})) == 422
    assert person.settle("new_indicator", matter, **typed) == 303
    indicator = load().edition("mihon_dx-R7").series.indicators["robot_sites"]
    assert (indicator.name.en, indicator.validity.first, indicator.covers) == ("Robots", 2025, "year")
    assert load().edition("mihon_dx-R7").decisions.mappings[0].indicator == "robot_sites"
    assert "new" not in person.matters()
    assert "# Kept by people" in (person.folder / "indicators.yaml").read_text(encoding="utf-8")


def test_an_indicator_that_ended_has_its_last_year_and_why(person: Person) -> None:
    matter = person.matters()["vanished"]
    assert person.settle("end", matter) == 303
    assert load().edition("mihon_dx-R7").series.indicators["visits"].validity.last == 2024
    text = (person.folder / "indicators.yaml").read_text(encoding="utf-8")
    assert "紙面を目で確認 (進捗 花子, 2026-06-01)" in text
    assert "vanished" not in person.matters()


@pytest.mark.slow
def test_when_all_is_settled_the_edition_can_be_accepted_and_not_before(person: Person) -> None:
    matters = person.matters()
    accepting = {name: value for name, value in person.form(matters["new"]).items() if name not in ("finding", "expect")}
    assert person.send("POST", "accept", accepting) == 409
    assert load().edition("mihon_dx-R7").status == "draft"
    while errors := [matter for matter in person.matters().values() if matter.severity == "error"]:
        for matter in errors:
            settled = decisions.Acknowledgement(finding=matter.id, expect=matter.expect, when=TODAY, **SIGNED)
            decisions.append(person.decisions, settled)
        assert person.send("POST", "recheck", {"csrf": person.server.session.csrf}) == 303
    assert 'action="accept"' in person.look()
    accepting["seen"] = person.form(matters["new"])["seen"]
    assert person.send("POST", "accept", accepting) == 303
    change = load().edition("mihon_dx-R7").meta.history[-1]
    assert (change.status, change.who, change.when) == ("accepted", "進捗 花子", TODAY)
    page = person.look()
    assert "公開ファイルを更新しました" in page and "この版は承認済みで、公開内容はこのとおりです" in page
    assert (person.home.accepted("mihon_dx-R7") / "observation.parquet").exists() and (person.home.exports / "latest").exists()


def test_what_the_public_would_see_change_is_shown_and_follows_each_decision(person: Person) -> None:
    def change(page: str) -> str:
        return page[page.index('id="changes"') : page.index('id="summary"')]

    assert person.settle("acknowledge", person.matters()["refined"]) == 303
    shown = change(person.look())
    assert "30万枚超" in shown and "30.4万枚" in shown and "650件" not in shown
    assert person.settle("map", person.matters()["renamed"], indicator="datasets") == 303
    shown = change(person.look())
    assert "646件" in shown and "650件" in shown and "mihon_dx-R7" in shown


def test_a_form_shown_before_a_file_changed_is_refused_and_nothing_of_it_is_lost(person: Person) -> None:
    matter = person.matters()["magnitude"]
    form = person.form(matter)
    person.decisions.write_text("acknowledgements: []\n", encoding="utf-8")
    assert person.send("POST", "acknowledge", form) == 409
    assert "系列のファイルが変わりました" in person.page and "紙面を目で確認</textarea>" in person.page
    assert person.decisions.read_text(encoding="utf-8") == "acknowledgements: []\n"
    assert person.settle("acknowledge", matter) == 303


def test_what_the_finding_says_must_be_what_the_form_says(person: Person) -> None:
    matter = person.matters()["magnitude"]
    assert person.settle("acknowledge", matter, expect="1,390時間") == 409
    assert "1,390時間" in person.page and "1,380時間" in person.page
    assert person.settle("acknowledge", matter, finding="magnitude:nothing") == 409
    assert person.settle("map", matter, indicator="visits") == 409  # no way to settle this one
    assert person.settle("acknowledge", matter, reason=" ") == 422
    assert person.settle("acknowledge", matter, who="\x1b[2J") == 422
    assert not person.decisions.exists()


def test_settled_already_is_said_and_not_written_twice(person: Person) -> None:
    matter = person.matters()["magnitude"]
    assert person.settle("acknowledge", matter) == 303
    before = person.decisions.read_bytes()
    assert person.settle("acknowledge", matter) == 409
    assert person.decisions.read_bytes() == before


def test_a_decision_that_no_longer_holds_is_taken_back(person: Person) -> None:
    matter = person.matters()["magnitude"]
    assert person.settle("acknowledge", matter) == 303
    text = person.decisions.read_text(encoding="utf-8")
    person.decisions.write_text(text.replace("1,380時間", "1,390時間"), encoding="utf-8")
    assert "系列のファイルが前回の検証の後に変わっています" in person.look()
    assert person.send("POST", "recheck", {"csrf": person.server.session.csrf}) == 303
    stale = person.matters()["stale_decision"]
    assert person.settle("acknowledge", stale) == 409
    assert person.settle("remove", stale) == 303
    assert "stale_decision" not in person.matters() and "magnitude" in person.matters()
    assert not load().edition("mihon_dx-R7").decisions.acknowledgements


def test_while_another_run_writes_nothing_is_written(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess
    import sys

    form = person.form(person.matters()["magnitude"])
    holding = "import fcntl,sys; f=open(sys.argv[1],'a'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(person.home.root / "lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout and other.stdout.readline() == b"held\n"
        assert person.send("POST", "acknowledge", form) == 409
        other.communicate(b"")
    assert "別の実行" in person.page and not person.decisions.exists()
    assert person.send("POST", "acknowledge", form) == 303


def test_looking_writes_nothing(person: Person) -> None:
    def state() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in person.home.root.parent.rglob("*") if path.is_file()}

    before = state()
    assert 'name="csrf"' in person.look()
    for source in re.findall(r'src="(picture/[0-9a-f]+\.webp)"', person.page)[:4]:
        assert person.send("GET", source) == 200
    assert person.send("GET", "acknowledge") == 404
    assert state() == before


def test_words_of_the_report_stay_words(person: Person) -> None:
    assert person.settle("acknowledge", person.matters()["new"], reason="<script>alert(1)</script>", who='"><img src=x>') == 303
    page = person.look()
    assert "&lt;b&gt;ロボット" in page and "<b>ロボット" not in page
    assert "<script" not in page and "<img src=x" not in page and "&lt;script&gt;alert(1)" in page


def test_a_file_that_was_not_read_is_not_reviewed(read_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHINCHOKU_SERIES", str(read_once / "series"))
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "empty"))
    result = CliRunner().invoke(main, ["review", "mihon_dx-R7", "--no-browser"])
    assert result.exit_code == 2 and "shinchoku run --edition mihon_dx-R7" in result.stderr


def test_a_series_that_cannot_be_written_says_so(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise PermissionError(13, "Permission denied", str(person.decisions))

    monkeypatch.setattr(decisions, "append", refuse)
    assert person.settle("acknowledge", person.matters()["magnitude"]) == 409
    assert "書き込めません" in person.page and "紙面を目で確認</textarea>" in person.page


def test_what_would_leave_the_series_unreadable_is_put_back(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def spoil(series: Series, name: str, last: int, why: str) -> None:
        (person.folder / "indicators.yaml").write_text("indicators: [{id: half", encoding="utf-8")
        (person.folder / "more.yaml").write_text("", encoding="utf-8")

    monkeypatch.setattr(amend, "end_indicator", spoil)
    before = (person.folder / "indicators.yaml").read_bytes()
    assert person.settle("end", person.matters()["vanished"]) == 409
    assert "書き込みませんでした" in person.page and "紙面を目で確認</textarea>" in person.page
    assert (person.folder / "indicators.yaml").read_bytes() == before and not (person.folder / "more.yaml").exists()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as driver:
        yield driver


def waiting(browser: Any, seconds: float) -> Any:
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, seconds)


def amiss(browser: Any) -> list[Any]:
    """What axe-core finds, with everything unfolded."""
    from axe_core_python.selenium import Axe

    browser.execute_script("document.querySelectorAll('details').forEach(one => {one.removeAttribute('name'); one.open = true})")
    found = Axe().run(browser)["violations"]
    return [(one["id"], node["html"][:200], node.get("failureSummary")) for one in found for node in one["nodes"]]


@pytest.mark.browser
def test_in_a_real_browser_a_finding_is_settled_by_keyboard_alone(person: Person, browser: Any) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    def press(*keys: str) -> Any:
        ActionChains(browser).send_keys(*keys).perform()
        return browser.switch_to.active_element

    def reach(what: str) -> Any:
        for _ in range(150):
            at = press(Keys.TAB)
            if browser.execute_script("return arguments[0].matches(arguments[1])", at, what):
                assert at.value_of_css_property("outline-style") == "solid"  # one sees where one is
                return at
        raise AssertionError(what)

    matter = person.matters()["magnitude"]
    size(browser, 1280)
    browser.get(person.server.url)
    assert browser.current_url.endswith(person.server.session.base)
    reach(f"#m{matter.number} textarea[name=reason]")
    press("紙面で 1,380 と確認")
    reach(f"#m{matter.number} input[name=who]")
    press("進捗 花子")
    reach(f"#m{matter.number} form[action=acknowledge] button")
    press(Keys.ENTER)
    told = waiting(browser, 30).until(lambda page: page.find_element("id", "written"))
    assert "決定を書きました" in told.text and "+    reason: 紙面で 1,380 と確認" in told.text
    assert load().edition("mihon_dx-R7").decisions.acknowledgements[0].finding == matter.id
    assert "magnitude" not in person.matters()
    next_one = reach("#written a")  # where the person is now, the next thing to do is at hand
    press(Keys.ENTER)
    assert browser.current_url.endswith(next_one.get_attribute("href").rpartition("#")[2])
    assert [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


@pytest.mark.browser
def test_in_a_real_browser_pictures_are_there_nothing_is_amiss_and_a_phone_shows_it_all(person: Person, browser: Any) -> None:
    assert person.settle("acknowledge", person.matters()["unit_changed"]) == 303
    size(browser, 1280)
    browser.get(person.server.url)
    browser.execute_script("document.querySelectorAll('img').forEach(one => {one.loading = 'eager'})")
    shown = "return [...document.querySelectorAll('img')].map(one => one.complete && one.naturalWidth > 1)"
    waiting(browser, 20).until(lambda page: all(page.execute_script(shown)))
    assert len(browser.execute_script(shown)) > 8
    marks = browser.execute_script(
        "return [...document.querySelectorAll('.crop')].map(crop => {const a = crop.getBoundingClientRect(),"
        " b = crop.querySelector('i').getBoundingClientRect(); return [b.left - a.left, b.top - a.top, a.right - b.right, a.bottom - b.bottom]})"
    )
    assert marks and all(min(sides) > -8 for sides in marks if any(sides))  # each mark lies on its picture
    assert amiss(browser) == []
    for points in (390, 320):
        size(browser, points)
        wide, room = browser.execute_script("const page = document.documentElement; return [page.scrollWidth, page.clientWidth]")
        assert wide <= room <= points
    size(browser, 1280)
    browser.get(person.home.review("mihon_dx-R7").as_uri())
    assert amiss(browser) == []
    assert browser.find_elements("tag name", "form") == []
