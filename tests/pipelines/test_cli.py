"""What a person meets at the command line: bad files, options, output by its ending, and how long it takes to answer."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli import main

ENCRYPTED = b"""%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>> endobj
4 0 obj <</Filter/Standard/V 1/R 2/P -4/O<""" + b"4f" * 32 + b">/U<" + b"55" * 32 + b""">>> endobj
trailer <</Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]/Size 5>>
"""


def bad_files(folder: Path, report: Path) -> dict[str, Path]:
    whole = report.read_bytes()
    contents = {"empty": b"", "truncated": whole[: len(whole) // 3], "encrypted": ENCRYPTED, "text": "進捗報告\n".encode() * 50}
    for name, content in contents.items():
        (folder / f"{name}.pdf").write_bytes(content)
    return {"missing": folder / "missing.pdf", **{name: folder / f"{name}.pdf" for name in contents}}


@pytest.mark.parametrize("kind", ["missing", "empty", "truncated", "encrypted", "text"])
def test_a_file_that_cannot_be_read_ends_with_2_and_one_message_in_both_languages(kind: str, tmp_path: Path, report: Path) -> None:
    path = bad_files(tmp_path, report)[kind]
    result = CliRunner().invoke(main, ["extract", str(path)])
    assert result.exit_code == 2
    assert result.stdout == ""
    english, japanese = result.stderr.strip().splitlines()
    assert path.name in english and path.name in japanese
    assert english.isascii() and not japanese.isascii()


def test_extract_writes_what_its_ending_says(tmp_path: Path, report: Path) -> None:
    out = tmp_path / "figures.json"
    assert CliRunner().invoke(main, ["extract", str(report), "--pages", "2", "--fiscal-year", "2024", "-o", str(out)]).exit_code == 0
    assert {row["page"] for row in json.loads(out.read_text())} == {2}


def test_extract_of_several_files_reads_the_good_ones_and_says_which_is_bad(tmp_path: Path, report: Path) -> None:
    folder = tmp_path / "out"
    args = ["extract", str(report), str(tmp_path / "missing.pdf"), "--pages", "2", "--jobs", "2", "-o", str(folder)]
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 2
    assert "missing.pdf" in result.stderr
    assert [path.name for path in folder.iterdir()] == ["report.csv"]


@pytest.mark.parametrize(
    "args",
    [
        ["extract", "a.pdf", "--pages", "7-6"],
        ["extract", "a.pdf", "--pages", "0"],
        ["extract", "a.pdf", "--pages", "six"],
        ["extract", "a.pdf", "-o", "out.xlsx"],
        ["extract", "a.pdf", "b.pdf"],
        ["extract", "x/a.pdf", "y/a.pdf", "-o", "out"],
        ["extract", "a.pdf", "--fiscal-year", "6"],
        ["extract"],
        ["nothing"],
    ],
)
def test_a_wrong_option_ends_with_2_before_anything_is_read(args: list[str]) -> None:
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 2
    assert "Error" in result.stderr


def test_read_gives_one_json_line_for_each_line() -> None:
    result = CliRunner().invoke(main, ["read", "--fiscal-year", "2024"], input="前年度比+3万枚\n\n数字なし\n")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["text"] for row in rows] == ["前年度比+3万枚", "", "数字なし"]
    assert [len(row["figures"]) for row in rows] == [1, 0, 0]
    assert rows[0]["figures"][0]["base_start"] == "2023-04-01"


def test_ledger_names_every_number_word(report: Path) -> None:
    result = CliRunner().invoke(main, ["ledger", str(report), "--pages", "2"])
    assert result.exit_code == 0
    assert result.stdout.startswith("page,text,kind,reason,x0,")
    assert ",figure," in result.stdout


def test_small_commands_do_not_wait_for_dagster_or_great_expectations() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from pipelines.cli import main; "
        "CliRunner().invoke(main, ['read'], input='3件'); "
        "print([m for m in ('dagster', 'great_expectations', 'pandas', 'duckdb', 'pdfplumber') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("words", [["frobnicate"], ["withdraw", "R6"], ["extract"], ["ui", "--port", "99999"]])
def test_what_cannot_be_typed_so_is_refused_in_both_languages(words: list[str]) -> None:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert "Error: " in result.stderr and result.stderr.splitlines()[-1].endswith("--help で使い方を確かめてください。")


def test_what_is_said_in_both_languages_already_is_not_said_again() -> None:
    assert "指定が正しくありません" not in CliRunner().invoke(main, ["extract", "--pages", "7-6", "x.pdf"]).stderr
