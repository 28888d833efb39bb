"""Plan and apply against a double of CKAN: what is sent, that twice is once, and every way in which a site can refuse."""

from __future__ import annotations

import copy
import hashlib
import itertools
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner

from pipelines.cli import main
from pipelines.home import Home
from sources.errors import ShinchokuError
from warehouse.catalogue import Offer, Settings, Site, apply, plan

from .conftest import NAME, message
from .double import ORGANIZATION, TOKEN, Double, RefusalError

pytestmark = pytest.mark.xdist_group("catalogue")  # so that the releases are made once


@pytest.fixture
def ckan() -> Iterator[Double]:
    with Double() as double:
        yield double


def site(ckan: Double, token: str = TOKEN, organization: str = ORGANIZATION) -> Site:
    settings = Settings.find(ckan.url, token, organization)
    assert settings is not None
    return Site(settings)


def refuse(status: int, kind: str, **fields: Any) -> Any:
    def fault(data: dict[str, Any]) -> None:
        raise RefusalError(status, kind, **fields)

    return fault


def hashes(package: dict[str, Any]) -> dict[str, str]:
    return {resource["name"]: resource["hash"] for resource in package["resources"]}


def test_a_plan_writes_nothing_and_names_every_step(ckan: Double, first: Offer) -> None:
    planned = plan(site(ckan), first)
    assert ckan.writes == [] and ckan.calls[:2] == ["status_show", "organization_list_for_user"]
    assert {step.action for step in planned.steps} == {"create", "update"} and planned.license_id == "cc-by"
    kinds = {kind: sum(step.kind == kind for step in planned.steps) for kind in ("dataset", "resource", "dictionary", "visibility")}
    assert kinds == {"dataset": 2, "resource": 2 * len(first.files), "dictionary": 12, "visibility": 2}
    assert json.loads(json.dumps(planned.as_json()))["counts"]["create"] == len(planned.steps) - 2
    assert any(line.endswith(f"{NAME}_observations.csv") for line in planned.lines())


def test_what_is_applied_is_whole_and_public_and_twice_changes_nothing(ckan: Double, first: Offer) -> None:
    assert apply(site(ckan), first)
    newest, fixed = ckan.found(NAME), ckan.found(first.fixed_name)
    wanted = {file.path: file.hash for file in first.files}
    assert not newest["private"] and not fixed["private"]
    assert hashes(newest) == hashes(fixed) == wanted
    assert [r["url"] for r in newest["resources"]] == [r["url"] for r in fixed["resources"]]
    assert ckan.calls.index("package_revise") > max(i for i, call in enumerate(ckan.calls) if call == "download")
    before = (len(ckan.writes), json.dumps(ckan.packages))
    assert not apply(site(ckan), first) and not plan(site(ckan), first).changes
    assert (len(ckan.writes), json.dumps(ckan.packages)) == before


def test_an_update_keeps_ids_and_what_people_added_and_leaves_the_old_release(ckan: Double, first: Offer, second: Offer) -> None:
    apply(site(ckan), first)
    package = ckan.found(NAME)
    package["tags"].append({"name": "市長"})
    package["extras"].append({"key": "担当課", "value": "DX推進課"})
    package["resources"].append({"id": "theirs", "name": "説明資料.pdf", "url": "https://example.com/a.pdf", "hash": ""})
    ids = {resource["name"]: resource["id"] for resource in package["resources"]}
    old = json.dumps(ckan.found(first.fixed_name))
    planned = plan(site(ckan), second)
    changes = {step.name: step.fields for step in planned.changes if step.dataset == NAME and step.kind == "resource"}
    assert {"size", "hash", "url"} <= set(changes[f"{NAME}_observations.csv"]) and "説明資料.pdf" not in changes
    apply(site(ckan), second)
    package = ckan.found(NAME)
    assert {resource["name"]: resource["id"] for resource in package["resources"]} == ids
    assert {"name": "市長"} in package["tags"] and {"key": "担当課", "value": "DX推進課"} in package["extras"]
    assert package["version"] == second.version and json.dumps(ckan.found(first.fixed_name)) == old
    assert not plan(site(ckan), second).changes


