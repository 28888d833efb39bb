"""The commands by which a person takes reports in, decides and accepts: their options and exit codes. What is done lies in other modules."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sources.errors import ShinchokuError, visible

if TYPE_CHECKING:
    from pipelines.home import Home
    from sources.registry import Edition

FILE = click.Path(path_type=Path)
EDITION = click.argument("edition", metavar="EDITION")


def examples(*lines: str) -> str:
    return "\n".join(["\b", "Examples / 例:", *(f"  {line}" for line in lines)])


@click.command(short_help="Take a new report in / 新しい報告書を取り込む", epilog=examples(
    "shinchoku intake R7.pdf                        a new report, or a corrected one / 新しい版、または差し替え",
    "shinchoku intake                               every PDF in SHINCHOKU_HOME/inbox / 受付フォルダのすべてのPDF",
    "shinchoku intake scan.pdf --series kitakyushu_dx --fiscal-year 2025",
))  # fmt: skip
@click.argument("files", metavar="[FILE.pdf]...", nargs=-1, type=FILE)
@click.option("--series", metavar="ID", help="The series, where the cover does not tell / 系列（表紙で分からないとき）.")
@click.option("--fiscal-year", type=click.IntRange(1900, 2200), metavar="YEAR", help="Fiscal year of the report, 2025 for R7 / 報告書の対象年度（令和7年度は2025）.")
@click.option("--edition", metavar="NAME", help="Name of the edition, after its year (R7) unless given / 版の名前。省けば年度から（R7など）.")
@click.option("--reason", default="", help="Why a corrected file replaces the one before / 差し替えの理由（公開されます）.")
def intake(files: tuple[Path, ...], series: str | None, fiscal_year: int | None, edition: str | None, reason: str) -> None:
    """Take reports in: recognise, store, read and check them, up to the review page.

    The same file twice changes nothing. A corrected file of an edition is a revision of it; what is published stays until it is accepted
    again. A file of no known series ends with exit code 2 and stays where it is (one from the inbox goes to inbox/unknown).
    Drafts are written to SHINCHOKU_SERIES; where that is not set, beside the code of a clone, else to SHINCHOKU_HOME/series.

    報告書PDFを取り込み、系列・年度・版を表紙から判別して下書きとし、読み取り・検証・確認ページの作成まで行います。公開はしません。
    同じファイルを二度取り込んでも何も変わりません。同じ版の差し替えは改訂となり、もう一度承認するまで公開内容は変わりません。
    どの系列にも当たらないファイルはそのまま残り、終了コードは2です（受付フォルダのものは inbox/unknown に移します）。
    下書きは SHINCHOKU_SERIES に書きます。設定がなければ、クローンではプログラムの横、それ以外では SHINCHOKU_HOME/series です。
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
    problems = read_to_review(list({one.edition.edition_id: one for one in taken if one.edition and one.to_be_read}))
    for one in taken:
        problem = problems.get(one.edition.edition_id) if one.edition and one.to_be_read else None
        failed = one.failed or problem is not None
        click.echo(f"{visible(one.file)}\n{problem}" if problem else taking.told(one, home), err=failed)
    if problems or any(one.failed for one in taken):
        raise click.exceptions.Exit(2)


def read_to_review(editions: list[str]) -> dict[str, str]:
    """Run the jobs of editions up to their review pages; what could not be read, by edition."""
    from pipelines import intake as taking
    from pipelines import run as runner
    from pipelines.home import Home
    from sources.registry import load

    if not editions:
        return {}
    with runner.running(Home.find()) as execute:
        told = {name: taking.to_review(load().edition(name), execute) for name in editions}
    return {name: message for name, message in told.items() if message}


