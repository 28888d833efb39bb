"""A report damaged in thousands of ways: each ends in figures, none, or an error that names the file.

``python -m tests.hostile.mutations --count 3000`` runs them and prints how they ended; ``--seed`` starts elsewhere.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sources.child import Limits
from sources.errors import ShinchokuError
from sources.reading import read_report

REPORT = Path(__file__).parents[2] / "sources" / "series" / "kitakyushu_dx" / "editions" / "R6" / "report.pdf"
LIMITS = Limits(memory=1536, seconds=60, page_seconds=20, pages=200)
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.S)


def flipped(data: bytearray, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 10, 200))):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def cut(data: bytearray, dice: random.Random) -> None:
    del data[dice.randrange(len(data)) :]


def hole(data: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(data))
    del data[start : start + dice.choice((1, 50, 5000))]


def repeated(data: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(data))
    data[start:start] = data[start : start + dice.choice((10, 1000, 50_000))]


def other_numbers(data: bytearray, dice: random.Random) -> None:
    """Sizes, references and offsets that lie."""
    places = [m.span() for m in re.finditer(rb"(?<=[ \[])\d+(?=[ \]/>\n])", data)]
    for start, end in sorted(dice.sample(places, min(len(places), dice.choice((1, 5, 50)))), reverse=True):
        data[start:end] = dice.choice((b"0", b"-1", b"1", b"99999999999", b"4294967296", b"1e308", b"%d" % dice.randrange(2000)))


def other_names(data: bytearray, dice: random.Random) -> None:
    places = [m.span() for m in re.finditer(rb"/[A-Z]\w+", data)]
    for _ in range(dice.choice((1, 5, 20))):
        (start, end), (other, until) = dice.choice(places), dice.choice(places)
        if end - start == until - other:
            data[start:end] = data[other:until]


def within_a_stream(data: bytearray, dice: random.Random) -> None:
    """Damage behind the compression, where page contents, fonts and character maps are."""
    streams = list(STREAM.finditer(bytes(data)))
    for match in sorted(dice.sample(streams, min(len(streams), dice.choice((1, 3, 10)))), key=lambda m: -m.start()):
        try:
            inner = bytearray(zlib.decompressobj().decompress(match[1], 50_000_000))
        except zlib.error:
            continue
        if inner:
            dice.choice((flipped, cut, hole, repeated, other_numbers))(inner, dice)
            data[match.start(1) : match.end(1)] = zlib.compress(bytes(inner)) + b"\n"


HARM: list[Callable[[bytearray, random.Random], None]] = [
    flipped, cut, hole, repeated, other_numbers, other_names, within_a_stream, within_a_stream,
]  # fmt: skip


def damaged(seed: int, report: bytes) -> bytes:
    """The report with the harm that belongs to this seed."""
    dice, data = random.Random(seed), bytearray(report)
    for _ in range(dice.choice((1, 1, 2, 4))):
        dice.choice(HARM)(data, dice)
        if not data:
            break
    return bytes(data)


def ending(seed: int, report: bytes, folder: Path) -> str:
    """How reading a page of the damaged file ends. Raises AssertionError where it does not end as it must."""
    path = folder / f"{seed}.pdf"
    path.write_bytes(damaged(seed, report))
    started = time.monotonic()
    try:
        reading = read_report(path, pages=[random.Random(seed).choice((2, 4, 6, 7, 8, 9))], fiscal_year=2024, limits=LIMITS, ocr="off")
        end = "warned" if reading.warnings else "figures" if reading.figures else "none"
    except ShinchokuError as error:
        assert str(path) in error.en and str(path) in error.ja and "Traceback" not in error.en, f"{seed}: {error.en}"
        end = "broke off" if "broke off" in error.en else "too long" if "longer" in error.en else "error"
    assert time.monotonic() - started < LIMITS.seconds + 30, f"{seed}: past its time"
    assert [p.name for p in folder.iterdir()] == [path.name], f"{seed}: left files behind"
    path.unlink()
    return end


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], epilog="python -m tests.hostile.mutations --count 3000")
    parser.add_argument("--count", type=int, default=300, help="how many damaged files (default 300)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed (default 0)")
    chosen = parser.parse_args()
    report, ends, wrong = REPORT.read_bytes(), Counter[str](), []
    with tempfile.TemporaryDirectory() as folder:
        for done, seed in enumerate(range(chosen.seed, chosen.seed + chosen.count), start=1):
            try:
                end = ending(seed, report, Path(folder))
            except Exception as error:
                end = "WRONG"
                wrong.append(f"{seed}: {type(error).__name__}: {error}")
            ends[end] += 1
            if end in ("broke off", "too long", "WRONG"):
                print(f"seed {seed}: {end}")
            if done % 100 == 0 or done == chosen.count:
                print(f"{done} of {chosen.count}: {dict(ends.most_common())}", flush=True)
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
