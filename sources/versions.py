"""Which code makes what: a version of program text and libraries that changes when either does."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib import metadata
from pathlib import Path

# What a page's figures depend on, and nothing else; a test holds the list against the imports.
READING = (
    "sources.worker", "sources.child", "sources.drawing", "sources.reading", "sources.records", "sources.errors",
    "sources.pdf", "sources.layout", "sources.figures", "sources.notation",
)  # fmt: skip
READERS = ("pdfplumber", "pdfminer.six", "pypdfium2", "pillow", "rapidocr", "onnxruntime")
PACKAGES = ("sources", "expectations", "warehouse", "pipelines")
LIBRARIES = (*READERS, "great_expectations", "pandas", "pyarrow", "duckdb", "jinja2", "xlsxwriter")
# Registered reports are data, judged by themselves; compiled code follows its text.
NO_CODE = {"__pycache__", "series"}


@lru_cache(maxsize=32)
def code_version(modules: Sequence[str], libraries: Sequence[str] = ()) -> str:
    """Twelve hexadecimal digits of the text of modules, packages (templates and tables in them too) and single files, and of the libraries' versions.

    Raises ModuleNotFoundError where a module is not there; a library that is not installed counts as such.
    """
    digest = hashlib.sha256()
    for module in modules:
        for name, path in _texts(module):
            digest.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    for library in libraries:
        digest.update(f"{library}={_installed(library)}\0".encode())
    return digest.hexdigest()[:12]


def reading_version() -> str:
    """The version of all that decides which figures are read from a PDF."""
    return code_version(READING, READERS)


def program_version() -> str:
    """The version of the whole program."""
    return code_version(PACKAGES, LIBRARIES)


def _texts(module: str) -> Iterator[tuple[str, Path]]:
    if "/" in module:  # a table or template that lies beside modules
        yield module, Path(__file__).parent.parent / module
        return
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(module)
    origin = Path(found.origin)
    if not found.submodule_search_locations:
        yield module, origin
        return
    for path in sorted(origin.parent.rglob("*")):
        inside = path.relative_to(origin.parent)
        if path.is_file() and NO_CODE.isdisjoint(inside.parts):
            yield f"{module}/{inside.as_posix()}", path


def _installed(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "-"
