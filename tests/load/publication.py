"""What the single writer costs as editions grow: one town is read, its tables are copied for the others, all are published, and then one edition more.
``python -m tests.load.publication --towns 20 200 1741``."""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines import run as runner
from pipelines.home import MADE, Home
from sources import whole
from sources.registry import Series, load
from tests.load.country import told
from tests.load.soak import resident, soak
from tests.load.towns import towns

STAGES = ("results_page", "warehouse", "exports", "site")


def copied(home: Home, model: Series, town: Series, names: Collection[str]) -> None:
    """The staged and accepted tables of editions of one town as another's: its id and codes in the place of the first one's."""
    words = {model.id: town.id, model.meta.area_code: town.meta.area_code, model.meta.standard_area_code: town.meta.standard_area_code}
    words |= {edition.sha256: town.editions[name].sha256 for name, edition in model.editions.items()}

    def said(text: str) -> str:
        for before, after in words.items():
            text = text.replace(before, after)
        return text

    for place in (home.staging, home.accepted, home.pages):
        for name in names:
            edition = model.editions[name]
            source, target = place(edition.edition_id), place(town.editions[name].edition_id)
            target.mkdir(parents=True)
            for file in source.iterdir():
                if file.suffix == ".parquet":
                    table = pq.read_table(file)
                    for number, column in enumerate(table.schema):
                        if pa.types.is_string(column.type):
                            values = pa.array([value and said(value) for value in table[column.name].to_pylist()], column.type)
                            table = table.set_column(number, column, values)
                    pq.write_table(table, target / file.name)
                elif file.suffix == ".json":
                    (target / file.name).write_text(said(file.read_text(encoding="utf-8")), encoding="utf-8")
                elif file.is_file():
                    shutil.copy2(file, target / file.name)
            whole.seal(target)


def spent() -> float:
    """Processor seconds of this process and of its children that have ended: what a busy machine does not change."""
    return sum(os.times()[:4])


def published(home: Home) -> Iterator[tuple[str, str]]:
    """Processor seconds and wall clock of each stage, and the most memory that this process ever had."""
    with runner.running(home) as execute:
        for stage in STAGES:
            began, clock = spent(), time.monotonic()
            failures = execute("publish", assets=[stage])
            assert not failures, failures
            yield stage, f"{spent() - began:.1f} s ({time.monotonic() - clock:.0f} s, {most():.0f} MiB)"


def most() -> float:
    """The most memory that this process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tree(home: Home) -> dict[str, str]:
    """The sha256 of every published file."""
    return {f"{root.name}/{name}": digest for root in (home.exports / "latest", home.site) for name, digest in whole.checksums(root.resolve()).items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0], epilog="python -m tests.load.publication --towns 20 200 1741")
    parser.add_argument("--towns", type=int, nargs="+", default=[20], help="how many towns (two or more), one number or several (default 20)")
    parser.add_argument("--years", type=int, default=5, help="editions of each (default 5)")
    parser.add_argument("--series", type=Path, help="a folder that python -m tests.load.towns made of as many towns")
    parser.add_argument("--compare", action="store_true", help="make everything from nothing once more, and compare")
    chosen = parser.parse_args()
    different = 0
    for count in chosen.towns:
        with tempfile.TemporaryDirectory(prefix="publication-") as name:
            series = chosen.series or towns(Path(name, "series"), count, chosen.years)
            with told(SHINCHOKU_SERIES=str(series), SHINCHOKU_HOME=str(Path(name, "home"))):
                began, registry = spent(), load()
                reading = spent() - began
                began, registry = spent(), load()
                again, home = spent() - began, Home.find()
                model, *others = (one for one in registry if one.id.startswith("town_"))
                assert not soak([edition.edition_id for edition in model.editions.values()], home).failures
                for town in others[:-1]:
                    copied(home, model, town, model.editions)
                *early, late = model.editions
                copied(home, model, others[-1], early)
                print(f"{count * chosen.years} editions: registry {reading:.1f} s of processor, again {again:.2f} s; {resident():.0f} MiB", flush=True)
                for stage, cost in published(home):
                    print(f"  {stage}: {cost}", flush=True)
                print("one edition more:", flush=True)
                copied(home, model, others[-1], [late])
                for stage, cost in published(home):
                    print(f"  {stage}: {cost}", flush=True)
                began = spent()
                home.record()
                print(f"list of inputs {spent() - began:.2f} s; {sum(1 for _ in home.exports.resolve().glob('latest/**/*'))} published files", flush=True)
                if chosen.compare:
                    step_by_step = tree(home)
                    shutil.rmtree(home.root / MADE)
                    for stage, cost in published(home):
                        print(f"  from nothing, {stage}: {cost}", flush=True)
                    apart = {name for name, _ in step_by_step.items() ^ tree(home).items()}
                    different += len(apart)
                    print(f"{len(step_by_step)} published files, {len(apart)} of them otherwise when made from nothing", *sorted(apart)[:10], sep="\n", flush=True)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
