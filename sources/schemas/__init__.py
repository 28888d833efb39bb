"""JSON Schemas of the YAML files for editors, generated from the models: ``python -m sources.schemas`` writes them."""

from __future__ import annotations

import json
from pathlib import Path

from sources.decisions import Decisions
from sources.registry import EditionFile, ErrataFile, IndicatorsFile, SeriesFile
from sources.yaml_files import Strict

FOLDER = Path(__file__).parent
MODELS: dict[str, type[Strict]] = {
    "series": SeriesFile, "indicators": IndicatorsFile, "edition": EditionFile, "decisions": Decisions, "errata": ErrataFile,
}  # fmt: skip


def schema_text(name: str) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **MODELS[name].model_json_schema()}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def write() -> list[Path]:
    """Write every schema; returns the files that changed."""
    changed = []
    for name in MODELS:
        path, text = FOLDER / f"{name}.json", schema_text(name)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed
