"""The reference pages about use: the command line, and what can be configured."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import click
import yaml
from pydantic.fields import FieldInfo

from docs.site.markdown import JAPANESE, Language, code, head, one_line, table
from sources.schemas import MODELS, meaning, models
from sources.yaml_files import Strict

ENVIRONMENT = Path(__file__).with_name("environment.yaml")
FILES = {
    "series": ("一つの系列：発行者、計画、ライセンス、見分け方、章", "One series: publisher, plan, licence, how a report is known, sections"),
    "indicators": ("系列のすべての指標", "Every indicator of a series"),
    "edition": ("一つの版：PDF、年度、状態（`editions/<版>/`）", "One report: its PDF, year and status (`editions/<edition>/`)"),
    "decisions": ("版についての決定（`editions/<版>/`）", "What was decided about an edition (`editions/<edition>/`)"),
    "errata": ("版の正誤（`editions/<版>/`）", "What was wrong in public (`editions/<edition>/`)"),
}


def command_line(language: Language) -> str:
    """Every command with its arguments, options, explanation and examples."""
    from pipelines.cli import main

    ja = language == "ja"
    parts = [head("コマンド" if ja else "Command line", "command-line", language, "`shinchoku`のヘルプ" if ja else "the help of `shinchoku`",
                  "`shinchoku コマンド --help`でも読めます。終了コードは、0が完了、1が検証による中止や未決のエラー、2が使えないファイルや指定です。" if ja else
                  "`shinchoku COMMAND --help` says the same. Exit codes: 0 done, 1 a check stopped it or errors are open, "
                  "2 a file or option that cannot be used.")]
    context = click.Context(main, info_name="shinchoku")
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        parts.append(_command(command, click.Context(command, info_name=f"shinchoku {name}"), language))
    return "\n".join(parts)


def _command(command: click.Command, context: click.Context, language: Language) -> str:
    ja = language == "ja"
    usage = " ".join(command.collect_usage_pieces(context))
    parts = [f"## `{context.info_name}`\n", f"{'使い方：' if ja else 'Usage: '}`{context.info_name} {usage}`\n", _paragraphs(command.help or "", language)]
    options = [param for param in command.params if isinstance(param, click.Option) and not param.hidden]
    if options:
        headings = ("オプション", "内容", "既定値") if ja else ("Option", "What it does", "Default")
        parts.append(table(headings, [(code(_names(option, context)), _half(option.help or "", language), _default(option)) for option in options]))
    if command.epilog:
        lines = command.epilog.replace("\b", "").strip().splitlines()
        examples = "\n".join(line.strip() for line in lines if line.strip().startswith(("shinchoku", "echo")))
        parts.append(f"{'例：' if ja else 'Examples:'}\n\n```text\n{examples}\n```\n")
    return "\n".join(parts)


def _names(option: click.Option, context: click.Context) -> str:
    record = option.get_help_record(context)
    return record[0] if record else option.name or ""


def _default(option: click.Option) -> str:
    shown = option.default is not None and not option.is_flag and option.show_default
    return code(option.default) if shown else ""


def _paragraphs(text: str, language: Language) -> str:
    """The paragraphs in the page's own language."""
    paragraphs = [one_line(part) for part in text.replace("\b", "").split("\n\n")]
    own = [part for part in paragraphs if bool(JAPANESE.search(part)) == (language == "ja")]
    return "\n\n".join(own) + "\n"


def _half(text: str, language: Language) -> str:
    """One side of ``English / 日本語.``; a text without two sides stays whole."""
    english, bar, japanese = text.partition(" / ")
    return (japanese if language == "ja" else english).rstrip(".。") if bar else text.rstrip(".。")


