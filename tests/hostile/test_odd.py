"""Files that broke other readers, where they are at hand; what is asked of them is asked here of files that are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile import bombs
from tests.hostile.odd import ODD, ending


@pytest.mark.parametrize(("content", "code", "figures"), [(bombs.harmless(), 0, 1), (bombs.page_tree_that_holds_itself(), 2, 0), (b"", 2, 0), (b"%PDF-1.7", 2, 0)])
def test_a_file_ends_with_a_table_or_one_error(content: bytes, code: int, figures: int, tmp_path: Path) -> None:
    file = tmp_path / "-odd (1).pdf"
    file.write_bytes(content)
    end = ending(file)
    assert (end.code, end.figures, end.wrong) == (code, figures, "")


@pytest.mark.slow
@pytest.mark.skipif(not ODD.is_dir(), reason="the corpus lies beside the repository, and its files may not be given on")
@pytest.mark.parametrize("file", sorted(ODD.rglob("*.pdf")), ids=lambda file: file.name)
def test_an_odd_file_ends_well(file: Path) -> None:
    assert ending(file).wrong == ""
