"""Every command that the pages tell a reader to type: it is run as it stands, here or by the test that is named for its page."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
import yaml

from pipelines.cli import main
from pipelines.home import Home
from tests.conftest import REPORT
from tests.docs.markdown import ROOT, blocks, english, name

TYPED = ("sh", "console")
RUN_HERE = ("README.md", "docs/tutorial.md", "docs/new-city.md", "docs/wrong-number.md", "docs/new-unit.md", "docs/reading-a-page.md", "docs/storage.md",
            "docs/publish-to-ckan.md")
NOT_RUN = {"CONTRIBUTING.md": "names make's targets, which .ci/run calls; pre-commit is a reader's own choice"}
PAGES = [page for page in english() if blocks(page, *TYPED)]
slow = [pytest.mark.slow, pytest.mark.xdist_group("run")]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_somebody_runs_the_blocks_of_a_page(page: Path) -> None:
    if name(page) in RUN_HERE or name(page) in NOT_RUN:
        return
    readers = [test for test in (ROOT / "tests").rglob("test_*.py") if f'"{page.name}"' in test.read_text(encoding="utf-8")]
    assert readers, f"{name(page)} has commands, and no test names it: run its blocks in a test, or here"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_line_names_a_command_its_options_and_targets_that_there_are(page: Path) -> None:
    for block in blocks(page, *TYPED):
        for line in re.sub(r"<<'(\w+)'\n.*?^\1$", "", block, flags=re.M | re.S).splitlines():
            for part in re.split(r"\s[|]\s|&&", line):
                words = shlex.split(part, comments=True)
                if words and Path(words[0]).name == "shinchoku" and len(words) > 1:
                    _parsed(words[1:], line)
                elif words and words[0] == "make":
                    subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, check=True, capture_output=True)


def _parsed(words: list[str], line: str) -> None:
    command = main.get_command(click.Context(main), words[0])
    assert command is not None, f"there is no command {words[0]}: {line}"
    context = click.Context(command, info_name=words[0], resilient_parsing=True)
    command.make_parser(context).parse_args(list(words[1:]))  # raises on an option that there is not


class Shell:
    """A reader's shell: in a folder of its own, with the environment that `make setup` would have made.

    ``make`` only says what it would do, and ``pip`` only looks whether there is such an extra; the rest is done.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.binaries = folder / ".venv" / "bin"
        self.binaries.mkdir(parents=True)
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
        for script, text in {
            "activate": f'PATH="{self.binaries}:$PATH"\n',
            "shinchoku": f'#!/bin/sh\nexec "{sys.executable}" -m pipelines.cli "$@"\n',
            "python": f'#!/bin/sh\nexec "{sys.executable}" "$@"\n',
            "pip": '#!/bin/sh\nfor last; do :; done\ncase "$last" in ' + " | ".join(f"'.[{extra}]'" for extra in extras) + ") ;; *) exit 2;; esac\n",
        }.items():
            (self.binaries / script).write_text(text)
            (self.binaries / script).chmod(0o755)
        report = folder / REPORT.relative_to(ROOT)
        report.parent.mkdir(parents=True)
        report.symlink_to(REPORT)
        (folder / "report.pdf").symlink_to(REPORT)
        known = {key: value for key, value in os.environ.items() if not key.startswith("SHINCHOKU_")}
        self.environment = known | {"PYTHONPATH": str(ROOT)}

    def type(self, page: str, active: bool = True, **replaced: str) -> str:
        """What a page's blocks print, typed one after another into one shell, each line of which must succeed."""
        script = "\n".join(blocks(ROOT / page, "sh"))
        for old, new in replaced.items():
            assert old in script
            script = script.replace(old, new)
        script = re.sub(r"^make\b", f'make -n -C "{ROOT}"', script, flags=re.M)
        script = re.sub(r"^(.+?)\s+# ends with 1.*$", r"\1 && exit 99 || [ $? = 1 ]", script, flags=re.M)
        start = ". .venv/bin/activate\n" if active else ""
        done = subprocess.run(["sh", "-e", "-c", start + script], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
        return done.stdout


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


class TestTutorial:
    pytestmark = slow

    def test_it_leads_from_a_clone_to_two_published_series(self, shell: Shell) -> None:
        said = shell.type("docs/tutorial.md", active=False)
        assert "すべて記録どおりです" in said and "41.5,41.5,%" in said
        assert not (shell.folder / "try").exists() and not (shell.folder / "city.pdf").exists(), "the last line clears up"


class TestHowTos:
    pytestmark = slow

    def test_a_new_city_is_published_under_the_names_that_a_person_gave(self, shell: Shell) -> None:
        assert "すべて記録どおりです" in shell.type("docs/new-city.md")
        (file,) = (shell.folder / "try" / "home" / "exports" / "latest").glob("999997*_observations.csv")
        assert "waiting_minutes" in file.read_text(encoding="utf-8-sig")
        assert "Average wait at the counter" in (shell.folder / "try" / "series" / "kakuu_plan" / "indicators.yaml").read_text(encoding="utf-8")

    def test_a_wrong_number_is_corrected_in_public_with_an_erratum(self, shell: Shell) -> None:
        said = shell.type("docs/wrong-number.md")
        assert "kitakyushu_dx-R6-p05-002" in said and "354 sections of an office (354 課)" in said
        errata = yaml.safe_load((shell.folder / "try" / "series" / "kitakyushu_dx" / "editions" / "R6" / "errata.yaml").read_text(encoding="utf-8"))
        (erratum,) = errata["errata"]
        assert erratum["indicator"] == "workload_survey_sections" and erratum["after"].startswith("345")

    def test_a_unit_that_is_not_known_is_kept_and_named(self, shell: Shell) -> None:
        shell.environment["PYTEST_ADDOPTS"] = "--collect-only"
        said = shell.type("docs/new-unit.md", **{"tests/notation": f'"{ROOT / "tests" / "notation"}"'})
        (figure,) = json.loads(said.splitlines()[0])["figures"]
        assert (figure["unit"], figure["note"]) == ("鉢", "unknown unit 鉢, kept as printed") and figure["note"] in "".join(blocks(ROOT / "docs/new-unit.md", "console"))

    def test_one_page_is_explained_and_one_text_is_read(self, shell: Shell) -> None:
        (figure, base) = json.loads(shell.type("docs/reading-a-page.md", active=False).splitlines()[-1])["figures"]
        assert (figure["value"], figure["measure"], base["value"], base["measure"]) == ("30000", "change", "270000", "level")
        assert "<html" in (shell.folder / "page.html").read_text(encoding="utf-8")

    def test_an_address_as_the_page_names_one_is_published_to(self, shell: Shell) -> None:
        """The address is memory's; what S3 promises is tested in tests/pipelines/test_store.py."""
        shell.environment["SHINCHOKU_CACHE"] = str(shell.folder / "cache")
        shell.type("docs/storage.md", active=False, **{"s3://bucket/folder": "memory://bucket/folder"})
        (working_copy,) = (shell.folder / "cache").iterdir()
        assert [*(working_copy / "exports" / "latest").iterdir()]

    def test_a_catalogue_is_planned_for_and_published_to(self, shell: Shell) -> None:
        from tests.catalogue.conftest import ORIGINAL, made, made_up
        from tests.catalogue.double import ORGANIZATION, TOKEN, Double

        made(shell.folder / "data", made_up.edition(**ORIGINAL))
        with Double() as double:
            said = shell.type("docs/publish-to-ckan.md", active=False, **{"https://catalogue.example": double.url, "=city ": f"={ORGANIZATION} ", "=...": f"={TOKEN}"})
            assert double.writes and "401005_kitaq_dx" in said


class TestReadme:
    pytestmark = slow

    def test_its_lines_run(self, shell: Shell, published: Home) -> None:
        (shell.folder / "data").symlink_to(published.root)
        said = shell.type("README.md", active=False)
        assert "summary_ja" in said and '"value": "30000"' in said
        assert (shell.folder / "figures.parquet").is_file()


def test_a_unit_as_the_page_writes_it_is_one_of_the_code_list(tmp_path: Path) -> None:
    from sources.notation.units import UnitEntry
    from tests.notation.casefile import cases

    (line,) = blocks(ROOT / "docs/new-unit.md", "yaml")
    (entry,) = (UnitEntry(**row) for row in yaml.safe_load(line))
    (case,) = blocks(ROOT / "docs/new-unit.md", "text")
    (tmp_path / "cases.txt").write_text(case, encoding="utf-8")
    ((figure,),) = (each.figures for each in cases(tmp_path / "cases.txt"))
    assert entry.kind == "count" and figure["unit"] == entry.ja


def test_an_indicator_as_the_page_writes_it_is_one() -> None:
    from sources.registry import IndicatorsFile

    (text,) = blocks(ROOT / "docs/new-city.md", "yaml")
    (indicator,) = IndicatorsFile.model_validate(yaml.safe_load(text)).indicators
    assert indicator.direction == "down" and indicator.target is not None
