"""The version of code changes when its text, a template in it or a library does, and with nothing else."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from sources import versions


def test_nothing_that_reads_a_page_is_left_out_of_its_version() -> None:
    """All of this project that the child process loads to read a file."""
    command = "import sys, sources.worker, sources.reading; print(*(m for m in sys.modules if m.partition('.')[0] in {packages!r}))"
    done = subprocess.run(
        [sys.executable, "-c", command.format(packages=versions.PACKAGES)], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split()) - {"sources"}
    assert "sources.figures.reader" in loaded
    assert {name for name in loaded if not any(name == part or name.startswith(part + ".") for part in versions.READING)} == set()


def test_a_changed_text_is_another_version_and_compiled_code_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    package = tmp_path / "a_package_of_this_test"
    (package / "__pycache__").mkdir(parents=True)
    module, table = package / "__init__.py", package / "table.yaml"
    module.write_text("x = 1\n")
    table.write_text("a: 1\n")

    def version() -> str:
        versions.code_version.cache_clear()
        return versions.code_version(("a_package_of_this_test",))

    first = version()
    (package / "__pycache__" / "x.pyc").write_bytes(b"1")
    assert version() == first
    module.write_text("x = 2\n")
    assert (second := version()) != first
    table.write_text("a: 2\n")
    assert version() not in (first, second)


def test_another_release_of_a_library_is_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    versions.code_version.cache_clear()
    now = versions.reading_version()
    monkeypatch.setattr(metadata, "version", lambda name: "99.0")
    versions.code_version.cache_clear()
    assert versions.reading_version() != now
    versions.code_version.cache_clear()


def test_what_is_not_there_is_an_error() -> None:
    with pytest.raises(ModuleNotFoundError):
        versions.code_version(("sources.no_such_module",))