@click.command(short_help="What was found in an edition / 版の所見", epilog=examples(
    "shinchoku findings R7                          what is open, and the command that settles it / 未決定の所見",
    "shinchoku findings R7 --all --json             everything, also notes and what is settled / すべて",
))  # fmt: skip
@EDITION
@click.option("--all", "everything", is_flag=True, help="Also notes and what is settled / 注記と決定済みも含める.")
@click.option("--json", "as_json", is_flag=True, help="As JSON / JSONで出力.")
def findings(edition: str, everything: bool, as_json: bool) -> None:
    """What was found in an edition: errors to be decided, warnings, notes.

    Each comes with the command that settles it. Exit code 1 while errors are open.

    版の所見（エラー・警告・注記）と、それぞれを決めるコマンドを一覧にします。未解決のエラーがある間の終了コードは1です。
    """
    from pipelines import intake as taking
    from pipelines import open_findings
    from pipelines.home import Home
    from sources.registry import load

    home, chosen = Home.find(), load().edition(edition)
    found = open_findings.items(chosen, home)
    _say_if_outdated(chosen, home)
    shown = found if everything else [item for item in found if not item.settled and item.severity != "note"]
    if as_json:
        rows = [item.row() | {"command": open_findings.command(chosen, item)} for item in shown]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=str))
    else:
        click.echo(f"{chosen.edition_id} [{chosen.status}] {open_findings.counted(found)}")
        click.echo("\n\n".join(filter(None, (open_findings.told(chosen, shown), taking.next_steps(chosen, found)))))
    if any(item.blocks for item in found):
        raise click.exceptions.Exit(1)


def _say_if_outdated(edition: Edition, home: Home) -> None:
    """On standard error, so that JSON stays JSON."""
    from pipelines import staging

    if staging.outdated(edition, home):
        click.echo(
            f"{edition.edition_id}: files of its series were edited after it was judged; this is from before. Run: shinchoku run --edition {edition.edition_id}\n"
            f"{edition.edition_id}：検証の後に系列のファイルが編集されました。これは編集前の状態です。shinchoku run --edition {edition.edition_id}",
            err=True,
        )


WHO = click.option("--who", metavar="NAME", help="Who decides; else SHINCHOKU_WHO or git's user.name / 決定した人。省けばSHINCHOKU_WHOかgitのuser.name.")
WHEN = click.option("--when", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="Date of the decision, today unless given / 決定日。省けば今日.")


def signed_by(who: str | None) -> str:
    """Who decides, as named, by SHINCHOKU_WHO or by git."""
    if name := who or os.environ.get("SHINCHOKU_WHO"):
        return name
    try:
        asked = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        asked = None
    if asked is None or not asked.stdout.strip():
        raise ShinchokuError("who decides? Give --who NAME, or set SHINCHOKU_WHO.", "誰の決定かを --who 名前 で指定するか、SHINCHOKU_WHOに設定してください。")
    return asked.stdout.strip()


def day(when: datetime | None) -> date | None:
    return when.date() if when else None


@click.command(short_help="Accept and publish an edition / 版を承認して公開する", epilog=examples(
    "shinchoku accept R7                            publish R7 / R7を公開",
    'shinchoku accept R6 --reason "correction of the city"   what changed is published as errata / 変更は正誤として公開',
))  # fmt: skip
@EDITION
@WHO
@click.option("--reason", default="", help="Shown in the change log / 変更履歴に載る理由.")
@WHEN
@click.option("--no-publish", is_flag=True, help="Only set the status / 状態だけを変え、公開はしない.")
def accept(edition: str, who: str | None, reason: str, when: datetime | None, no_publish: bool) -> None:
    """Accept an edition and publish it.

    Refused (exit code 1) while errors are open; each is listed with the command that settles it. An edition that is public already
    and now says otherwise (a corrected file, newer code, new decisions) is published with errata.

    版を承認して公開します。未解決のエラーがある間は承認できず（終了コード1）、それぞれを決めるコマンドを示します。公開中の版の内容が変わる
    とき（差し替え、プログラムの更新、新しい決定）は、正誤とともに公開します。
    """
    from pipelines import acceptance, audit, open_findings
    from pipelines.home import Home
    from sources.registry import load
    from warehouse import changes

    home, chosen = Home.find(), load().edition(edition)
    home.prepare()
    if not acceptance.has_reading(chosen, home) and (problem := read_to_review([chosen.edition_id]).get(chosen.edition_id)):
        raise ShinchokuError(*problem.rpartition("\n")[::2])
    found = acceptance.judge_again(chosen, home)
    if stopped := audit.errors(chosen, home):
        blocking = [item for item in found if item.blocks]
        click.echo(f"{chosen.edition_id}: not accepted, errors are open. / 未解決のエラーがあるため承認できません。", err=True)
        listed = open_findings.told(chosen, blocking) or "\n".join(f"  {en}\n  {ja}" for en, ja in stopped)
        click.echo(f"{listed}\n\nReview page / 確認ページ: {home.review(chosen.edition_id)}", err=True)
        raise click.exceptions.Exit(1)
    done = acceptance.accept(chosen, home, signed_by(who), reason, day(when))
    if not done.written:
        click.echo(f"{chosen.edition_id}: accepted already, nothing has changed. / すでに承認済みで、変更はありません。")
    else:
        click.echo(f"{chosen.edition_id}: accepted / 承認しました ({done.edition.file})")
    if done.errata:
        click.echo(f"Errata / 正誤: {changes.summary(done.errata)}\n{changes.as_text(done.errata)}")
    if not no_publish:
        _publish(done.edition)  # also what was accepted before: a process that was killed may have published no more than a part
    elif done.written:
        click.echo("Not published yet: shinchoku run / まだ公開していません。")


