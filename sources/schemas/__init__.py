"""JSON Schemas of the YAML files for editors, generated from the models and ``meanings.yaml``: ``python -m sources.schemas`` writes them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from sources.decisions import Decisions
from sources.registry import EditionFile, ErrataFile, IndicatorsFile, SeriesFile
from sources.yaml_files import Strict, read_yaml

FOLDER = Path(__file__).parent
MODELS: dict[str, type[Strict]] = {
    "series": SeriesFile, "indicators": IndicatorsFile, "edition": EditionFile, "decisions": Decisions, "errata": ErrataFile,
}  # fmt: skip


@cache
def meanings() -> dict[str, dict[str, dict[str, str]]]:
    """Model to field to what it means in ``ja`` and ``en``."""
    read: dict[str, dict[str, dict[str, str]]] = read_yaml(FOLDER / "meanings.yaml")[0]
    return read


def meaning(model: type[Strict], field: str) -> dict[str, str]:
    """What a field means; one that a model inherits is described with the model it comes from. Raises KeyError where nothing says so."""
    for ancestor in model.__mro__:
        if field in ancestor.__dict__.get("__annotations__", {}):
            return meanings()[ancestor.__name__][field]
    raise KeyError(f"{model.__name__}.{field}")


def schema_text(name: str) -> str:
    schema = MODELS[name].model_json_schema()
    known = {model.__name__: model for model in models()}
    for title, definition in [(MODELS[name].__name__, schema), *schema.get("$defs", {}).items()]:
        for field, described in definition.get("properties", {}).items():
            words = meaning(known[title], field)
            described["description"] = f"{words['en']} / {words['ja']}"
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def models(*roots: type[Strict]) -> list[type[Strict]]:
    """The models of the files (or the ones given), and all that they are made of, each once and in the order in which they are met."""
    found: list[type[Strict]] = []

    def visit(part: Any) -> None:
        if isinstance(part, type) and issubclass(part, Strict):
            if part not in found:
                found.append(part)
                for field in part.model_fields.values():
                    visit(field.annotation)
            return
        for inner in getattr(part, "__args__", ()):
            visit(inner)

    for root in roots or tuple(MODELS.values()):
        visit(root)
    return found


def write() -> list[Path]:
    """Write every schema; returns the files that changed."""
    changed = []
    for name in MODELS:
        path, text = FOLDER / f"{name}.json", schema_text(name)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed
