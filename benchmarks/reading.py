"""Reading pages and texts, against what any reader by pdfplumber must pay on the same pages in the same run.

    .venv/bin/python benchmarks/reading.py [FILE.pdf ...]

The floor is ``page.dedupe_chars().extract_words(extra_attrs=["fontname", "size"])``; bare ``extract_words()`` stands beside
it. The start of the process and the rendering of pictures are not counted. Without files the bundled report is read. Then: the memory
of the process that reads one file and twenty times its pages; six files with one and with two at a time.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pdfplumber

from sources.figures import Reader
from sources.layout.page import analyse
from sources.notation import Context, read
from sources.pdf.document import open_pdf, read_page
from sources.pdf.render import document
from sources.reading import read_report

ROOT = Path(__file__).parents[1]
BUNDLED = sorted(ROOT.glob("sources/series/*/editions/*/report.pdf"))
ROUNDS = 5
TEXTS = (
    "30万枚超",
    "前年度比+3万枚 (前年度 27万枚)",
    "646件 (R7.3末時点) 前年度比+7件 (前年度 639件)",
    "2,260手続き中、1,900手続き",
    "3兆8,165億円",
)


def ours(path: Path) -> int:
    reader = Reader(date.today().year)
    pdf = open_pdf(path)
    for number, page in enumerate(pdf.pages, start=1):
        reader.read_page(analyse(read_page(page, number)))
        page.close()
    return len(pdf.pages)


def floor(path: Path) -> int:
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            page.dedupe_chars().extract_words(extra_attrs=["fontname", "size"])
            page.close()
        return len(pdf.pages)


def bare(path: Path) -> int:
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            page.extract_words()
            page.close()
        return len(pdf.pages)


def per_page(way: Callable[[Path], int], path: Path) -> float:
    start = time.perf_counter()
    pages = way(path)
    return (time.perf_counter() - start) / pages * 1000


def main() -> None:
    files = [Path(name) for name in sys.argv[1:]] or BUNDLED
    print(f"{'file':28} {'ours':>9} {'floor':>9} {'bare':>9} {'ours/floor':>11} {'ours/bare':>10}")
    for path in files:
        rounds = [tuple(per_page(way, path) for way in (ours, floor, bare)) for _ in range(ROUNDS)]
        mine, least, words = (statistics.median(r[i] for r in rounds) for i in range(3))
        against = [statistics.median(r[0] / r[i] for r in rounds) for i in (1, 2)]
        name = "/".join(path.parts[-2:])[-28:]
        print(f"{name:28} {mine:6.1f} ms {least:6.1f} ms {words:6.1f} ms {against[0]:11.2f} {against[1]:10.2f}")
    context = Context(fiscal_year=2024)
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < 1:
        for text in TEXTS:
            read(text, context)
        count += len(TEXTS)
    print(f"notation: {count / (time.perf_counter() - start):,.0f} texts a second")
    with tempfile.TemporaryDirectory() as folder:
        memory(files[0], Path(folder))
        together(files[0], Path(folder))


def memory(path: Path, folder: Path) -> None:
    """The most memory of the reading process, for a file and for one of twenty times its pages."""
    many = folder / "many.pdf"
    with document(path) as source, document(path) as out:
        for _ in range(19):
            out.import_pages(source)
        out.save(many)
    read_report(path, ocr="off")
    once = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    pages = read_report(many, ocr="off").page_count
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"memory: {pages} pages take {most / once:.2f} times that of {pages // 20}")


def together(path: Path, folder: Path) -> None:
    """Six files one after another and two at a time."""
    files = [folder / f"{n}.pdf" for n in range(6)]
    for file in files:
        shutil.copyfile(path, file)
    took = []
    for jobs in ("1", "2"):
        start = time.perf_counter()
        command = [sys.executable, "-m", "pipelines.cli", "extract", *map(str, files), "--jobs", jobs, "-o", str(folder / jobs)]
        subprocess.run(command, check=True, cwd=ROOT, stderr=subprocess.DEVNULL)
        took.append(time.perf_counter() - start)
    print(f"six files: {took[0]:.1f} s one by one, {took[1]:.1f} s two at a time, {took[0] / took[1]:.2f} times as fast")


if __name__ == "__main__":
    main()