@click.command(short_help="Take back a published edition / 公開した版を取り下げる", epilog=examples(
    'shinchoku withdraw R7 --reason "wrong figures in the report"   taken back, and said so / 取下げ（理由は公開）',
))  # fmt: skip
@EDITION
@click.option("--reason", required=True, help="Why; readers will see it / 取下げの理由（公開されます）.")
@WHO
@WHEN
@click.option("--no-publish", is_flag=True, help="Only set the status / 状態だけを変え、公開内容は変えない.")
def withdraw(edition: str, reason: str, who: str | None, when: datetime | None, no_publish: bool) -> None:
    """Take a published edition back; the change log says when and why.

    A corrected file of it can be taken in and accepted later.

    公開した版を取り下げます。日付と理由は変更履歴に載ります。訂正されたファイルは、後から取り込んで承認できます。
    """
    from pipelines import acceptance
    from pipelines.home import Home
    from sources.registry import load

    home = Home.find()
    home.prepare()
    public = load().edition(edition)
    chosen = acceptance.withdraw(public, home, signed_by(who), reason, day(when))
    if public.status == "withdrawn":
        click.echo(f"{chosen.edition_id}: withdrawn already. / すでに取下げ済みです。")
    else:
        click.echo(f"{chosen.edition_id}: withdrawn / 取り下げました ({chosen.file})")
    if not no_publish:
        _publish(chosen)  # also what was withdrawn before: a process that was killed may have left it public


def _publish(edition: Edition) -> None:
    """Build the publication anew, and say what that means for the edition after this one."""
    from pipelines import acceptance, open_findings
    from pipelines import run as runner
    from pipelines.home import Home

    home = Home.find()
    with runner.running(home) as execute:
        problem = acceptance.publish(edition, home, execute)
        following = acceptance.affected(edition, home)
    if problem:
        click.echo(problem, err=True)
        raise click.exceptions.Exit(2)
    if (home.exports / "latest").exists():
        click.echo(f"Published / 公開しました: {(home.exports / 'latest').resolve()}")
    else:
        click.echo("Nothing is public any more / 公開中の版はなくなりました")
    if following and following[1]:
        later, blocking = following
        click.echo(f"\n{later.edition_id} is compared with this edition now, and this is open / この版と比べた{later.edition_id}の所見:\n"
                   + open_findings.told(later, blocking))


