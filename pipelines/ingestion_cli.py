"""The commands by which a person takes reports in, decides and accepts: their options and exit codes. What is done lies in other modules."""

from __future__ import annotations

import json
from pathlib import Path

import click

FILE = click.Path(path_type=Path)
EDITION = click.argument("edition", metavar="EDITION")


def examples(*lines: str) -> str:
    return "\n".join(["\b", "Examples / 例:", *(f"  {line}" for line in lines)])


@click.command(epilog=examples(
    "shinchoku intake R7.pdf                        a new report, or a corrected one / 新しい版、または差し替え",
    "shinchoku intake                               every PDF in the inbox folder (SHINCHOKU_HOME/inbox)",
    "shinchoku intake scan.pdf --series kitakyushu_dx --fiscal-year 2025",
))  # fmt: skip
@click.argument("files", metavar="[FILE.pdf]...", nargs=-1, type=FILE)
@click.option("--series", metavar="ID", help="The series, where the cover does not tell / 系列（表紙で分からないとき）.")
@click.option("--fiscal-year", type=click.IntRange(1900, 2200), metavar="YEAR", help="Fiscal year of the report, 2025 for R7 / 報告対象の年度（西暦）.")
@click.option("--edition", metavar="NAME", help="Name of the edition, R7 unless given / 版の名前.")
@click.option("--reason", default="", help="Why a corrected file replaces the one before / 差し替えの理由（公開されます）.")
def intake(files: tuple[Path, ...], series: str | None, fiscal_year: int | None, edition: str | None, reason: str) -> None:
    """Take reports in: recognise, store, read and check them, up to the review page.

    報告書PDFを取り込み、系列・年度・版を表紙から判別して下書きとし、読み取り・検証・確認ページの作成まで行います。公開はしません。

    The same file twice changes nothing. A corrected file of an edition is a revision of it; what is published stays until it is accepted
    again. A file of no known series ends with exit code 2 and stays where it is (one from the inbox goes to inbox/unknown).
    Drafts are written to SHINCHOKU_SERIES; where that is not set, beside the code of a checkout, else to SHINCHOKU_HOME/series.
    """
    from pipelines import intake as taking
    from pipelines.home import Home

    named = taking.Named(series, fiscal_year, edition, reason)
    if len(files) != 1 and (fiscal_year or edition):
        raise click.UsageError("--fiscal-year and --edition speak of one file / --fiscal-year と --edition はファイル一つのときに指定します")
    home = Home.find()
    home.prepare()
    chosen = list(files) or taking.waiting(home)
    if not chosen:
        click.echo(f"{home.inbox}: no PDF waits there / 取り込むPDFはありません")
        return
    taken = taking.take(chosen, home, named)
    new = {one.edition.edition_id: one.edition for one in taken if one.edition and one.is_new}
    problems = read_to_review(list(new))
    for one in taken:
        problem = problems.get(one.edition.edition_id) if one.edition and one.is_new else None
        failed = one.failed or problem is not None
        click.echo(f"{one.file}\n{problem}" if problem else taking.told(one, home), err=failed)
    if problems or any(one.failed for one in taken):
        raise click.exceptions.Exit(2)


def read_to_review(editions: list[str], *, again: bool = False) -> dict[str, str]:
    """Run the jobs of editions up to their review pages; what could not be read, by edition. ``again`` keeps what was read of the file."""
    from pipelines import intake as taking
    from pipelines import run as runner
    from pipelines.home import Home
    from sources.registry import load

    if not editions:
        return {}
    with runner.running(Home.find()) as execute:
        told = {name: taking.to_review(load().edition(name), execute, taking.AGAIN if again else taking.TO_REVIEW) for name in editions}
    return {name: message for name, message in told.items() if message}


@click.command(epilog=examples(
    "shinchoku findings R7                          what is open, and the command that settles it / 未決定の所見",
    "shinchoku findings R7 --all --json             everything, also notes and what is settled / すべて",
))  # fmt: skip
@EDITION
@click.option("--all", "everything", is_flag=True, help="Also notes and what is settled / 注記と決定済みも含める.")
@click.option("--json", "as_json", is_flag=True, help="As JSON / JSONで出力.")
def findings(edition: str, everything: bool, as_json: bool) -> None:
    """What was found in an edition: errors to be decided, warnings, notes.

    版の所見（エラー・警告・注記）と、その決め方を一覧にします。Exit code 1 while errors are open.
    """
    from pipelines import intake as taking
    from pipelines import open_findings
    from pipelines.home import Home
    from sources.registry import load

    home, chosen = Home.find(), load().edition(edition)
    found = open_findings.items(chosen, home)
    shown = found if everything else [item for item in found if not item.settled and item.severity != "note"]
    if as_json:
        rows = [item.row() | {"command": open_findings.command(chosen, item)} for item in shown]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=str))
    else:
        click.echo(f"{chosen.edition_id} [{chosen.status}] {open_findings.counted(found)}")
        click.echo("\n".join(text for text in (open_findings.told(chosen, shown), "", taking.next_steps(chosen, found)) if text is not None))
    if any(item.blocks for item in found):
        raise click.exceptions.Exit(1)


COMMANDS = (intake, findings)