def configuration(language: Language) -> str:
    """Every environment variable, every setting of a Dagster resource, every key of the YAML files."""
    ja = language == "ja"
    parts = [head("設定" if ja else "Configuration", "configuration", language, "`docs/site/environment.yaml`、リソース、モデル" if ja else
                  "`docs/site/environment.yaml`, the resources and the models", ""),
             "## 環境変数\n" if ja else "## Environment variables\n",
             table(("変数", "内容", "設定しないとき") if ja else ("Variable", "What it says", "Without it"), _variables(language)),
             "## Dagsterのリソース\n" if ja else "## Dagster resources\n",
             "Dagsterの画面（Launchpad）や実行設定で、環境変数に優先して指定できます。\n" if ja else
             "Set in the launchpad of the UI or in the configuration of a run, they go before the environment.\n"]
    for name, resource in sorted(_resources().items()):
        parts += [f"### `{name}`\n", _paragraph_of(type(resource).__doc__ or "", language),
                  table(("設定", "内容", "既定値") if ja else ("Setting", "What it says", "Default"),
                        [(code(field), _side(info.description or "", language), code(_plain(info.default)))
                         for field, info in type(resource).model_fields.items()])]
    parts += ["## YAMLファイル\n" if ja else "## YAML files\n",
              "系列は `sources/series/<系列>/`（または `SHINCHOKU_SERIES` の下）のYAMLファイルです。知らないキーはエラーになります。\n" if ja else
              "A series is a folder of YAML files under `sources/series/<series>/` (or under `SHINCHOKU_SERIES`). An unknown key is an error.\n"]
    told: set[str] = set()
    for name, root in MODELS.items():
        parts += [f"### `{name}.yaml`\n", FILES[name][0 if ja else 1] + ("。\n" if ja else ".\n")]
        for model in models(root):
            if model.__name__ not in told:
                told.add(model.__name__)
                parts += [] if model is root else [f"#### {model.__name__}\n"]
                parts.append(table(("キー", "内容", "型", "省いたとき") if ja else ("Key", "What it says", "Type", "Left out"), _keys(model, language)))
    return "\n".join(parts)


@cache
def environment() -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = yaml.safe_load(ENVIRONMENT.read_text(encoding="utf-8"))
    return read


def _variables(language: Language) -> Iterable[tuple[str, ...]]:
    for name, said in environment().items():
        default = said["default"]
        yield code(name), said[language], default[language] if isinstance(default, Mapping) else code(default)


def _resources() -> dict[str, Any]:
    import dagster as dg

    from pipelines.definitions import defs

    loaded = defs if isinstance(defs, dg.Definitions) else defs()
    return {name: resource for name, resource in (loaded.resources or {}).items() if isinstance(resource, dg.ConfigurableResource)}


def _paragraph_of(text: str, language: Language) -> str:
    paragraphs = [one_line(part) for part in text.split("\n\n") if part.strip()]
    return "\n\n".join(part for part in paragraphs if bool(JAPANESE.search(part)) == (language == "ja")) + "\n"


def _side(text: str, language: Language) -> str:
    """One side of ``日本語。 English.``"""
    split = re.fullmatch(r"(.*[\u3040-\u30ff\u3400-\u9fff。）)]) (?=[A-Z])(.*)", text, re.S)
    return split[1 if language == "ja" else 2] if split else text


def _plain(default: object) -> str:
    return "" if default in ("", None) else str(default)


def _keys(model: type[Strict], language: Language) -> Iterable[tuple[str, ...]]:
    for name, info in model.model_fields.items():
        yield code(name), meaning(model, name)[language], _type(info.annotation), _left_out(info, language)


def _type(annotation: Any) -> str:
    """A type as a reader of YAML says it."""
    arguments = [each for each in getattr(annotation, "__args__", ()) if each is not type(None) and each is not Ellipsis]
    name = str(getattr(getattr(annotation, "__origin__", annotation), "__name__", ""))
    if name == "Literal":
        return " | ".join(code(each) for each in arguments)
    if name == "tuple":
        return f"[{_type(arguments[0])}, …]"
    if name == "Mapping" and arguments:
        return f"{{{_type(arguments[0])}: {_type(arguments[1])}}}"
    if arguments:
        return " | ".join(map(_type, arguments))
    return {"str": "text", "int": "integer", "Decimal": "number", "bool": "true | false"}.get(name, name)


def _left_out(info: FieldInfo, language: Language) -> str:
    if info.is_required():
        return "必須" if language == "ja" else "required"
    default = info.get_default(call_default_factory=True, validated_data={})
    if isinstance(default, bool):
        return code(str(default).lower())
    if isinstance(default, tuple):
        return code("[" + ", ".join(map(str, default)) + "]") if default else ""
    return "" if default in (None, "") or isinstance(default, Strict | Mapping) else code(default)