@click.command(short_help="What changes in public / 公開内容の変化", epilog=examples(
    "shinchoku diff R6 R7                           from R6 being the newest to R7 being it / R7で何が変わるか",
    "shinchoku diff R7 --json                       what accepting R7 as it is now would change / いま承認した場合の変化",
))  # fmt: skip
@click.argument("editions", metavar="[OLDER] EDITION", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON / JSONで出力.")
def diff(editions: tuple[str, ...], as_json: bool) -> None:
    """What changes in what the public sees: values, targets, names, before and after.

    An edition that is not accepted yet counts as it was read last.

    公開される値・目標・名称がどう変わるかを、前後を並べて示します。まだ承認されていない版は、最後に読み取った内容で比べます。
    """
    from pipelines import acceptance
    from pipelines.home import Home
    from sources.registry import load
    from warehouse import changes

    if len(editions) > 2:
        raise click.UsageError("Give one edition or two / 版は一つか二つ指定してください")
    home, registry = Home.find(), load()
    chosen = [registry.edition(name) for name in editions]
    for each in chosen:
        _say_if_outdated(each, home)
    found = acceptance.step(chosen[0], chosen[1], home) if len(chosen) == 2 else acceptance.effect(chosen[0], home)
    if as_json:
        click.echo(json.dumps([change.row() for change in found], ensure_ascii=False, indent=1))
    else:
        click.echo(f"{' → '.join(edition.edition_id for edition in chosen)}: {changes.summary(found)}\n\n{changes.as_text(found)}")


@click.command(short_help="Settle findings / 所見について決める", epilog=examples(
    "shinchoku decide R7 restated:open_datasets --acknowledge --reason 市に確認済み     it may stand / このままでよい",
    "shinchoku decide R7 magnitude:tasks --correct value=13200000 --reason 万が脱落     what is right / 訂正",
    "shinchoku decide R7 renamed: --map open_datasets --reason 名称変更                the label means it / 対応付け",
    "shinchoku decide R7 new: --new-indicator id=robot_sites,name_en='Sites with robots' --reason 新設",
    "shinchoku decide R7 vanished:visits --ended --reason 事業終了                     last reported the year before / 終了",
))  # fmt: skip
@EDITION
@click.argument("named", metavar="FINDING...", nargs=-1, required=True)
@click.option("--acknowledge", is_flag=True, help="It was looked at and may stand / 確認のうえ、このままとする.")
@click.option("--correct", metavar="value=…,unit=…", multiple=True, help="What is right about the number / 数値の正しい値・単位・期間など.")
@click.option("--map", "indicator", metavar="INDICATOR", help="The label means this indicator / 名称をこの指標に対応付ける.")
@click.option("--new-indicator", metavar="id=…,name_en=…", multiple=True, help="Register the label as a new indicator / 新しい指標として登録.")
@click.option("--ended", is_flag=True, help="The indicator was reported for the last time in the year before / この指標の報告は前年度で終わった.")
@click.option("--remove", is_flag=True, help="Take back a decision that no longer holds / 前提の崩れた決定を取り消す.")
@click.option("--reason", default="", help="Why / 理由.")
@WHO
@WHEN
def decide(
    edition: str, named: tuple[str, ...], acknowledge: bool, correct: tuple[str, ...], indicator: str | None, new_indicator: tuple[str, ...],
    ended: bool, remove: bool, reason: str, who: str | None, when: datetime | None,
) -> None:
    """Settle findings of an edition: the decision goes to decisions.yaml (an indicator to indicators.yaml), with who, when and why.

    FINDING is an id of `shinchoku findings`, or a part of it that no other has. Several can be acknowledged at once.

    所見について決めます。決定は decisions.yaml（指標の追加・終了は indicators.yaml）に、誰が・いつ・なぜ とともに書かれます。
    FINDING は `shinchoku findings` に出るIDか、ほかと区別できるその一部です。--acknowledge は複数を一度に指定できます。
    """
    from pipelines import acceptance, deciding, open_findings
    from pipelines import intake as taking
    from pipelines.home import Home
    from sources.registry import load

    if sum(map(bool, (acknowledge, correct, indicator, new_indicator, ended, remove))) != 1:
        raise click.UsageError("Give one of --acknowledge, --correct, --map, --new-indicator, --ended, --remove / どれか一つを指定してください")
    if len(named) > 1 and not acknowledge:
        raise click.UsageError("Only --acknowledge takes several findings / 複数を指定できるのは --acknowledge だけです")
    if not reason.strip() and not remove:
        raise click.UsageError("A decision needs a --reason / 決定には --reason（理由）が必要です")
    home = Home.find()
    found = open_findings.items(load().edition(edition), home)
    items = [deciding.chosen(found, name) for name in named]
    signature = deciding.Signature(signed_by(who), day(when) or date.today(), reason)
    with home.lock():
        for item in items:
            current = load().edition(edition)
            if acknowledge:
                deciding.acknowledge(current, item, signature)
            elif correct:
                deciding.correct(current, item, deciding.parsed(correct), home, signature)
            elif indicator:
                deciding.map_to(current, item, indicator, signature)
            elif new_indicator:
                deciding.new_indicator(current, item, deciding.parsed(new_indicator), home, signature)
            elif ended:
                deciding.end(current, item, signature)
            else:
                deciding.remove(current, item)
    current = load().edition(edition)
    left = acceptance.judge_again(current, home)
    click.echo("\n".join(f"{item.id}: decided / 決めました" for item in items))
    blocking = [item for item in left if item.blocks]
    click.echo(f"\n{current.edition_id} {open_findings.counted(left)}")
    click.echo("\n\n".join(filter(None, (open_findings.told(current, blocking), taking.next_steps(current, left)))))


@click.command("new-series", short_help="Start a series from its first report / 最初の報告書から系列を起こす", epilog=examples(
    "shinchoku new-series report.pdf --id my_city --title-ja 架空市デジタル計画 --publisher-ja 架空市 --area-code 442020",
    "shinchoku new-series report.pdf --id my_city ... --recognise デジタル計画 --recognise 架空市   words of every cover / 毎年の表紙にある語",
))  # fmt: skip
@click.argument("file", metavar="FILE.pdf", type=FILE)
@click.option("--id", "name", metavar="ID", help="Id of the series, e.g. my_city / 系列のID（例：my_city）.")
@click.option("--title-ja", metavar="WORDS", help="Title of the dataset / データセットの題名.")
@click.option("--title-en", metavar="WORDS", help="The same in English; the Japanese until given / 英語の題名。省けば日本語と同じ.")
@click.option("--publisher-ja", metavar="WORDS", help="Who publishes the reports / 発行者.")
@click.option("--publisher-en", metavar="WORDS", help="The same in English / 英語の発行者名.")
@click.option("--plan-ja", metavar="WORDS", help="The plan, if it is called otherwise than the title / 計画名（題名と違うとき）.")
@click.option("--plan-en", metavar="WORDS", help="The same in English / 英語の計画名.")
@click.option("--area-code", metavar="CODE", help="Local government code, six digits / 全国地方公共団体コード（6桁）.")
@click.option("--dataset", metavar="NAME", help="Name of the files, CODE_ID unless given / 公開ファイルの名前。省けば「コード_ID」.")
@click.option("--license", "licence", type=click.Choice(["CC-BY-4.0", "CC0-1.0"]), default="CC-BY-4.0", show_default=True, help="Licence of the data / ライセンス.")
@click.option("--recognise", metavar="WORD", multiple=True, help="A word of every cover; may be given again / 毎年の表紙にある語。繰り返し指定可.")
@click.option("--fiscal-year", type=click.IntRange(1900, 2200), metavar="YEAR", help="Fiscal year of the report, 2024 for R6 / 報告書の対象年度（令和6年度は2024）.")
def new_series(file: Path, licence: str, recognise: tuple[str, ...], fiscal_year: int | None, **given: str | None) -> None:
    """Start a series from its first report: metadata first, indicators proposed from what is read.

    What is missing is asked for on a terminal. The proposal can be accepted as it is, or named better in its YAML files first.

    最初の報告書から新しい系列（別の市・別の計画）を起こします。章と指標は読み取った内容から提案され、プログラムは書きません。
    足りない項目は端末で尋ねます。提案はそのまま承認することも、YAMLファイルで名前を整えてから承認することもできます。
    """
    from pipelines import intake as taking
    from pipelines import new_series as beginning
    from pipelines.home import Home

    words = {"id" if name == "name" else name: value for name, value in given.items() if value} | {"license": licence}
    asked = {"id": "--id", "title_ja": "--title-ja", "publisher_ja": "--publisher-ja", "area_code": "--area-code"}
    for key, option in asked.items():
        if key not in words:
            if not sys.stdin.isatty():
                missing = ", ".join(option for key, option in asked.items() if key not in words)
                raise click.UsageError(f"Give {missing} / {missing} を指定してください")
            words[key] = click.prompt(option)
    home = Home.find()
    home.prepare()
    taken = beginning.start(file, words, home, recognise=recognise, fiscal_year=fiscal_year)
    assert taken.edition is not None
    series = taken.edition.series
    if problem := read_to_review([taken.edition.edition_id]).get(taken.edition.edition_id):
        click.echo(problem, err=True)
        raise click.exceptions.Exit(2)
    click.echo(taking.told(taken, home))
    folder = series.writable
    click.echo("\n".join([
        "",
        f"Series / 系列: {series.id}, {len(series.sections)} sections / 章, {len(series.indicators)} indicators / 指標",
        f"  {folder / 'series.yaml'}: licence {licence}, recognised by {', '.join(series.meta.recognise.all)}; check both, and give English words.",
        f"  {folder / 'series.yaml'}: ライセンスと表紙の語を確かめ、英語名を書いてください。",
        f"  {folder / 'indicators.yaml'}: ids are numbers until you name them; better before the first publication than after.",
        f"  {folder / 'indicators.yaml'}: 指標のIDは仮の番号です。最初の公開の前に名前を付けてください（後で変えると互換性が失われます）。",
        f"  After editing / 編集後: shinchoku run --edition {taken.edition.edition_id}",
    ]))


COMMANDS = (intake, new_series, findings, decide, diff, accept, withdraw)
