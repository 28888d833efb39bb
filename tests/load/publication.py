"""What the single writer costs as editions grow: one town is read, its tables are copied for the others, and all are published.
``python -m tests.load.publication --towns 20 200 1741``."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines import run as runner
from pipelines.home import Home
from sources.registry import Series, load
from tests.load.country import told
from tests.load.soak import resident, soak
from tests.load.towns import towns

STAGES = ("results_page", "warehouse", "exports", "site")


def copied(home: Home, model: Series, town: Series) -> None:
    """The staged and accepted tables of one town as another's: its id and codes in the place of the first one's."""
    words = {model.id: town.id, model.meta.area_code: town.meta.area_code, model.meta.standard_area_code: town.meta.standard_area_code}
    words |= {edition.sha256: town.editions[name].sha256 for name, edition in model.editions.items()}

    def said(text: str) -> str:
        for before, after in words.items():
            text = text.replace(before, after)
        return text

    for place in (home.staging, home.accepted, home.pages):
        for name, edition in model.editions.items():
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


def spent() -> float:
    """Processor seconds of this process and of its children that have ended: what a busy machine does not change."""
    return sum(os.times()[:4])


def published(home: Home) -> Iterator[tuple[str, float]]:
    """Processor seconds of each stage."""
    with runner.running(home) as execute:
        for stage in STAGES:
            began = spent()
            failures = execute("publish", assets=[stage])
            assert not failures, failures
            yield stage, spent() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0], epilog="python -m tests.load.publication --towns 20 200 1741")
    parser.add_argument("--towns", type=int, nargs="+", default=[20], help="how many towns, one number or several (default 20)")
    parser.add_argument("--years", type=int, default=5, help="editions of each (default 5)")
    chosen = parser.parse_args()
    for count in chosen.towns:
        with tempfile.TemporaryDirectory(prefix="publication-") as name:
            series = towns(Path(name, "series"), count, chosen.years)
            with told(SHINCHOKU_SERIES=str(series), SHINCHOKU_HOME=str(Path(name, "home"))):
                began, registry = spent(), load()
                reading = spent() - began
                began, registry = spent(), load()
                again, home = spent() - began, Home.find()
                model, *others = (one for one in registry if one.id.startswith("town_"))
                assert not soak([edition.edition_id for edition in model.editions.values()], home).failures
                for town in others:
                    copied(home, model, town)
                stages = {stage: f"{seconds:.1f} s" for stage, seconds in published(home)}
                began = spent()
                home.record()
                recorded = spent() - began
            print(f"{count * chosen.years} editions, processor seconds: registry {reading:.1f} s, again {again:.2f} s; {stages}; list of inputs {recorded:.2f} s; "
                  f"{resident():.0f} MiB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
