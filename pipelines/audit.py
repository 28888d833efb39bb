"""Between what was staged and what may be published: the suites' results as Dagster checks, on disk, and on the pages for people."""

from __future__ import annotations

import importlib
import shutil
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg

from expectations import figures, observations, previous
from expectations.rules import Rule, RuleResult, Text
from expectations.subject import Subject
from pipelines import published, staging
from pipelines.describe import escape, link, markdown_table
from pipelines.home import Home
from pipelines.partitions import EDITIONS
from sources import whole
from sources.registry import Edition, Registry
from warehouse.changes import Change, as_text

# Which rules are checks of which asset. The rules on the edition before judge the observations.
RULES: dict[str, tuple[Rule, ...]] = {"figures": figures.RULES, "observations": (*observations.RULES, *previous.RULES)}
SETTLED = "settled"  # beside the results of the figures: the acknowledgements that they were judged with
EXAMPLES_SHOWN = 10
ERRORS_NAMED = 5
CHANGES_SHOWN = 20
WEIGHT = {
    "error": Text("エラー：公開を止めます", "an error: keeps the edition from being published"),
    "warning": Text("警告：表示したうえで公開します", "a warning: shown and published with"),
}
NOT_TOLD = ("finding", "expect", "settled")  # of an example: what settles it is on the review page
SEVERITY = {"error": dg.AssetCheckSeverity.ERROR, "warning": dg.AssetCheckSeverity.WARN}
STAGED = ("figure", "ledger", "observation", "statement")


def check_specs(asset: str) -> list[dg.AssetCheckSpec]:
    """One check a rule, known to Dagster before anything runs."""
    # Without its partition a result would stand for every edition; that Dagster calls the argument a preview is no news here.
    warnings.filterwarnings("ignore", message="Specifying a partitions_def on an AssetCheckSpec", category=dg.PreviewWarning)
    return [
        dg.AssetCheckSpec(
            name=rule.id,
            asset=asset,
            description=_rule_in_words(rule),
            metadata={"severity": rule.severity},
            partitions_def=EDITIONS,
        )
        for rule in RULES[asset]
    ]


def check_results(asset: str, results: Iterable[RuleResult], edition: Edition, home: Home) -> list[dg.AssetCheckResult]:
    pages = {"確認ページ / review page": link(home.review(edition.edition_id), home), "検証結果 / results": link(home.results, home)}
    return [
        dg.AssetCheckResult(
            asset_key=asset,
            check_name=result.rule_id,
            passed=result.passed,
            severity=SEVERITY[result.severity],
            description=_in_words(result),
            metadata=_evidence(result) | ({} if result.passed else pages),
        )
        for result in results
    ]


def as_event(result: dg.AssetCheckResult, edition: Edition) -> dg.AssetCheckEvaluation:
    """A result as Dagster stores it for a check whose asset is not part of the run."""
    assert result.asset_key and result.check_name
    return dg.AssetCheckEvaluation(
        asset_key=result.asset_key, check_name=result.check_name, passed=bool(result.passed), severity=result.severity,
        description=result.description, metadata=result.metadata, partition=edition.edition_id,
    )  # fmt: skip


def _rule_in_words(rule: Rule) -> str:
    weight = WEIGHT[rule.severity]
    return "\n\n".join(
        (
            f"**{escape(rule.title.ja)}**　（{weight.ja}）\\\n{escape(rule.title.en)} ({weight.en})",
            f"**見つけるもの / Catches**　{escape(rule.catches.ja)}\\\n{escape(rule.catches.en)}",
            f"**対応 / What to do**　{escape(rule.remedy.ja)}\\\n{escape(rule.remedy.en)}",
        )
    )


def _in_words(result: RuleResult) -> str:
    """What was found, with the first examples and what to do; the UI shows it above everything else."""
    if result.passed:
        settled = f"（承認済み{result.settled_count}件 / {result.settled_count} settled by a person）" if result.settled_count else ""
        if not result.checked:
            return "該当なし\\\nThere is nothing of the kind."
        return f"{result.checked}件すべて適合しています{settled}\\\nAll {result.checked} are as they should be."
    count, checked = result.unexpected_count, result.checked
    said = [f"**{checked}件中{count}件が適合しません：{escape(result.title_ja)}**\\\n{count} of {checked} are not so: {escape(result.title_en)}"]
    open_examples = [example for example in result.examples if example["settled"] is None]
    said.append("\n".join(f"- {_example(example)}" for example in open_examples[:ERRORS_NAMED]))
    if count > ERRORS_NAMED:
        said.append(f"… 他 {count - ERRORS_NAMED} 件 / {count - ERRORS_NAMED} more")
    said.append(f"**対応 / What to do**　{escape(result.remedy_ja)}\\\n{escape(result.remedy_en)}")
    return "\n\n".join(said)


