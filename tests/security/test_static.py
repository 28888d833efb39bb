"""What the code never does, whoever writes it: unpack archives, unpickle, evaluate, open a shell, resolve entities, build SQL of names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("pipelines", "sources", "warehouse", "expectations")
REVIEWED = Path(__file__).with_name("sql.txt")
MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "tarfile", "lzma", "bz2", "zlib", "gzip", "telnetlib", "ftplib", "xmlrpc"}
XML = {"xml", "lxml", "defusedxml", "xmltodict"}  # no XML is read at all, so there are no entities to be resolved
CALLS = {"eval", "exec", "compile", "__import__", "breakpoint", "os.system", "os.popen", "shutil.unpack_archive", "pandas.read_pickle",
         "pd.read_pickle", "yaml.load", "yaml.full_load", "yaml.unsafe_load", "tempfile.mktemp", "numpy.load", "np.load"}  # fmt: skip
SAFE_LOADERS = ("yaml.SafeLoader", "CSafeLoader")
SQL = re.compile(r"^\s*(SELECT|INSERT|CREATE|COPY|ATTACH|DELETE|UPDATE|DROP|ALTER|COMMENT|SET|DESCRIBE|PRAGMA|EXPORT|IMPORT|FROM|WITH|CALL|INSTALL|LOAD)\b")
QUOTED = re.compile(r"^(fields\.)?(literal|identifier)\(|^'[^']*'\.join\(map\((fields\.)?identifier,|^[A-Z_]+$")


@lru_cache
def trees() -> dict[str, ast.Module]:
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for name in CODE for path in sorted((ROOT / name).rglob("*.py"))}


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield f"{name}:{node.lineno}", node, ast.unparse(node.func)


def imports() -> Iterator[tuple[str, str]]:
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from ((f"{name}:{node.lineno}", alias.name.split(".")[0]) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield f"{name}:{node.lineno}", (node.module or "").split(".")[0]


def test_no_module_that_unpickles_unpacks_or_reads_xml_is_imported() -> None:
    assert len(trees()) > 80
    assert [(place, name) for place, name in imports() if name in MODULES | XML] == []


def test_nothing_is_evaluated_and_no_shell_is_opened() -> None:
    found = []
    for place, call, name in calls():
        if name in CALLS and not (name == "yaml.load" and any(loader in ast.unparse(call) for loader in SAFE_LOADERS)):
            # units.yaml and the like name their loader in a variable of the line before.
            if name == "yaml.load" and "Loader=loader" in ast.unparse(call):
                text = (ROOT / place.split(":")[0]).read_text("utf-8")
                if re.search(r"loader(: Any)? = getattr\(yaml, \"CSafeLoader\", yaml\.SafeLoader\)", text):
                    continue
            found.append((place, name))
        if any(keyword.arg == "shell" for keyword in call.keywords) or name.endswith((".extractall", ".extract_all")):
            found.append((place, name))
    assert found == []


def test_a_zip_is_opened_only_to_look_at_a_workbook_of_our_own() -> None:
    assert {place.split(":")[0] for place, name in imports() if name == "zipfile"} <= {"warehouse/readability.py"}
    assert {name for _, _, name in calls() if name.endswith((".extract", ".extractall"))} <= {"page.extract"}


def test_ruamel_reads_only_round_trip() -> None:
    assert {ast.unparse(call) for _, call, name in calls() if name == "YAML"} == {"YAML()"}


def test_every_piece_of_sql_is_a_constant_or_quoted_or_was_looked_at(update_snapshots: bool) -> None:
    """A name or value goes into SQL by ``fields.literal`` and ``fields.identifier`` or as a parameter. What else is put into SQL is made
    of such pieces or of constants, and stands in sql.txt: look at it, then UPDATE_SNAPSHOTS=1."""
    found = set()
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and isinstance(first := node.values[0] if node.values else None, ast.Constant) and SQL.match(str(first.value)):
                parts = [ast.unparse(value.value) for value in node.values if isinstance(value, ast.FormattedValue)]
                found |= {f"{name}: {part}" for part in parts if not QUOTED.match(part)}
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("execute", "sql", "executemany", "query"):
                for argument in node.args[:1]:
                    if not isinstance(argument, ast.Constant | ast.JoinedStr) and ast.unparse(node.func) != "execute":
                        found.add(f"{name}: {ast.unparse(node.func)}({ast.unparse(argument)})")
    text = "".join(f"{line}\n" for line in sorted(found))
    if update_snapshots:
        REVIEWED.write_text(text, encoding="utf-8")
    assert text == REVIEWED.read_text("utf-8")
