"""Data folders with an accepted edition that is the publisher's own, before and after a second edition."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.home import Home
from sources.errors import ShinchokuError
from warehouse.build import build_warehouse
from warehouse.catalogue import Offer, offer
from warehouse.exports import write_exports

sys.path.append(str(Path(__file__).parents[1] / "warehouse"))
import made_up  # noqa: E402

ORIGINAL = {"origin": "original", "origin_note_ja": None, "origin_note_en": None}
SERIES = "kitakyushu_dx"
NAME = "401005_kitaq_dx"


def made(root: Path, *editions: dict[str, Any], series: list[dict[str, Any]] | None = None) -> Home:
    """A data folder with these editions as a run leaves it."""
    home = Home.find(root)
    staged, indicators = [], {}
    for edition in editions:
        figures, observations, found = made_up.rows(edition["edition_id"])
        indicators |= {(edition["series_id"], row["indicator_id"]): row | {"series_id": edition["series_id"]} for row in found}
        staged.append(made_up.stage(home.accepted(edition["edition_id"]), figures, observations))
    home.warehouse.parent.mkdir(parents=True)
    build_warehouse(staged, made_up.code_lists(indicators.values(), list(editions), series), home.warehouse)
    write_exports(home.warehouse, None, home.exports)
    return home


def offered(home: Home, series: str = SERIES) -> Offer:
    return offer(home.warehouse, home.exports / "latest", series)


def message(error: ShinchokuError) -> str:
    """Both languages of a message, after a look at whether both are there."""
    assert error.en.isascii() or any(ord(character) > 127 for character in error.ja)
    assert error.en and error.ja and error.en != error.ja
    return str(error)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return made(tmp_path_factory.mktemp("original") / "home", made_up.edition(**ORIGINAL))


@pytest.fixture(scope="session")
def later(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same a year later."""
    return made(
        tmp_path_factory.mktemp("later") / "home",
        made_up.edition(**ORIGINAL),
        made_up.edition("kitakyushu_dx-R7", 2025, **ORIGINAL, title_ja="令和7年度進捗状況", title_en="Progress in fiscal 2025"),
    )


@pytest.fixture(scope="session")
def first(home: Home) -> Offer:
    return offered(home)


@pytest.fixture(scope="session")
def second(later: Home) -> Offer:
    return offered(later)