def test_a_file_that_a_release_no_longer_has_leaves_the_list(ckan: Double, first: Offer) -> None:
    apply(site(ckan), first)
    smaller = replace(first, files=first.files[1:], version="2025-03-31-smaller")
    assert [s.name for s in plan(site(ckan), smaller).changes if s.action == "remove"] == [first.files[0].path]
    apply(site(ckan), smaller)
    assert first.files[0].path not in hashes(ckan.found(NAME)) and first.files[0].path in hashes(ckan.found(first.fixed_name))


@pytest.mark.parametrize("loader", ["xloader", "datapusher"])
def test_a_loader_finds_the_data_dictionary_before_the_bytes(ckan: Double, first: Offer, loader: str) -> None:
    ckan.extensions.append(loader)
    seen: list[bool] = []
    ckan.faults["resource_patch"] = lambda data: seen.append(data["id"] in ckan.tables) if data["name"].endswith("s.csv") else None
    apply(site(ckan), first)
    tables = [file.path for file in first.files if file.table]
    for dataset in (NAME, first.fixed_name):
        held = {resource["name"]: resource["id"] for resource in ckan.found(dataset)["resources"]}
        assert all(ckan.tables[held[path]]["records"] == [] for path in tables)  # the rows are the loader's
    assert all(seen)
    # The loader writes its own sum over ours: not a change.
    for package in ckan.packages.values():
        for resource in package["resources"]:
            resource["hash"] = "0123456789abcdef"
    assert not plan(site(ckan), first).changes and not apply(site(ckan), first)
    # A table that came after the dataset was public has been loaded before its dictionary: it is loaded again.
    held = {resource["name"]: resource["id"] for resource in ckan.found(NAME)["resources"]}
    del ckan.tables[held[tables[0]]]
    apply(site(ckan), first)
    assert ckan.calls.count(f"{loader}_submit") == 1


def test_without_datastore_files_go_and_tables_do_not(ckan: Double, first: Offer) -> None:
    ckan.extensions = []
    assert not any(step.kind == "dictionary" for step in plan(site(ckan), first).steps)
    assert apply(site(ckan), first) and not ckan.tables


def test_a_table_that_was_left_half_filled_is_made_anew(ckan: Double, first: Offer) -> None:
    apply(site(ckan), first)
    held = {resource["name"]: resource["id"] for resource in ckan.found(first.fixed_name)["resources"]}
    table = ckan.tables[held[first.files[0].path]]
    wanted = list(table["records"])
    del table["records"][1:]
    assert [step.fields for step in plan(site(ckan), first).changes] == [("rows",)]
    apply(site(ckan), first)
    assert ckan.tables[held[first.files[0].path]]["records"] == wanted


@pytest.mark.parametrize("public_before", [True, False])
def test_an_interruption_after_any_write_is_repaired_and_never_seen(
    ckan: Double, first: Offer, second: Offer, public_before: bool
) -> None:
    old_offer, new_offer = (replace(o, files=(o.files[0], *o.files[-2:])) for o in (first, second))
    old, new = ({file.path: file.hash for file in o.files} for o in (old_offer, new_offer))
    if public_before:
        apply(site(ckan), old_offer)
    start = copy.deepcopy((ckan.packages, ckan.bytes, ckan.tables, ckan.views))
    for after in itertools.count(1):
        ckan.packages, ckan.bytes, ckan.tables, ckan.views = copy.deepcopy(start)
        shop, left = site(ckan), after

        def cut(action: str, data: dict[str, Any], upload: tuple[str, bytes] | None = None, plain: Any = shop._call) -> Any:
            nonlocal left
            result = plain(action, data, upload)
            left -= not action.endswith(("_show", "_list", "_info", "_for_user"))
            if not left:
                raise KeyboardInterrupt  # not an Exception: nothing may catch and mend it
            return result

        shop._call = cut  # type: ignore[method-assign]
        try:
            apply(shop, new_offer)
            break
        except KeyboardInterrupt:
            pass
        public = [package for package in ckan.packages.values() if not package["private"]]
        assert [hashes(package) for package in public if package["name"] == NAME] in ([[old], [new]] if public_before else [[], [new]])
        for resource in (resource for package in public for resource in package["resources"]):
            content = ckan.bytes[str(resource["url"]).split("/")[6]]
            assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        apply(site(ckan), new_offer)
        assert hashes(ckan.found(NAME)) == hashes(ckan.found(new_offer.fixed_name)) == new
        assert not plan(site(ckan), new_offer).changes
    assert after > 12


