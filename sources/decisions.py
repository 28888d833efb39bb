"""What a person decided about an edition: corrections, acknowledgements and mappings, read from and written to decisions.yaml.

Each decision says what it expects to find (``expect``); where that no longer holds, the decision is an error, never ignored.
Applying them is matching's business.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from sources import whole
from sources.yaml_files import Strict, checked_text, read_yaml, validated


class Signed(Strict):
    """Who decided, when and why."""

    reason: str = Field(min_length=1)
    who: str = Field(min_length=1)
    when: date


class Use(Strict):
    """What is right about a figure; what is not given stays as read."""

    value: Decimal | None = None
    unit: str | None = None
    measure: Literal["level", "change", "growth", "target"] | None = None
    component: Literal["whole", "part", "total"] | None = None
    qualifier: Literal["exact", "about", "over", "at_least", "at_most", "under"] | None = None
    label: str | None = None
    title: str | None = None
    period_kind: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    base_start: date | None = None
    base_end: date | None = None


class Correction(Signed):
    """A figure that was read or printed wrong: ``expect`` is its printed text, ``use`` what is right."""

    figure: str
    expect: str
    use: Use


class Acknowledgement(Signed):
    """A finding that was looked at and may stand: ``expect`` is what the finding expects."""

    finding: str
    expect: str


class Mapping(Signed):
    """A printed label that means an indicator, in this edition and in later ones."""

    label: str
    indicator: str
    title: str | None = None
    section: str | None = None
    unit: str | None = None


class Former(Strict):
    """A decision that another one took the place of, or that was taken back."""

    until: date
    was: Correction | Acknowledgement | Mapping


class Decisions(Strict):
    """decisions.yaml: every decision about one edition; ``former`` no longer holds, and is kept."""

    corrections: tuple[Correction, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()
    mappings: tuple[Mapping, ...] = ()
    former: tuple[Former, ...] = ()


_KEYS: dict[type[Signed], str] = {Correction: "corrections", Acknowledgement: "acknowledgements", Mapping: "mappings"}
_ABOUT: dict[type[Signed], tuple[str, ...]] = {  # what makes two decisions be about the same thing
    Correction: ("figure",), Acknowledgement: ("finding",), Mapping: ("label", "title", "section", "unit"),
}


def append(path: Path, decision: Correction | Acknowledgement | Mapping, start_from: Path | None = None) -> None:
    """Add a decision to a file, keeping its comments; one about the same thing gives way to it and is kept under ``former``.

    ``start_from`` is the file to begin with where there is none yet. The new file is checked before it takes the old one's place.
    """
    document = load_document(path if path.exists() else start_from)
    kind = type(decision)
    decided = document.setdefault(_KEYS[kind], [])
    new = plain(decision)
    new |= {name: new.pop(name) for name in Signed.model_fields}  # what was decided first, who and why after it
    for at, old in enumerate(decided):
        if all(old.get(name) == new.get(name) for name in _ABOUT[kind]):
            if plain(kind.model_validate(old)) != plain(decision):
                _keep(document, old, decision.when)
            decided[at] = new
            break
    else:
        decided.append(new)
    write_document(path, document, Decisions, "decisions")


def remove(path: Path, key: str, fits: Callable[[Any], bool], start_from: Path | None = None) -> None:
    """Decisions of one kind (``corrections`` ...) that fit hold no longer: they are moved to ``former``."""
    document = load_document(path if path.exists() else start_from)
    entries = document.get(key) or []
    for old in [entry for entry in entries if fits(entry)]:
        entries.remove(old)
        _keep(document, old, date.today())
    if not entries and key in document:
        del document[key]
    write_document(path, document, Decisions, "decisions")


def _keep(document: Any, old: Any, until: date) -> None:
    document.setdefault("former", []).append({"until": until, "was": old})


def plain(model: Strict) -> dict[str, Any]:
    """A model as the shortest YAML data: nothing that is unset, dates as dates, numbers as numbers."""
    def simple(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: simple(item) for key, item in value.items() if item is not None}
        if isinstance(value, list | tuple):
            return [simple(item) for item in value]
        if isinstance(value, Decimal):
            return int(value) if value == value.to_integral_value() else float(value)
        return value

    data: dict[str, Any] = simple(model.model_dump(exclude_unset=True))
    return data


def load_document(path: Path | None) -> Any:
    """A YAML file with its comments and order, or an empty one."""
    from ruamel.yaml.comments import CommentedMap

    document = _yaml().load(checked_text(path)) if path else None
    return CommentedMap() if document is None else document


def write_document(path: Path, document: Any, model: type[Strict], schema: str, comment: str = "") -> None:
    """Write a YAML document in one step: a reader sees the old file or the new one; one that is not valid is never seen.

    A new file begins with the line that tells editors its schema, and with ``comment``.
    """
    with whole.replacing_file(path) as draft:
        with draft.open("w", encoding="utf-8") as file:
            if not path.exists():
                file.write(_schema_line(path, schema) + comment)
            _yaml().dump(document, file)
        validated(model, *read_yaml(draft), path)


def _schema_line(path: Path, schema: str) -> str:
    """Only beside the schemas: elsewhere no path to them would hold on another machine."""
    package = Path(__file__).parent
    if not path.is_relative_to(package):
        return ""
    return f"# yaml-language-server: $schema={os.path.relpath(package / 'schemas' / f'{schema}.json', path.parent)}\n"


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.preserve_quotes = True
    yaml.representer.ignore_aliases = lambda _: True  # a date that stands twice is written twice
    return yaml
