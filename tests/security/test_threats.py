"""SECURITY.md: every threat has its tests, every test that it names exists, and both languages name the same."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ("SECURITY.md", "SECURITY.ja.md")


def threats(name: str) -> dict[str, list[str]]:
    rows = re.findall(r"^\| (\d+) \|([^|]+)\|([^|]+)\|(.*)\|$", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    assert all(threat.strip() and done.strip() for _, threat, done, _ in rows)
    return {number: re.findall(r"`([^`]+)`", tests) for number, _, _, tests in rows}


@lru_cache
def functions_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("name", FILES)
def test_every_threat_is_held_off_by_tests_that_exist(name: str) -> None:
    found = threats(name)
    assert len(found) >= 20 and list(found) == [str(number) for number in range(1, len(found) + 1)]
    for number, tests in found.items():
        assert tests, f"threat {number} has no test"
        for test in tests:
            path, _, function = test.partition("::")
            assert function in functions_in(path), f"threat {number}: {test} is not there"


def test_both_languages_name_the_same_tests() -> None:
    one, other = (threats(name) for name in FILES)
    assert one == other
