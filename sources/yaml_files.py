"""YAML files as plain data with the line of every entry, checked by pydantic models; errors name file, line, path and remedy.

Reading uses libyaml, which is ten times faster than a reader that keeps comments; only writing needs those (``decisions.py``).
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from sources.errors import ShinchokuError

Place = tuple[str | int, ...]
Lines = dict[Place, int]
M = TypeVar("M", bound="Strict")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 40
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Strict(BaseModel):
    """Base of every model of a file: an unknown key is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def checked_text(path: Path) -> str:
    """The text of a file, certain to be plain YAML: no aliases, which can stand for more than fits into memory or for themselves, no tags,
    which name types, no control characters, and nothing deeper than what libyaml can hold."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ShinchokuError(f"{path}: larger than {MAX_BYTES:,} bytes. Split it, or see that it is the right file.",
                                 f"{path}: {MAX_BYTES:,}バイトを超えています。分けるか、正しいファイルか確かめてください。")
        text = path.read_text(encoding="utf-8")
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH:
                raise _not_plain(path, event, f"nested more than {MAX_DEPTH} deep. Write it flatter.", f"入れ子が{MAX_DEPTH}段を超えています。浅くしてください。")
            if isinstance(event, yaml.AliasEvent):
                raise _not_plain(path, event, f"the alias *{event.anchor} is not read. Write out what it stands for.",
                                 f"別名 *{event.anchor} は読みません。内容をそのまま書いてください。")
            if tag := getattr(event, "tag", None):
                raise _not_plain(path, event, f"the tag {tag} is not read. Leave it out; put text in quotes.",
                                 f"タグ {tag} は読みません。外してください。文字列は引用符で囲みます。")
            if isinstance(event, yaml.ScalarEvent) and _CONTROL.search(event.value):
                raise _not_plain(path, event, "there is a control character in the text. Remove it.", "文字列に制御文字があります。削除してください。")
    except FileNotFoundError:
        raise ShinchokuError(f"{path}: file not found. Create it, or correct the path.",
                             f"{path}: ファイルがありません。作成するか、パスを直してください。") from None
    except UnicodeDecodeError as error:
        raise ShinchokuError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start}). Save it as UTF-8.",
                             f"{path}: UTF-8の文字として読めません（{error.start}バイト目）。UTF-8で保存してください。") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise ShinchokuError(f"{path}{line}: not valid YAML: {problem}. Check indentation, quotes and colons there.",
                             f"{path}{line}: YAMLとして読めません（{problem}）。字下げ・引用符・コロンを確かめてください。") from None
    return text


def _not_plain(path: Path, at: Any, en: str, ja: str) -> ShinchokuError:
    where = f"{path}:{at.start_mark.line + 1}"
    return ShinchokuError(f"{where}: {en}", f"{where}: {ja}")


def read_yaml(path: Path) -> tuple[Any, Lines]:
    """The data of a file, and the line on which each entry stands."""
    loader = _Loader(checked_text(path))
    try:
        root = loader.get_single_node()
        lines: Lines = {}
        return (None if root is None else _build(loader, root, (), lines, path)), lines
    except yaml.YAMLError as error:  # two documents in one file
        raise ShinchokuError(f"{path}: not one YAML document: {error}.", f"{path}: 一つのYAML文書として読めません（{error}）。") from None
    finally:
        loader.dispose()


def _build(loader: Any, node: Any, place: Place, lines: Lines, path: Path) -> Any:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        out: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key, line = _scalar(loader, key_node, path), key_node.start_mark.line + 1
            if key in out:
                raise _not_plain(path, key_node, f"the key '{key}' stands twice. Keep one of them.", f"「{key}」が二度書かれています。一つにしてください。")
            out[key] = _build(loader, value_node, (*place, key), lines, path)
            lines[(*place, key)] = line
        return out
    if isinstance(node, yaml.SequenceNode):
        return [_build(loader, item, (*place, index), lines, path) for index, item in enumerate(node.value)]
    return _scalar(loader, node, path)


def _scalar(loader: Any, node: Any, path: Path) -> Any:
    try:
        if isinstance(node, yaml.ScalarNode):
            return loader.construct_object(node)
    except (ValueError, yaml.YAMLError):  # 2024-13-45, a number of thousands of digits, the merge key
        pass
    given = f"'{node.value:.40}'" if isinstance(node, yaml.ScalarNode) else "a list or mapping"
    raise _not_plain(path, node, f"{given} cannot be used here. Correct it, or put it in quotes.", f"{given} はここに書けません。直すか、引用符で囲んでください。")


def line_of(lines: Lines, place: Place) -> int:
    """The line of an entry, or of the nearest entry around it that is there."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def validated(model: type[M], data: Any, lines: Lines, path: Path) -> M:
    """The data as a model, or one error that lists everything wrong with it."""
    try:
        return model.model_validate(data if data is not None else {})
    except ValidationError as error:
        problems = [_problem(model, item, lines, path) for item in error.errors()]
        raise ShinchokuError("\n".join(en for en, _ in problems), "\n".join(ja for _, ja in problems)) from None


def read_model(model: type[M], path: Path) -> M:
    data, lines = read_yaml(path)
    return validated(model, data, lines, path)


def _problem(model: type[BaseModel], item: Any, lines: Lines, path: Path) -> tuple[str, str]:
    place: Place = tuple(item["loc"])
    where = f"{path}:{line_of(lines, place)}: {_dotted(place)}"
    kind, given = item["type"], item.get("input")
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(place[-1]), _field_names(model), n=1)
        en = f"unknown key. {f'Did you mean {near[0]!r}?' if near else 'Remove it.'}"
        ja = f"知らない項目です。{f'「{near[0]}」ではありませんか。' if near else '削除してください。'}"
    elif kind == "missing":
        en, ja = "required, but not there. Add it.", "必須の項目がありません。書き足してください。"
    elif kind == "literal_error":
        allowed = item["ctx"]["expected"]
        en, ja = f"{given!r} is not allowed. Use {allowed}.", f"「{given}」は使えません。使えるのは {allowed} です。"
    elif kind in ("string_pattern_mismatch",):
        pattern = item["ctx"]["pattern"]
        en, ja = f"{given!r} does not have the form {pattern}.", f"「{given}」は {pattern} の形ではありません。直してください。"
    elif kind == "string_type" and isinstance(given, int | float):
        en, ja = f"{given!r} is read as a number. Put it in quotes: '{given}'.", f"{given} は数として読まれます。'{given}' と引用符で囲んでください。"
    elif kind == "value_error":
        cause = item["ctx"]["error"]
        en, ja = (cause.en, cause.ja) if isinstance(cause, RuleError) else (f"{cause}.", f"{cause}")
    else:
        en, ja = f"{item['msg']} (given: {given!r}).", f"値が正しくありません（{given!r}）。{item['msg']}"
    return f"{where}: {en}", f"{where}: {ja}"


class RuleError(ValueError):
    """What a model's own check found wrong, in both languages."""

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.en, self.ja = en, ja


def _dotted(place: Place) -> str:
    out = ""
    for part in place:
        out += f"[{part}]" if isinstance(part, int) else f".{part}" if out else str(part)
    return out or "(file)"


def _field_names(model: type[BaseModel]) -> list[str]:
    """Names of all fields of a model and of the models in it."""
    names: set[str] = set()
    for part in model.model_json_schema().get("$defs", {}).values():
        names.update(part.get("properties", {}))
    return sorted(names | set(model.model_fields))
