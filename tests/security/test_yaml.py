"""YAML from outside is plain data: bombs, types, loops and control characters end in one error that names file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources import decisions, yaml_files
from sources.errors import ShinchokuError
from sources.yaml_files import read_yaml

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        (LAUGHS, 2, "alias *a"),
        ("a: &a [*a]\n", 1, "alias *a"),
        ("a: &a {x: 1}\nb:\n  <<: *a\n", 3, "alias *a"),
        ("a: 1\nb: " + "[" * 100_000, 2, "nested"),
        ("{a: " * 100_000, 1, "nested"),
        ("\n".join(" " * depth + "a:" for depth in range(2000)), 41, "nested"),
        ("a: !!python/object/apply:os.system [touch x]\n", 1, "tag"),
        ("a: !!python/name:os.system\n", 1, "tag"),
        ("!!map {a: 1}\n", 1, "tag"),
        ('a: "\\0"\n', 1, "control character"),
        ('a: 1\nb: "\\e[2J"\n', 2, "control character"),
        ("? [a, b]\n: 1\n", 1, "cannot be used"),
        ("a: 2024-13-45\n", 1, "cannot be used"),
        ("a: " + "9" * 5000, 1, "cannot be used"),
        ("<<: 1\n", 1, "cannot be used"),
    ],
)
@pytest.mark.parametrize("reader", [read_yaml, decisions.load_document])
def test_what_is_not_plain_is_refused_by_line(tmp_path: Path, text: str, line: int, cause: str, reader: object) -> None:
    file = tmp_path / "series.yaml"
    file.write_text(text, encoding="utf-8")
    if reader is decisions.load_document and cause == "cannot be used":
        return  # it keeps text as it is typed; what it writes is read again by the other before it counts
    with pytest.raises(ShinchokuError) as refused:
        reader(file)  # type: ignore[operator]
    assert str(file) + f":{line}: " in refused.value.en and cause in refused.value.en
    assert f"{file}:{line}: " in refused.value.ja
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_beyond_all_measure_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "series.yaml"
    file.write_text("a: " + "x" * 100, encoding="utf-8")
    monkeypatch.setattr(yaml_files, "MAX_BYTES", 100)
    with pytest.raises(ShinchokuError, match="larger than 100 bytes"):
        read_yaml(file)


def test_two_documents_and_broken_text_are_one_error(tmp_path: Path) -> None:
    file = tmp_path / "series.yaml"
    for content in (b"a: 1\n---\nb: 2\n", b"\xff\xfe", b"a: [", b"a: \x00", b"\t- a"):
        file.write_bytes(content)
        with pytest.raises(ShinchokuError, match="series.yaml"):
            read_yaml(file)
