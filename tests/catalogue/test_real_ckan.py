"""Publishing to a real CKAN 2.12 with PostgreSQL, Redis, DataStore and file storage. Its search index is a stand-in.

Outside CI these tests are skipped where CKAN cannot be started; where CI is set, that is a failure. `.ci/run` installs what they need.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from pipelines.home import Home
from sources.errors import ShinchokuError
from tests import servers
from warehouse.catalogue import Offer, Settings, Site, apply, datastore, plan
from warehouse.catalogue.offer import File
from warehouse.fields import Words

from .conftest import NAME, message
from .killed import few

pytestmark = [pytest.mark.ckan, pytest.mark.xdist_group("catalogue")]
ROOT = Path(__file__).parents[2]
SERIES = ROOT / "sources" / "series" / "kitakyushu_dx"


@dataclass(frozen=True)
class Ckan:
    url: str
    admin: str
    editor: str

    def act(self, action: str, /, token: str = "", **data: Any) -> Any:
        answer = requests.post(f"{self.url}/api/3/action/{action}", json=data, headers={"Authorization": token or self.admin}, timeout=60)
        assert answer.json()["success"], answer.text
        return answer.json()["result"]

    def site(self, token: str = "") -> Site:
        settings = Settings.find(self.url, token or self.editor, "city")
        assert settings is not None
        return Site(settings)

    def environment(self, **more: str) -> dict[str, str]:
        own = {"SHINCHOKU_CKAN_URL": self.url, "SHINCHOKU_CKAN_TOKEN": self.editor, "SHINCHOKU_CKAN_ORGANIZATION": "city"}
        return {**os.environ, **own, **more}

    def seen(self, name: str, through: str = "url") -> dict[str, str] | None:
        """What a reader without a token gets: each file's sha256, compared with what the metadata says of it; None: not there."""
        answer = requests.get(f"{self.url}/api/3/action/package_show", params={"id": name}, timeout=60)
        if answer.status_code in (403, 404):
            return None
        found = {}
        for resource in answer.json()["result"]["resources"]:
            stable = f"{self.url}/dataset/{name}/resource/{resource['id']}/download/{resource['name'].rpartition('/')[2]}"
            content = requests.get(stable if through == "stable" else resource["url"], timeout=60)
            assert content.status_code == 200, (resource["name"], content.status_code)
            found[resource["name"]] = f"sha256:{hashlib.sha256(content.content).hexdigest()}"
            assert found[resource["name"]] == resource["hash"] and len(content.content) == resource["size"], resource["name"]
        return found


@pytest.fixture(scope="session")
def ckan() -> Iterator[Ckan]:
    venv = Path(os.environ.get("SHINCHOKU_CKAN_VENV") or ROOT / ".ckan-venv")
    servers.need("curl", others=[] if (venv / "bin" / "ckan").exists() else [f"CKAN in {venv}"])
    folder = Path(tempfile.mkdtemp(prefix="shinchoku-ckan-"))
    folder.chmod(0o755)  # PostgreSQL runs as a user of its own
    try:
        up = Path(__file__).parent / "ckan" / "ckan_up.sh"
        started = subprocess.run(["bash", up, venv, folder / "w", str(servers.ports(32, 50, 79, 83))], capture_output=True, text=True, timeout=300)
        assert started.returncode == 0, started.stdout + started.stderr
        url, admin = started.stdout.split()[-2:]
        ready = Ckan(url, admin, "")
        for name in ("city", "other"):
            ready.act("organization_create", name=name)
        ready.act("user_create", name="editor", email="editor@example.invalid", password="loopback-only-2")
        ready.act("organization_member_create", id="city", username="editor", role="editor")
        yield replace(ready, editor=ready.act("api_token_create", user="editor", name="publishing")["token"])
    finally:
        servers.stop(folder / "w" / "pids")
        shutil.rmtree(folder, ignore_errors=True)


def hashes(offered: Offer) -> dict[str, str]:
    return {file.path: file.hash for file in offered.files}


