"""Reading pages and texts, against what others pay on the same pages in the same run.

    .venv/bin/python -m benchmarks.reading [FILE.pdf ...]

The floor is ``page.dedupe_chars().extract_words(extra_attrs=["fontname", "size"])``: what any reader by pdfplumber must pay. The other
ways give words, text or tables, not figures. The start of the process is not counted. Without files the bundled report is read.
Then: the memory of the process that reads one file and twenty times its pages; six files with one and with two at a time.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pdfplumber
import pypdfium2
from reportlab.pdfgen import canvas

from benchmarks.rows import Row, Section, against, seconds, shown
from sources.child import Limits
from sources.figures import Reader
from sources.layout.page import analyse
from sources.notation import Context, read
from sources.pdf.document import open_pdf, read_page
from sources.pdf.render import document
from sources.worker import Eyes

ROOT = Path(__file__).parents[1]
BUNDLED = sorted(ROOT.glob("sources/series/*/editions/*/report.pdf"))
TEXTS = (
    "30万枚超",
    "前年度比+3万枚 (前年度 27万枚)",
    "646件 (R7.3末時点) 前年度比+7件 (前年度 639件)",
    "2,260手続き中、1,900手続き",
    "3兆8,165億円",
)


def ours(path: Path) -> None:
    reader = Reader(date.today().year)
    pdf = open_pdf(path)
    for number, page in enumerate(pdf.pages, start=1):
        reader.read_page(analyse(read_page(page, number)))
        page.close()


def _plumbed(path: Path, way: Callable[[pdfplumber.page.Page], object]) -> None:
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            way(page)
            page.close()


def floor(path: Path) -> None:
    _plumbed(path, lambda page: page.dedupe_chars().extract_words(extra_attrs=["fontname", "size"]))


def words(path: Path) -> None:
    _plumbed(path, lambda page: page.extract_words())


def tables(path: Path) -> None:
    _plumbed(path, lambda page: page.extract_tables())


def pdfium(path: Path) -> None:
    with pypdfium2.PdfDocument(path) as pdf:
        for page in pdf:
            page.get_textpage().get_text_range()


def pymupdf(path: Path) -> None:
    import pymupdf

    with pymupdf.open(path) as pdf:
        for page in pdf:
            page.get_text("words")


def camelot(path: Path) -> None:
    import camelot

    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # one for every area without a table
        camelot.read_pdf(str(path), pages="all", flavor="lattice")


# How each is called here, whether it is to be installed (the extra "bench"), and how often it is measured.
PEERS: dict[str, tuple[Callable[[Path], None], str, int]] = {
    'pdfplumber `dedupe_chars().extract_words(extra_attrs=…)` (the floor / 下限)': (floor, "pdfplumber", 7),
    "pdfplumber `extract_words()`": (words, "pdfplumber", 7),
    "pdfplumber `extract_tables()`": (tables, "pdfplumber", 7),
    "camelot `read_pdf(flavor='lattice')`": (camelot, "camelot", 1),
    "PyMuPDF `get_text('words')`": (pymupdf, "pymupdf", 5),
    "PDFium `get_text_range()`": (pdfium, "pypdfium2", 5),
}


def installed() -> Iterator[tuple[str, Callable[[Path], None], int]]:
    for name, (way, package, rounds) in PEERS.items():
        if importlib.util.find_spec(package):
            yield name, way, rounds
        else:
            print(f"{package} is not installed: pip install -e '.[bench]'", file=sys.stderr)


def reading(path: Path) -> Section:
    """One file against every peer that is installed."""
    with pypdfium2.PdfDocument(path) as pdf:
        pages = len(pdf)
    ours(path)  # what is loaded once is loaded now
    rows = []
    for name, way, rounds in installed():
        way(path)
        mine, theirs, ratio = against(lambda: ours(path), lambda way=way: way(path), rounds, time.process_time)  # type: ignore[misc]
        rows.append(Row(name, name, f"{mine / pages * 1000:.1f} ms", f"{theirs / pages * 1000:.1f} ms", f"{ratio:.2f}"))
    name = "/".join(path.parts[-3:])
    return Section(
        f"Processor time a page, {name} ({pages} pages)", f"1ページのプロセッサー時間、{name}（{pages}ページ）", ("Shinchoku", "other / 他", "ratio / 比"), rows,
        ("Shinchoku gives figures with meaning and place; the others give words, text or tables. A ratio below 1: Shinchoku is faster.",
         "Shinchokuは意味と位置のある数値を、ほかは語・文字列・表を返します。比が1未満ならShinchokuのほうが速いことを示します。"),
    )


def notation() -> Row:
    context = Context(fiscal_year=2024)
    count = 200
    took = seconds(lambda: [read(text, context) for text in TEXTS * count])
    return Row("texts read a second", "1秒に読む文字列", f"{len(TEXTS) * count / took:,.0f}", "", "")


def memory(path: Path, folder: Path) -> Row:
    """The most memory of the reading process, for a file and for one of twenty times its pages."""
    many = folder / "many.pdf"
    with document(path) as source, document(path) as out:
        for _ in range(19):
            out.import_pages(source)
        out.save(many)
    most, once = (_most(file) for file in (many, path))
    unit = 1 << (20 if sys.platform == "darwin" else 10)
    return Row("memory for twenty times the pages / for the file", "メモリー：ページ数20倍 / 元のファイル",
               f"{most // unit} MiB", f"{once // unit} MiB", f"{most / once:.2f}")


def wordless(folder: Path) -> Row:
    """A drawing of twenty thousand shapes without a word, which PDFium tells."""
    path = folder / "drawing.pdf"
    drawing = canvas.Canvas(str(path), invariant=1)
    for n in range(20_000):
        shape = drawing.beginPath()
        shape.moveTo(n * 7 % 580, n * 3 % 800)
        shape.lineTo(n * 7 % 580 + 9, n * 3 % 800 + 4)
        shape.curveTo(n % 580, n % 800, n % 90, n % 70, n * 7 % 580, n * 3 % 800 + 8)
        drawing.drawPath(shape, fill=1, stroke=0)
    drawing.save()

    def look() -> None:
        Eyes(path, wants_ocr=False, pixels=Limits().pixels).look(open_pdf(path).pages[0], 1)

    mine, theirs, ratio = against(look, lambda: words(path), 3, time.process_time)
    return Row("a page of 20,000 shapes without a word / pdfplumber `extract_words()`", "文字のない図形20,000個のページ / pdfplumber `extract_words()`",
               f"{mine:.2f} s", f"{theirs:.2f} s", f"{ratio:.2f}")


def _most(path: Path) -> int:
    """Asked in a small process of its own: a child's peak on Linux is at least what its parent held when it was made."""
    code = "import resource, sys; from pathlib import Path; from sources.child import dismiss; from sources.reading import read_report; "
    code += "read_report(Path(sys.argv[1]), ocr='off'); dismiss(); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    return int(subprocess.run([sys.executable, "-c", code, str(path)], check=True, cwd=ROOT, capture_output=True, text=True).stdout)


