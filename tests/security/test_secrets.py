"""The catalogue's token is in no file, log, exception, metadata or export, whatever the site answers."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner

from pipelines.assets.catalogue import Catalogue, catalogue
from pipelines.cli import main
from pipelines.home import Home
from pipelines.resources import Storage
from tests.catalogue import double as catalogue_double
from tests.catalogue.conftest import ORIGINAL, made, made_up
from tests.catalogue.double import ORGANIZATION, Double, RefusalError
from warehouse.catalogue import site

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("catalogue")]
SENTINEL = "SENTINEL-b7e1f0c2-token"


@pytest.fixture
def ckan(monkeypatch: pytest.MonkeyPatch) -> Iterator[Double]:
    monkeypatch.setattr(catalogue_double, "TOKEN", SENTINEL)
    with Double() as found:
        for name, value in (("URL", found.url), ("TOKEN", SENTINEL), ("ORGANIZATION", ORGANIZATION)):
            monkeypatch.setenv(f"SHINCHOKU_CKAN_{name}", value)
        yield found


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return made(tmp_path_factory.mktemp("secrets") / "home", made_up.edition(**ORIGINAL))


def breaks(kind: str, ckan: Double, monkeypatch: pytest.MonkeyPatch) -> None:
    echo = f'{{"success": false, "error": {{"message": "{SENTINEL}", "__type": "Authorization Error"}}}}'.encode()
    if kind in ("401", "403", "500"):
        ckan.raw = (int(kind), echo)
    elif kind == "html":
        ckan.raw = (502, b"<html>Authorization: " + SENTINEL.encode())
    elif kind == "refused halfway":

        def refuse(data: object) -> None:
            raise RefusalError(403, "Authorization Error", message=f"Access denied: {SENTINEL}")

        ckan.faults["resource_create"] = refuse
    elif kind == "timeout":
        import time

        monkeypatch.setattr(site, "TIMEOUT", (0.5, 0.5))
        ckan.faults["status_show"] = lambda data: time.sleep(1)
    elif kind == "no server":
        monkeypatch.setenv("SHINCHOKU_CKAN_URL", "http://127.0.0.1:9")
    elif kind == "exception":

        def fail(*given: object, **named: object) -> None:
            raise RuntimeError("a fault of the program")

        monkeypatch.setattr(site.Site, "show", fail)


def files_with(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and SENTINEL.encode() in path.read_bytes()]


KINDS = ["nothing", "401", "403", "500", "html", "refused halfway", "timeout", "no server", "exception"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_and_the_asset_show_it_nowhere(
    kind: str, ckan: Double, published: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("SHINCHOKU_HOME", str(published.root))
    (tmp_path / "dagster").mkdir()
    monkeypatch.setattr(dg.RetryPolicy, "calculate_delay", lambda *_: 0)
    breaks(kind, ckan, monkeypatch)
    with caplog.at_level(logging.DEBUG):
        told = CliRunner().invoke(main, ["publish", "--apply", "--json"])
        with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance:
            done = dg.materialize(
                [catalogue], resources={"storage": Storage(root=str(published.root)), "ckan": Catalogue.from_environment()},
                run_config={"ops": {"catalogue": {"config": {"apply": True}}}}, instance=instance, raise_on_error=False,
            )  # fmt: skip
            events = [event.to_json() if hasattr(event, "to_json") else repr(event) for event in done.all_events]
    assert done.success == (kind == "nothing") and told.exit_code == (0 if kind == "nothing" else told.exit_code)
    assert kind == "nothing" or told.exit_code != 0
    raised = "".join(traceback.format_exception(told.exception)) if told.exception else ""
    said = capfd.readouterr()
    where = {
        "output": told.output, "exception": raised, "log": caplog.text, "events": json.dumps(events), "stdout": said.out, "stderr": said.err,
        "resource": repr(Catalogue.from_environment()), "settings": repr(site.Settings.find()),
    }  # fmt: skip
    assert [name for name, text in where.items() if SENTINEL in text] == []
    assert files_with(tmp_path) == [] and files_with(published.root) == []
    assert any((tmp_path / "dagster").rglob("*.db"))


def test_the_definitions_name_the_variable_and_not_its_value(ckan: Double) -> None:
    assert SENTINEL not in repr(Catalogue.from_environment().__dict__)
    for option in CliRunner().invoke(main, ["publish", "--help"]).output.split():
        assert "token" not in option.lower() or "TOKEN" in option  # a token on a command line is seen by every user of the machine
