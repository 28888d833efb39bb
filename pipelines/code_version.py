"""What each asset's own code is, as a short digest: where it changed, Dagster marks what was made with the code before.

The digest is of the modules' text and of the versions of the libraries that decide what comes out, so it changes with a comment too;
a marker that comes once too often costs a look, one that does not come costs a wrong table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).parent.parent
ENDINGS = {".py", ".yaml", ".sql", ".css", ".js", ".html", ".j2", ".svg", ".ttl"}
NOTATION = ("sources/notation",)
CODE: dict[str, tuple[str, ...]] = {
    "figures": (
        *NOTATION, "sources/child.py", "sources/drawing.py", "sources/figures", "sources/layout", "sources/pdf", "sources/reading.py",
        "sources/records.py", "sources/worker.py",
    ),
    "observations": (
        *NOTATION, "sources/decisions.py", "sources/exactness.py", "sources/findings.py", "sources/matching.py", "sources/names.py",
        "sources/observations.py", "sources/records.py", "expectations",
    ),
    "review_page": ("warehouse/review", "pipelines/review.py"),
    "warehouse": ("warehouse/build.py", "warehouse/codelists.py", "warehouse/fields.py", "warehouse/fields.yaml", "warehouse/parquet.py", "warehouse/views.sql"),
    "exports": ("warehouse/exports", "warehouse/fields.py", "warehouse/fields.yaml"),
    "site": ("warehouse/site",),
}  # fmt: skip
LIBRARIES: dict[str, tuple[str, ...]] = {
    "figures": ("pdfplumber", "pdfminer.six", "pypdfium2", "rapidocr", "onnxruntime"),
    "observations": ("rapidfuzz", "great_expectations"),
    "warehouse": ("duckdb",),
    "exports": ("duckdb", "pyarrow", "xlsxwriter"),
}


@cache
def code_version(asset: str) -> str:
    """The digest of the code that makes an asset."""
    return digest(CODE[asset], LIBRARIES.get(asset, ()))


def files(parts: Iterable[str], root: Path = ROOT) -> list[Path]:
    """The files of these modules and packages that decide what comes out."""
    found: list[Path] = []
    for part in parts:
        path = root / part
        found += (file for file in path.rglob("*") if file.suffix in ENDINGS) if path.is_dir() else [path]
    return sorted(found)


def digest(parts: Iterable[str], libraries: Iterable[str] = (), root: Path = ROOT) -> str:
    total = hashlib.sha256()
    for file in files(parts, root):
        total.update(f"{file.relative_to(root).as_posix()}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    for name in libraries:
        total.update(f"{name} {_installed(name)}\0".encode())
    return total.hexdigest()[:12]


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "-"