REFUSALS = {
    "too large": ("resource_patch", refuse(409, "Validation Error", upload=["File upload too large"]), "ckan.max_resource_size"),
    "form": ("package_create", refuse(409, "Validation Error", maintainer_email=["Missing value"]), "maintainer_email.*Missing value"),
    "not allowed": ("package_create", refuse(403, "Authorization Error", message=f"not {TOKEN}"), "may not do this"),
    "meanwhile": ("package_revise", refuse(409, "Validation Error", match=["metadata_modified"]), "at the same moment"),
    "name": ("package_create", refuse(409, "Validation Error", name=["That URL is already in use."]), "taken by another organisation"),
    "search": ("package_create", refuse(409, "Search Index Error", message=f"Solr {TOKEN}"), "not the answer of a working CKAN"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_says_what_to_do_and_is_repaired_by_the_next_run(
    case: str, ckan: Double, first: Offer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    action, fault, said = REFUSALS[case]
    ckan.faults[action] = fault
    with pytest.raises(ShinchokuError, match=said) as caught:
        apply(site(ckan), first)
    assert ckan.url in message(caught.value) and caught.value.__cause__ is None and caught.value.__suppress_context__
    assert TOKEN not in str(caught.value) + caplog.text + json.dumps(ckan.packages)
    assert all(package["private"] or package["name"] == first.fixed_name for package in ckan.packages.values())
    ckan.faults.clear()
    assert apply(site(ckan), first) and not plan(site(ckan), first).changes


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, b"<html>WordPress</html>"), "not the answer of a working CKAN"),
        ((502, b"<html>Bad gateway secret-token-never-shown</html>"), "not the answer of a working CKAN"),
        ((413, b"<html>Request Entity Too Large</html>"), "body size limit"),
    ],
)
def test_an_answer_that_is_not_ckans_is_explained(ckan: Double, first: Offer, answer: tuple[int, bytes], said: str) -> None:
    ckan.raw = answer
    with pytest.raises(ShinchokuError, match=said) as caught:
        plan(site(ckan), first)
    assert TOKEN not in message(caught.value)


def test_bytes_that_come_back_changed_are_not_made_public(ckan: Double, first: Offer) -> None:
    ckan.tampers = True
    with pytest.raises(ShinchokuError, match="not what was sent") as caught:
        apply(site(ckan), first)
    message(caught.value)
    assert all(package["private"] for package in ckan.packages.values())
    assert not any(resource.get("hash") for package in ckan.packages.values() for resource in package["resources"])
    ckan.tampers = False
    assert apply(site(ckan), first) and hashes(ckan.found(NAME)) == {file.path: file.hash for file in first.files}


def test_a_wrong_token_is_told_from_a_user_without_rights(ckan: Double, first: Offer) -> None:
    with pytest.raises(ShinchokuError, match="does not know the token") as caught:
        plan(site(ckan, token="expired-or-mistyped"), first)
    assert "expired-or-mistyped" not in message(caught.value)
    with pytest.raises(ShinchokuError, match="may not publish for the organisation 'elsewhere'") as caught:
        plan(site(ckan, organization="elsewhere"), first)
    message(caught.value)


@pytest.mark.parametrize("private", [True, False])
def test_a_name_that_another_organisation_has_is_not_touched(ckan: Double, first: Offer, private: bool) -> None:
    ckan.packages["x"] = {"id": "x", "name": NAME, "owner_org": "other", "private": private, "resources": [], "metadata_modified": ""}
    for do in (plan, apply):
        with pytest.raises(ShinchokuError, match=f"{NAME} is taken by another organisation") as caught:
            do(site(ckan), first)
        message(caught.value)
    assert ckan.found(NAME)["resources"] == []