def _example(example: Mapping[str, Any]) -> str:
    if example.get("message_ja"):
        return f"{escape(example['message_ja'])}\\\n  {escape(example.get('message_en') or '')}"
    cells = {key: value for key, value in example.items() if key not in NOT_TOLD and value is not None and value == value and value != ""}
    return f"{escape(example['finding'])}　" + "、".join(f"{escape(key)} {escape(value)}" for key, value in cells.items())


def _evidence(result: RuleResult) -> dict[str, Any]:
    evidence: dict[str, Any] = {"検査した数 / checked": result.checked, "不適合 / unexpected": result.unexpected_count}
    if result.settled_count:
        evidence["人が承認 / settled by a person"] = result.settled_count
    if result.examples:
        columns = list(dict.fromkeys(key for example in result.examples for key in example))
        evidence["該当例 / examples"] = dg.MetadataValue.md(markdown_table(result.examples, columns, EXAMPLES_SHOWN))
    return evidence


@contextmanager
def warming_up() -> Iterator[None]:
    """Import the judging engine, which takes seconds, while another process reads the PDF; at the end both are done.

    The caller imports nothing meanwhile: of two threads in one circle of imports, one can see half of a module.
    """
    with ThreadPoolExecutor(1) as pool:
        engine = pool.submit(importlib.import_module, "great_expectations")
        yield
        engine.result()


def judge_figures(edition: Edition, home: Home) -> list[RuleResult]:
    """Judge what was just staged. The results of an earlier reading went with its staging folder."""
    return _judge("figures", edition, home)


def judge_figures_again(edition: Edition, home: Home) -> list[RuleResult] | None:
    """The figures judged anew where other findings are settled now than when they were judged; nothing where they stand."""
    path = _results_path(edition, home)
    stored = staging.read_json(path) if path.exists() else {}
    return judge_figures(edition, home) if stored.get(SETTLED) != _settled(edition) else None


def judge_observations(edition: Edition, home: Home) -> list[RuleResult]:
    return _judge("observations", edition, home)


def _judge(asset: str, edition: Edition, home: Home) -> list[RuleResult]:
    from expectations.adapter import run_suite

    subject = _subject(edition, home)
    settled = {(finding, expect): reason for finding, expect, reason in _settled(edition)}
    suites = {"figures": (figures,), "observations": (observations, previous)}[asset]
    results = [
        result
        for suite in suites
        for result in run_suite(suite.__name__.rpartition(".")[2], suite.RULES, suite.frames(subject), settled)
    ]
    path = _results_path(edition, home)
    stored = staging.read_json(path) if path.exists() else {}
    by = {SETTLED: _settled(edition)} if asset == "figures" else {}
    staging.write_json(stored | {asset: [result.as_dict() for result in results]} | by, path)
    whole.seal(path.parent)
    return results


def _settled(edition: Edition) -> list[list[str]]:
    return [[decision.finding, decision.expect, decision.reason] for decision in edition.decisions.acknowledgements]


def _subject(edition: Edition, home: Home) -> Subject:
    from warehouse.parquet import read_table

    folder = home.staging(edition.edition_id)

    def table(name: str) -> Any:
        path = folder / f"{name}.parquet"
        return read_table(name, path) if path.exists() else ()

    before = edition.series.previous(edition)
    matched = stored_matching(edition, home) if (folder / "matching.json").exists() else {"unmatched": [], "findings": []}
    return Subject.of(
        edition,
        table("figure").assign(box_text=staging.read_json(folder / "box_text.json")),
        table("observation"),
        table("statement"),
        ledger=table("ledger"),
        pages=staging.read_json(folder / "reading.json")["pages"],
        unmatched=[row["figure_id"] for row in matched["unmatched"]],
        findings=matched["findings"],
        previous=staging.accepted_table(before, "observation", home) if before else None,
    )


def _results_path(edition: Edition, home: Home) -> Path:
    return home.staging(edition.edition_id) / "results.json"


def stored_results(edition: Edition, home: Home, assets: Sequence[str] = tuple(RULES)) -> list[RuleResult] | None:
    """What the last audit of the staged tables found, of all or of some assets; nothing where it did not come to its end."""
    path = _results_path(edition, home)
    stored = staging.read_json(path) if path.exists() else {}
    if not set(RULES) <= set(stored):
        return None
    return [RuleResult(**row) for asset in assets for row in stored[asset]]


