"""Who reads what is public while a run replaces it is neither kept waiting nor shown anything but the old or the new state, whole."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import made_up
import pytest

from sources import whole
from warehouse.build import build_warehouse
from warehouse.exports import release

ROUNDS = 8
# Another process, as a person's own program would be: it opens, reads and closes over and over until told to stop.
WAREHOUSE = """
import json, select, sys
import duckdb
seen = []
while not select.select([sys.stdin], [], [], 0)[0]:
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        seen.append([connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("observation", "figure", "latest")])
    if len(seen) == 1:
        print(flush=True)
print(json.dumps(seen))
"""
RELEASE = """
import hashlib, json, select, sys
from pathlib import Path
seen = []
while not select.select([sys.stdin], [], [], 0)[0]:
    here = (Path(sys.argv[1]) / "latest").resolve()
    for line in (here / "SHA256SUMS").read_text().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((here / name).read_bytes()).hexdigest() == digest, name
    seen.append(here.name)
    if len(seen) == 1:
        print(flush=True)
print(json.dumps(seen))
"""


def reader(program: str, path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    process.stdout.readline()  # it has read once
    return process


def ended(process: subprocess.Popen[str]) -> list[object]:
    out, errors = process.communicate("stop\n", timeout=60)
    assert process.returncode == 0, errors
    found: list[object] = json.loads(out)
    return found


@pytest.fixture
def states(tmp_path: Path) -> list[list[Path]]:
    """The editions of the old state and of the new one."""
    return [[made_up.stage(tmp_path / f"kitakyushu_dx-R{year}", *made_up.rows(f"kitakyushu_dx-R{year}")[:2]) for year in years] for years in ((6,), (6, 7))]


def test_a_reader_of_the_warehouse_sees_the_old_or_the_new_one(tmp_path: Path, states: list[list[Path]]) -> None:
    out = tmp_path / "warehouse" / "shinchoku.duckdb"
    lists = made_up.code_lists(made_up.rows()[2], [made_up.edition(f"kitakyushu_dx-R{year}", 2018 + year) for year in (6, 7)])
    whole_states = []
    for folders in states:
        counts = build_warehouse(folders, lists, out)
        with closing(duckdb.connect(str(out), read_only=True)) as connection:
            latest = connection.execute("SELECT count(*) FROM latest").fetchall()[0][0]
        whole_states.append([counts["observation"], counts["figure"], latest])
    assert whole_states[0] != whole_states[1]
    process = reader(WAREHOUSE, out)
    with closing(duckdb.connect(str(out), read_only=True)) as kept_open:
        for number in range(ROUNDS):
            build_warehouse(states[number % 2], lists, out)
            found = kept_open.execute("SELECT count(*) FROM observation").fetchall()
            assert found == [(whole_states[1][0],)], "who has it open goes on reading what was there"
    seen = ended(process)
    assert seen and all(state in whole_states for state in seen)
    assert not list(whole.flaws(out.parent))


def test_a_reader_of_the_latest_release_sees_files_that_belong_together(tmp_path: Path) -> None:
    def publish(text: str) -> str:
        with release.draft(tmp_path) as folder:
            for name in "abc":
                (folder / f"{name}.csv").write_text(hashlib.sha256(f"{text}{name}".encode()).hexdigest())
            return release.publish(folder, tmp_path, "2025-03-31").path.name

    names = {publish("0")}
    process = reader(RELEASE, tmp_path)
    names |= {publish(str(number)) for number in range(ROUNDS)}
    seen = ended(process)
    assert seen and set(map(str, seen)) <= names