def test_a_licence_is_found_under_the_sites_own_name_or_missed_by_name(ckan: Double, first: Offer) -> None:
    for licenses, expected in (
        ([{"id": "cc-by", "url": ""}, {"id": "CC-BY-4.0", "url": ""}], "CC-BY-4.0"),
        ([{"id": "hyoji-4", "url": "http://creativecommons.org/licenses/by/4.0/deed.ja"}], "hyoji-4"),
    ):
        ckan.licenses = licenses
        assert plan(site(ckan), first).license_id == expected
    ckan.licenses = [{"id": "notspecified", "url": ""}]
    with pytest.raises(ShinchokuError, match="no licence CC-BY-4.0.*notspecified") as caught:
        plan(site(ckan), first)
    message(caught.value)


def test_a_site_that_is_too_old_is_told(ckan: Double, first: Offer) -> None:
    ckan.version = "2.8.4"
    with pytest.raises(ShinchokuError, match="2.8.4.*2.9") as caught:
        plan(site(ckan), first)
    message(caught.value)


def test_a_server_that_is_down_is_told(first: Offer) -> None:
    with Double() as gone:
        pass
    with pytest.raises(ShinchokuError, match="does not answer") as caught:
        plan(site(gone), first)
    assert "前回の公開内容" in message(caught.value)


@pytest.mark.parametrize(
    ("url", "token", "organization", "said"),
    [
        ("https://ckan.example", "", "city", "SHINCHOKU_CKAN_TOKEN is not set"),
        ("https://ckan.example", "a token", "city", "characters that no token has"),
        ("https://ckan.example", TOKEN, "", "SHINCHOKU_CKAN_ORGANIZATION is not set"),
        ("http://ckan.example", TOKEN, "city", "Use https"),
        ("http://127.0.0.1.ckan.example", TOKEN, "city", "Use https"),
        ("ckan.example", TOKEN, "city", "not the address"),
        (f"https://user:{TOKEN}@ckan.example", TOKEN, "city", "not the address"),
    ],
)
def test_settings_that_cannot_be_used_are_named(url: str, token: str, organization: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("URL", url), ("TOKEN", token), ("ORGANIZATION", organization)):
        monkeypatch.setenv(f"SHINCHOKU_CKAN_{name}", value)
    with pytest.raises(ShinchokuError, match=said) as caught:
        Settings.find()
    assert not token or token not in message(caught.value)


def test_plain_http_is_for_this_machine_only_and_settings_do_not_show_the_token() -> None:
    for host in ("127.0.0.1:5000", "localhost:5000", "[::1]:5000"):
        settings = Settings.find(f"http://{host}/", TOKEN, "city")
        assert settings is not None and settings.url == f"http://{host}" and TOKEN not in repr(settings)


def test_the_command_plans_applies_and_shows_no_token(ckan: Double, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHINCHOKU_HOME", str(home.root))
    for name, value in (("URL", ckan.url), ("TOKEN", TOKEN), ("ORGANIZATION", ORGANIZATION)):
        monkeypatch.setenv(f"SHINCHOKU_CKAN_{name}", value)
    planned = CliRunner().invoke(main, ["publish"])
    assert planned.exit_code == 0 and "--apply" in planned.stdout and ckan.writes == []
    applied = CliRunner().invoke(main, ["publish", "--apply", "--series", "kitakyushu_dx"])
    assert applied.exit_code == 0 and not ckan.found(NAME)["private"]
    again = CliRunner().invoke(main, ["publish", "--json"])
    (record,) = json.loads(again.stdout)
    assert record["plan"]["counts"] == {"create": 0, "update": 0, "remove": 0, "unchanged": len(record["plan"]["steps"])}
    assert TOKEN not in planned.output + applied.output + again.output
    monkeypatch.setenv("SHINCHOKU_CKAN_TOKEN", "wrong-token")
    wrong = CliRunner().invoke(main, ["publish"])
    assert wrong.exit_code == 2 and "トークン" in wrong.stderr and "wrong-token" not in wrong.output