def stored_matching(edition: Edition, home: Home) -> dict[str, list[dict[str, Any]]]:
    """The unmatched figures and the findings of the last matching."""
    found: dict[str, list[dict[str, Any]]] = staging.read_json(home.staging(edition.edition_id) / "matching.json")
    return found


def errors(edition: Edition, home: Home) -> list[tuple[str, str]]:
    """What keeps an edition from being published: a sentence in English and one in Japanese each."""
    path, stated = home.staging(edition.edition_id) / "reading.json", edition.meta.page_count
    reading = staging.read_json(path) if path.exists() else {}
    if reading and reading["sha256"] != edition.sha256:
        return [("another file was read than edition.yaml names; read it anew", "edition.yamlの示すファイルと別のファイルの読取結果です。読み取り直してください")]
    if reading and stated not in (None, pages := reading["page_count"]):
        return [(f"edition.yaml says {stated} pages, the file has {pages}; correct page_count",
                 f"edition.yamlのpage_countは{stated}ですが、ファイルは{pages}ページです。page_countを直してください")]  # fmt: skip
    results = stored_results(edition, home)
    if results is None:
        return [("its audit is not complete; materialize figures and observations", "検証が完了していません。figuresとobservationsを実行してください")]
    found = []
    for result in results:
        if result.blocks:
            which = [str(example.get("message_en") or example["finding"]) for example in result.examples if example["settled"] is None]
            told = [str(example.get("message_ja") or example["finding"]) for example in result.examples if example["settled"] is None]
            found.append(
                (
                    f"{result.rule_id} ({result.unexpected_count}): {'; '.join(which[:ERRORS_NAMED])} {result.remedy_en}.",
                    f"{result.title_ja}（{result.unexpected_count}件）：{'、'.join(told[:ERRORS_NAMED])} {result.remedy_ja}。",
                )
            )
    return found


def refusal(edition: Edition, stopped: Sequence[tuple[str, str]], home: Home) -> str:
    page = home.review(edition.edition_id)
    english = "\n".join(f"  - {en}" for en, _ in stopped)
    japanese = "\n".join(f"  - {ja}" for _, ja in stopped)
    return (
        f"{edition.edition_id}: not published, {len(stopped)} errors stand. Settle them in {edition.decisions_file} or correct the reading; see {page}\n"
        f"{english}\n"
        f"{edition.edition_id}：エラーが{len(stopped)}件あるため公開しません。{edition.decisions_file} で判断を記すか読み取りを直してください。確認ページ：{page}\n"
        f"{japanese}"
    )


def unasked(edition: Edition, found: Sequence[Change]) -> str:
    """Why a reading that says otherwise than what is public is not published by itself, with what it says."""
    shown = as_text(found[:CHANGES_SHOWN]).replace("\n", "\n  ") + ("\n  ..." if len(found) > CHANGES_SHOWN else "")
    name = edition.edition_id
    return (
        f"{name}: what is published stays: this reading of the same file says otherwise in {len(found)} places, and nobody has accepted that. "
        f"Look (shinchoku diff {name}), then accept it (shinchoku accept {name} --reason WHY) or mend what changed.\n"
        f"{name}：公開中の内容はそのままです。同じファイルの今回の読取結果が{len(found)}か所で異なり、まだ承認されていません。"
        f"内容を確かめ（shinchoku diff {name}）、承認する（shinchoku accept {name} --reason 理由）か、原因を直してください。\n  {shown}"
    )


def accept(edition: Edition, home: Home) -> Path:
    """Copy the staged tables to where the warehouse is built from; what was accepted before, and says otherwise, is kept."""
    source, target = home.staging(edition.edition_id), home.accepted(edition.edition_id)
    with whole.replacing(target, keep=home.former) as folder:
        for name in STAGED:
            shutil.copy2(source / f"{name}.parquet", folder)
        for name in ("reading", "matching", "results"):
            shutil.copy2(source / f"{name}.json", folder)
        published.keep(edition, folder)
    return target


def write_results(registry: Registry, home: Home) -> Path:
    """The results page over every edition that was judged, the newest first."""
    from expectations.results_page import write_results_page

    newest_first = sorted(registry.editions.values(), key=lambda edition: edition.fiscal_year, reverse=True)
    judged = ((edition, stored_results(edition, home)) for edition in newest_first)
    return write_results_page(home.results, ((edition, results) for edition, results in judged if results is not None))
