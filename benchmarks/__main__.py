"""All benchmarks one after another; their tables become docs/benchmarks.md and docs/benchmarks.ja.md.

    .venv/bin/python -m benchmarks [--rows 10000000] [--editions 10000] [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import publishing, reading, running, shortcut
from benchmarks.rows import Section, shown

DOCS = Path(__file__).parents[1] / "docs"
HEADS = (
    "# Benchmarks\n\n[日本語](benchmarks.ja.md)\n\n"
    "Written by `make bench`; do not edit. A ratio compares medians of turns taken in the same run, so that a busy machine slows both sides.\n"
    "Measured {when} with Python {python} on {cpus} processors, load {load[0]:.1f} at the start and {load[1]:.1f} at the end.",
    "# ベンチマーク\n\n[English](benchmarks.md)\n\n"
    "`make bench` が書きます（編集しないでください）。比は同じ実行の中で交互に測った値の比較なので、混んだ機械では両方が遅くなります。\n"
    "測定：{when}、Python {python}、プロセッサー{cpus}個、負荷は開始時{load[0]:.1f}、終了時{load[1]:.1f}。",
)
FEET = (
    "docling 2.143 is not in the table: it installs (122 packages, several GB with PyTorch), but its converter fetches its layout models from the\n"
    "internet at the first file and ends with `LocalEntryNotFoundError` where it may not (tried 2026-11-24).",
    "docling 2.143は表にありません。導入はできますが（122パッケージ、PyTorchを含め数GB）、最初のファイルでレイアウトモデルをインターネットから\n"
    "取得しようとし、できない環境では `LocalEntryNotFoundError` で終わります（2026-11-24に確認）。",
)


def sections(given: argparse.Namespace) -> Iterator[Section]:
    yield from reading.sections(reading.BUNDLED)
    yield shortcut.section()
    yield running.section()
    yield publishing.section(given)


def write(found: Sequence[Section], load: tuple[float, float]) -> None:
    facts = {"when": f"{datetime.now(UTC):%Y-%m-%d}", "python": platform.python_version(), "cpus": os.cpu_count(), "load": load}
    for lang, name in enumerate(("benchmarks.md", "benchmarks.ja.md")):
        parts = [HEADS[lang].format(**facts), *(shown(section, lang) for section in found), FEET[lang]]
        (DOCS / name).write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    publishing.options(asked)
    given = asked.parse_args()
    before, found = os.getloadavg()[0], []
    for section in sections(given):
        found.append(section)
        print(shown(section), end="\n\n", flush=True)
    write(found, (before, os.getloadavg()[0]))


if __name__ == "__main__":
    main()
