"""Notation under a coverage-guided fuzzer: ``pip install -c constraints.txt -e '.[fuzz]'``, then ``python -m tests.notation.fuzz --minutes 10``.

A text that breaks what must hold ends the run with its traceback; the text is kept in the folder of ``--keep`` and is read first next time.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from sources.notation import Context, heading, read
from sources.records import LEDGER_KINDS, MEASURES, PERIOD_KINDS, QUALIFIERS

CASES = Path(__file__).parents[1] / "golden" / "cases.jsonl"
LONGEST = 600  # characters of one text; the long ones are made of it
# Seconds of processor time for a text eight times as long, a hundred times what an ordinary line takes: only more than linear work needs it.
OPENING, PER_CHARACTER = 0.5, 0.002


def must_hold(text: str, fiscal_year: int | None) -> None:
    """Raises AssertionError where what was read of a text contradicts the text or the vocabulary of the records."""
    context = Context(fiscal_year=fiscal_year)
    reading = read(text, context)
    heading(text, context)
    for figure in reading.figures:
        assert text[figure.start : figure.end] == figure.raw
        assert figure.value.is_finite()
        assert figure.measure in MEASURES and figure.qualifier in QUALIFIERS
        for period in (figure.period, figure.base):
            assert period is None or (period.kind in PERIOD_KINDS and period.start <= period.end)
    assert all(mark.kind in LEDGER_KINDS and 0 <= mark.start <= mark.end <= len(text) for mark in reading.marks)


def grows_with_length_only(text: str) -> None:
    longer = text * 8
    began = time.process_time()
    read(longer, Context(fiscal_year=2024))
    spent = time.process_time() - began
    assert spent < OPENING + PER_CHARACTER * len(longer), f"{spent:.1f} s for {len(longer)} characters"


def one(data: bytes) -> None:
    text = data[1:].decode("utf-8", "ignore")[:LONGEST]
    must_hold(text, None if data[:1] == b"0" else 2024)
    grows_with_length_only(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0], epilog="python -m tests.notation.fuzz --minutes 10 --keep build/fuzz")
    parser.add_argument("--minutes", type=float, default=1, help="how long (default 1)")
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"), help="folder of the texts found so far (default build/fuzz)")
    parser.add_argument("--seed", type=int, default=0, help="of the fuzzer's dice (default 0: by the clock)")
    chosen = parser.parse_args()
    import atheris

    chosen.keep.mkdir(parents=True, exist_ok=True)
    for number, line in enumerate(CASES.read_text(encoding="utf-8").splitlines()):
        (chosen.keep / f"case-{number}").write_bytes(b"1" + json.loads(line)["text"].encode())
    atheris.instrument_all()
    words = chosen.keep.with_suffix(".words")
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in vocabulary()), encoding="ascii")
    seconds = int(chosen.minutes * 60)
    options = [
        f"-max_total_time={seconds}", f"-dict={words}", f"-artifact_prefix={chosen.keep}/broke-", "-max_len=1200", "-timeout=60",
        f"-seed={chosen.seed}", "-rss_limit_mb=2048", "-print_final_stats=1",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(chosen.keep)], one)
    atheris.Fuzz()


def vocabulary() -> list[str]:
    """Words that a fuzzer would not guess: what figures are written with."""
    from sources.notation.units import UNITS
    from tests.notation.test_notation_properties import PIECES

    return sorted({*PIECES, *(unit.ja for unit in UNITS), "令和6年度", "平成31年4月1日現在", "3兆8,165億円", "前年度比", "時点", "累計"})


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    main()