def together(path: Path, folder: Path) -> Row:
    """Six files one after another and two at a time."""
    files = [folder / f"{n}.pdf" for n in range(6)]
    for file in files:
        shutil.copyfile(path, file)

    def extract(jobs: str) -> None:
        command = [sys.executable, "-m", "pipelines.cli", "extract", *map(str, files), "--jobs", jobs, "-o", str(folder / jobs)]
        subprocess.run(command, check=True, cwd=ROOT, stderr=subprocess.DEVNULL)

    two, one, ratio = against(lambda: extract("2"), lambda: extract("1"), 1)
    return Row("six files, two at a time / one by one", "6ファイル：2つずつ / 1つずつ", f"{two:.1f} s", f"{one:.1f} s", f"{ratio:.2f}")


def start() -> Iterator[Row]:
    """From the command's start to its end, against Python's own start."""
    def run(*command: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, *command], check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    words = "import pdfplumber; [p.dedupe_chars().extract_words(extra_attrs=['fontname', 'size']) for p in pdfplumber.open('report.pdf').pages]"
    cases = {
        "shinchoku --help": (("-m", "pipelines.cli", "--help"), "import click"),
        "shinchoku extract report.pdf": (("-m", "pipelines.cli", "extract", str(BUNDLED[0])), words),
    }
    for name, (command, bare) in cases.items():
        mine, least, ratio = against(run(*command), run("-c", bare.replace("report.pdf", str(BUNDLED[0]))))
        yield Row(f"`{name}` / `{bare}`", f"`{name}` / `{bare}`", f"{mine:.2f} s", f"{least:.2f} s", f"{ratio:.2f}")


def sections(files: list[Path]) -> Iterator[Section]:
    for path in files:
        yield reading(path)
    with tempfile.TemporaryDirectory() as folder:
        rows = [notation(), wordless(Path(folder)), memory(files[0], Path(folder)), together(files[0], Path(folder)), *start()]
    yield Section("Texts, memory, starts", "文字列、メモリー、起動", ("Shinchoku", "other / 他", "ratio / 比"), rows)


if __name__ == "__main__":
    for section in sections([Path(name) for name in sys.argv[1:]] or BUNDLED):
        print(shown(section), end="\n\n", flush=True)