def test_from_a_pdf_to_the_catalogue_and_a_year_later(ckan: Ckan, tmp_path: Path) -> None:
    """The commands as a person gives them: plan, apply, again, and once more after the series' words have changed."""
    series, home = tmp_path / "series", tmp_path / "home"
    shutil.copytree(SERIES, series / "kitakyushu_dx")
    edition = series / "kitakyushu_dx" / "editions" / "R6" / "edition.yaml"
    meta = yaml.safe_load(edition.read_text(encoding="utf-8")) | {"origin": "original"}
    del meta["origin_note"]
    edition.write_text(yaml.safe_dump(meta, allow_unicode=True, sort_keys=False), encoding="utf-8")

    def shinchoku(*words: str) -> str:
        environment = ckan.environment(SHINCHOKU_HOME=str(home), SHINCHOKU_SERIES=str(series))
        command = [sys.executable, "-m", "pipelines.cli", *words]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        assert ckan.editor not in done.stdout + done.stderr
        return done.stdout

    def counts() -> dict[str, int]:
        (record,) = json.loads(shinchoku("publish", "--json", "--series", "kitakyushu_dx"))
        return dict(record["plan"]["counts"])

    shinchoku("run", "--edition", "kitakyushu_dx-R6")
    assert "private → public" in shinchoku("publish", "--series", "kitakyushu_dx") and ckan.seen(NAME) is None
    shinchoku("publish", "--apply", "--series", "kitakyushu_dx")
    first = ckan.seen(NAME)
    assert first and first == ckan.seen(NAME, "stable") and f"{NAME}_observations.csv" in first
    package = ckan.act("package_show", id=NAME)
    assert (package["license_id"], package["isopen"], package["organization"]["name"]) == ("cc-by", True, "city")

    shinchoku("publish", "--apply", "--series", "kitakyushu_dx")
    assert ckan.act("package_show", id=NAME) == package
    assert {name for name, count in counts().items() if count} == {"unchanged"}

    words = series / "kitakyushu_dx" / "series.yaml"
    words.write_text(words.read_text(encoding="utf-8").replace("マイナンバーカードの普及・利用の促進", "マイナンバーカードの普及"), encoding="utf-8")
    shinchoku("run", "--edition", "kitakyushu_dx-R6")
    assert counts()["create"] and counts()["update"]
    shinchoku("publish", "--apply", "--series", "kitakyushu_dx")
    second = ckan.seen(NAME)
    assert second and second != first and second == ckan.seen(NAME, "stable") and second.keys() == first.keys()
    later = ckan.act("package_show", id=NAME)
    assert [r["id"] for r in later["resources"]] == [r["id"] for r in package["resources"]]
    assert ckan.seen(f"{NAME}_{package['version']}") == first and ckan.seen(f"{NAME}_{later['version']}") == second


def test_nothing_changed_is_no_write(ckan: Ckan, first: Offer) -> None:
    offered = few(first, "401005_unchanged")
    assert apply(ckan.site(), offered)
    before = [ckan.act("package_show", id=name) for name in (offered.name, offered.fixed_name)]
    assert not apply(ckan.site(), offered) and not plan(ckan.site(), offered).changes
    assert [ckan.act("package_show", id=name) for name in (offered.name, offered.fixed_name)] == before


def test_killed_at_any_write_readers_see_old_or_new_and_the_next_run_repairs(
    ckan: Ckan, home: Home, later: Home, first: Offer, second: Offer
) -> None:
    dataset = "401005_killed"
    old, new = few(first, dataset), few(second, dataset)
    views: list[dict[str, str] | None] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            try:
                views.append(ckan.seen(dataset))
            except Exception as error:  # shown by the assertion below
                views.append({"error": repr(error)})

    def killed(folder: Home, offered: Offer, allowed: tuple[dict[str, str] | None, ...]) -> int:
        """One attempt after another, each killed in the middle of a later write, until one gets through."""
        for number in range(1, 60):
            command = [sys.executable, "-m", "tests.catalogue.killed", str(folder.root), dataset, str(number)]
            done = subprocess.run(command, env=ckan.environment(), cwd=ROOT, capture_output=True, text=True, timeout=120)
            assert ckan.seen(dataset) in allowed
            if ckan.seen(offered.fixed_name) not in (None, hashes(offered)):
                raise AssertionError("the immutable dataset was seen unfinished")
            if done.returncode == 0:
                return number
            assert done.returncode == -signal.SIGKILL, done.stderr
        raise AssertionError("never got through")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        attempts = killed(home, old, (None, hashes(old)))
        attempts += killed(later, new, (hashes(old), hashes(new)))
    finally:
        over.set()
        reader.join()
    assert attempts > 10
    assert all(view in (None, hashes(old), hashes(new)) for view in views), [view for view in views if view and "error" in view]
    assert ckan.seen(dataset, "stable") == hashes(new) == ckan.seen(new.fixed_name) and ckan.seen(old.fixed_name) == hashes(old)
    assert not plan(ckan.site(), new).changes and not apply(ckan.site(), new)


def test_codes_stay_text_after_a_reload(ckan: Ckan, first: Offer) -> None:
    offered = few(first, "401005_dictionary")
    apply(ckan.site(), offered)
    package = ckan.act("package_show", id=offered.fixed_name)
    resource = next(r for r in package["resources"] if r["name"].endswith("observations.csv"))
    rows = ckan.act("datastore_search", resource_id=resource["id"], limit=1000)
    assert rows["total"] == len(datastore.records(offered.files[0])) and {row["area_code"] for row in rows["records"]} == {"401005"}
    assert {view["view_type"] for view in ckan.act("resource_view_list", id=resource["id"])} >= {"datatables_view"}

    # As XLoader reloads: the table goes, and comes again with the types that the dictionary overrides.
    fields = ckan.act("datastore_info", id=resource["id"])["fields"]
    again = [{"id": field["id"], "type": field["info"]["type_override"], "info": field["info"]} for field in fields]
    ckan.act("datastore_delete", resource_id=resource["id"], force=True)
    record = {"area_code": "010006", "standard_area_code": "01000", "value": "30.4"}
    ckan.act("datastore_create", resource_id=resource["id"], force=True, fields=again, records=[record])
    (row,) = ckan.act("datastore_search", resource_id=resource["id"])["records"]
    assert (row["area_code"], row["standard_area_code"], row["value"]) == ("010006", "01000", 30.4)
    labels = {field["id"]: field["info"]["label"] for field in ckan.act("datastore_info", id=resource["id"])["fields"]}
    assert labels["area_code"] == "全国地方公共団体コード"

    assert [step.kind for step in plan(ckan.site(), offered).changes] == ["dictionary"]
    assert apply(ckan.site(), offered) and not plan(ckan.site(), offered).changes


def test_a_file_too_large_leaves_what_readers_see(ckan: Ckan, first: Offer, second: Offer) -> None:
    offered = few(first, "401005_large")
    apply(ckan.site(), offered)
    content = b"x" * (11 << 20)
    big = File("big.csv", content, len(content), hashlib.sha256(content).hexdigest(), Words("大", "big"))
    later = few(second, offered.name)
    with pytest.raises(ShinchokuError, match=r"big\.csv.*11\.0 MB.*ckan\.max_resource_size") as caught:
        apply(ckan.site(), replace(later, files=(*later.files, big)))
    message(caught.value)
    assert ckan.seen(offered.name) == hashes(offered)


def test_a_wrong_token_is_told(ckan: Ckan, first: Offer) -> None:
    with pytest.raises(ShinchokuError, match="does not know the token") as caught:
        plan(ckan.site("not-a-token-of-this-site"), first)
    assert "not-a-token" not in message(caught.value)


@pytest.mark.parametrize("private", [True, False])
def test_a_name_of_another_organisation_is_told(ckan: Ckan, first: Offer, private: bool) -> None:
    offered = few(first, f"401005_taken_{private}".lower())
    ckan.act("package_create", name=offered.name, owner_org="other", private=private)
    with pytest.raises(ShinchokuError, match="taken by another organisation") as caught:
        apply(ckan.site(), offered)
    message(caught.value)
    assert ckan.act("package_show", id=offered.name)["resources"] == []


def test_a_user_without_rights_is_told(ckan: Ckan, first: Offer) -> None:
    ckan.act("user_create", name="reader", email="reader@example.invalid", password="loopback-only-3")
    token = ckan.act("api_token_create", user="reader", name="t")["token"]
    with pytest.raises(ShinchokuError, match="may not publish for the organisation 'city'") as caught:
        plan(ckan.site(token), first)
    assert token not in message(caught.value)


def test_metadata_that_the_site_refuses_is_told(ckan: Ckan, first: Offer) -> None:
    offered = few(first, "401005_" + "x" * 80)
    with pytest.raises(ShinchokuError, match="CKAN refuses the metadata: name:") as caught:
        apply(ckan.site(), offered)
    message(caught.value)
    assert ckan.seen(offered.name) is None


def test_a_server_that_is_down_is_told(ckan: Ckan, first: Offer, tmp_path: Path) -> None:
    settings = Settings.find(f"http://127.0.0.1:{servers.ports(50) + 50}", ckan.editor, "city")
    assert settings is not None
    with pytest.raises(ShinchokuError, match="does not answer") as caught:
        plan(Site(settings), first)
    message(caught.value)
