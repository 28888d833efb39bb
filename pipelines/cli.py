"""The `shinchoku` command: what a person can ask for, its options and exit codes. What is done lies in other modules.

Every import that takes time stands inside its command: `shinchoku read` must not wait for Dagster.
Exit codes: 0 done, 1 a check stopped publication, 2 a file or option that cannot be used.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import click

from pipelines.ingestion_cli import COMMANDS, examples, signed_by
from sources import places
from sources.errors import ShinchokuError, of_system, visible

EXAMPLES = """
\b
Examples / 例:
  shinchoku run                                  every bundled edition, from PDF to open data / 全工程を実行
  shinchoku extract report.pdf                   the numbers a PDF prints, as CSV / PDFの数値をCSVで出力
  shinchoku extract report.pdf --pages 6-7 -o figures.parquet
  echo '前年度比+3万枚（前年度 27万枚）' | shinchoku read --fiscal-year 2024
  shinchoku explain report.pdf --page 6 -o page.html
"""


class Commands(click.Group):
    def invoke(self, ctx: click.Context) -> object:
        try:
            if places.is_address(places.named()):
                from pipelines.home import Home

                Home.find().refresh()
            return super().invoke(ctx)
        except ShinchokuError as error:
            click.echo(str(error), err=True)
            ctx.exit(2)
        except click.UsageError as error:
            error.show()
            if error.format_message().isascii():  # click's own words
                click.echo("コマンドやオプションの指定が正しくありません。--help で使い方を確かめてください。", err=True)
            ctx.exit(2)
        except Exception as fault:
            if not (told := of_system(fault, places.data_folder())):
                raise
            click.echo(str(told), err=True)
            ctx.exit(2)


@click.group(cls=Commands, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="shinchoku")
def main() -> None:
    """Shinchoku (進捗): from a city's PDF progress report to tidy, checked open data.

    自治体の進捗報告書（PDF）から、検証済みのオープンデータをつくります。
    """


for _command in COMMANDS:
    main.add_command(_command)


class PageRange(click.ParamType):
    """`6`, `6-7` or `1,3,6-7`, counted from 1."""

    name = "pages"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> list[int]:
        pages: set[int] = set()
        for part in str(value).split(","):
            first, dash, last = part.strip().partition("-")
            if not (first.isdecimal() and (last.isdecimal() if dash else True)):
                self.fail(f"{value!r} is not a list of pages such as 6, 6-7 or 1,3,6-7 / ページ指定の例: 6-7", param, ctx)
            span = range(int(first), int(last or first) + 1)
            if not span or span[0] < 1:
                self.fail(f"{value!r}: pages count from 1 and the first comes first / ページは1から昇順に指定", param, ctx)
            pages.update(span)
        return sorted(pages)


PDF = click.Path(path_type=Path)
FISCAL_YEAR = click.option(
    "--fiscal-year", type=click.IntRange(1868, 2200), metavar="YEAR", help="Fiscal year of the report, 2024 for R6 / 報告書の対象年度（令和6年度は2024）."
)
PAGES = click.option("--pages", type=PageRange(), metavar="PAGES", help="Only these pages, e.g. 6-7 or 1,3,6-7 / 対象ページ（例：6-7、1,3,6-7）.")


@main.command(short_help="Every number that a PDF prints, as a table / PDFの数値を表にする", epilog=examples(
    "shinchoku extract report.pdf                           CSV on standard output / 標準出力にCSV",
    "shinchoku extract report.pdf --pages 6-7 -o figures.parquet",
    "shinchoku extract R5.pdf R6.pdf -o tables --jobs 2     one CSV a file / ファイルごとにCSV",
))  # fmt: skip
@click.argument("files", metavar="FILE.pdf...", nargs=-1, required=True, type=PDF)
@PAGES
@FISCAL_YEAR
@click.option("-o", "--output", type=PDF, help="OUT.csv, .json or .parquet; with several files a folder / 出力先（.csv、.json、.parquet）。複数のファイルではフォルダ.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Files read at the same time / 同時に読むファイルの数.")
def extract(files: tuple[Path, ...], pages: list[int] | None, fiscal_year: int | None, output: Path | None, jobs: int) -> None:
    """Every number that a PDF prints, what it means and where it stands.

    Without -o: CSV on standard output. What the columns mean: docs/reference/tables.md, `figure`.

    PDFに印字されたすべての数値を、意味とページ上の位置とともに表にします。-o がなければ、CSVを標準出力に出します。列の説明：
    docs/reference/tables.ja.md の `figure`。
    """
    from pipelines import table
    from sources.reading import read_report

    if len(files) == 1 and not (output and output.is_dir()):
        if output and output.suffix not in table.FORMATS:
            raise click.BadOptionUsage("output", f"{output}: the ending must be one of {', '.join(table.FORMATS)} / 拡張子が不正です")
        reading = read_report(files[0], pages=pages, fiscal_year=fiscal_year)
        for warning in reading.warnings:
            click.echo(visible(warning), err=True)
        if output:
            table.write(reading.figures, output)
        else:
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
            click.echo(table.to_csv(reading.figures), nl=False)
        return

    if len({path.stem for path in files}) < len(files):
        raise click.UsageError("Two files have the same name, so that one table would replace the other / 同名のファイルがあります")
    if output is None or output.suffix in table.FORMATS:
        raise click.BadOptionUsage("output", "Several files need a folder: -o FOLDER / 複数ファイルには -o フォルダ を指定してください")
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ShinchokuError(
            f"{output}: the folder cannot be made ({error.strerror}). Choose another place with -o.",
            f"{output}：フォルダを作成できません（{error.strerror}）。-o で別の場所を指定してください。",
        ) from error

    def one(path: Path) -> bool:
        try:
            reading = read_report(path, pages=pages, fiscal_year=fiscal_year)
            table.write(reading.figures, output / f"{path.stem}.csv")
        except ShinchokuError as error:
            click.echo(str(error), err=True)
            return False
        click.echo(f"{visible(path)}: {len(reading.figures)} figures / 数値", err=True)
        return True

    with ThreadPoolExecutor(jobs) as pool:
        if not all(list(pool.map(one, files))):
            raise click.exceptions.Exit(2)


@main.command(short_help="The numbers in lines of text / 文章の数値を読み取る", epilog=examples(
    "echo '前年度比+3万枚（前年度 27万枚）' | shinchoku read --fiscal-year 2024",
))  # fmt: skip
@FISCAL_YEAR
def read(fiscal_year: int | None) -> None:
    """The numbers in each line of standard input, one JSON line each.

    標準入力の各行から数値を読み取り、1行ずつJSONで出力します。
    """
    from sources.notation.jsonl import read_line

    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    for line in sys.stdin:
        click.echo(json.dumps(read_line(line.rstrip("\r\n"), fiscal_year), ensure_ascii=False))


@main.command(short_help="Read, check and publish / 読み取り・検証・公開", epilog=examples(
    "shinchoku run                  every registered edition / 登録されたすべての版",
    "shinchoku run --edition R6     only this one, after its files were edited / 編集した版だけ",
))  # fmt: skip
@click.option("--edition", "editions", multiple=True, metavar="ID", help="Only this edition, e.g. R6; may be given again / 対象の版（例：R6）。繰り返し指定可.")
@click.option("--again", is_flag=True, help="Make anew also what has not changed / 変わっていないものも作り直す.")
def run(editions: tuple[str, ...], again: bool) -> None:
    """Read, check and publish: every registered edition, or those named; what has not changed since is left as it is.

    Runs the assets that the Dagster UI shows, in this process. Exit code 1 where a check keeps an edition back.

    登録されたすべての版（または指定した版）を読み取り、検証し、公開ファイルを作ります。前回から変わっていないものはそのままです。
    Dagsterの画面に出るものと同じアセットを、このプロセスで実行します。検証で止まった版があるときの終了コードは1です。
    """
    from pipelines import run as runner

    outcome = runner.run(editions, again=again)
    for problem in (*outcome.unreadable.values(), *outcome.refused.values()):
        click.echo(f"\n{problem}", err=True)
    click.echo(runner.summary(outcome))
    raise click.exceptions.Exit(outcome.exit_code)


@main.command(short_help="Register in a catalogue (CKAN) / カタログ（CKAN）に登録する", epilog=examples(
    "shinchoku publish              the plan; nothing is sent / 計画だけを示す",
    "shinchoku publish --apply      does it / 登録する",
))  # fmt: skip
@click.option("--apply", "applying", is_flag=True, help="Do what the plan says / 実際に登録する.")
@click.option("--series", "named", multiple=True, metavar="ID", help="Only this series; may be given again / 対象の系列。繰り返し指定可.")
@click.option("--json", "as_json", is_flag=True, help="The plan as JSON / 計画をJSONで出力.")
def publish(applying: bool, named: tuple[str, ...], as_json: bool) -> None:
    """What would change in the catalogue (CKAN), and with --apply the change itself.

    The site is set by SHINCHOKU_CKAN_URL, SHINCHOKU_CKAN_ORGANIZATION and SHINCHOKU_CKAN_TOKEN; without an address the files are
    listed that would be sent. A facsimile or an edition that is not accepted is refused, exit code 2.

    カタログ（CKAN）で何が変わるかを示し、--apply を付けると登録します。登録先は SHINCHOKU_CKAN_URL、SHINCHOKU_CKAN_ORGANIZATION、
    SHINCHOKU_CKAN_TOKEN で指定します。アドレスがなければ、送る予定のファイルを一覧にします。再現版（facsimile）や承認されていない版は
    登録できません（終了コード2）。
    """
    from pipelines.home import Home
    from pipelines.register import register
    from warehouse.catalogue import Settings

    settings = Settings.find()
    done = []
    for one in register(Home.find(), settings, named, applying=applying, say=lambda line: click.echo(f"  {line}", err=True)):
        done.append(one)
        if one.refusal:
            click.echo(str(one.refusal), err=True)
        elif not as_json:
            click.echo("\n".join(one.lines()))
    if as_json:
        click.echo(json.dumps([one.as_json() for one in done], ensure_ascii=False, indent=1))
    elif not settings and any(not one.refusal for one in done):
        click.echo("\nSHINCHOKU_CKAN_URL is not set: these files would be sent. / SHINCHOKU_CKAN_URLが未設定のため、送る予定のファイルを示しました。", err=True)
    elif settings and not applying and any(one.planned and one.planned.changes for one in done):
        click.echo("\nNothing was sent; --apply sends it. / まだ送信していません。--apply を付けると登録します。")
    if any(one.refusal for one in done):
        raise click.exceptions.Exit(2)


@main.command(short_help="See that nothing was lost or changed / 失われたもの・変わったものがないかを確かめる", epilog=examples(
    "shinchoku verify",
))  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="As JSON / JSONで出力.")
def verify(as_json: bool) -> None:
    """See that nothing was lost or changed: originals, decisions, tables, every published value, release and page.

    Exit code 1 where something is not as it was recorded; each is named with its cause and what to do. Changes nothing.

    原本、決定、表、公開したすべての値、リリース、ページに、記録と食い違うものがないかを調べます。食い違いは、原因と対処とともに一つずつ示し、
    終了コードは1になります。何も変更しません。
    """
    from pipelines.home import Home
    from pipelines.verification import report
    from pipelines.verification import verify as look

    done = look(Home.find(), say=lambda line: click.echo(f"  {line}", err=True))
    click.echo(report(done, as_json))
    raise click.exceptions.Exit(1 if done.faults else 0)


@main.command(short_help="Serve the Dagster UI / Dagsterの画面を開く", epilog=examples(
    "shinchoku ui                   http://localhost:3000",
    "shinchoku ui --port 3001       where the port is taken / ポートが使用中のとき",
))  # fmt: skip
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True, help="Port of the UI / ポート番号.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on / 待ち受けアドレス.")
def ui(port: int, host: str) -> None:
    """Serve the Dagster UI on this machine, with its sensors and schedules. Ctrl+C ends it.

    Dagsterの画面を http://localhost:3000 で開きます。センサーとスケジュールも動きます。終了はCtrl+Cです。
    """
    from pipelines import run as runner

    runner.serve(port, host)


@main.command(short_help="Settle findings on a page / 所見をページ上で決める", epilog=examples(
    "shinchoku review R7",
))  # fmt: skip
@click.argument("edition", metavar="EDITION")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port; 0, the default, takes a free one / ポート番号（既定の0は空きポート）.")
@click.option("--browser/--no-browser", default=True, help="Open the page in the browser / ブラウザーで開くか（既定は開く）.")
def review(edition: str, port: int, browser: bool) -> None:
    """Settle the findings of an edition by clicking, on a page that only this machine can open.

    Decisions go to the edition's decisions.yaml. The address that is printed lets in whoever opens it first, once. Ctrl+C ends it.

    版の所見を、このコンピューターだけで開けるページで決めます。決定は版の decisions.yaml に書かれます。表示されたアドレスは、最初に開いた人だけが
    一度使えます。終了はCtrl+Cです。
    """
    from pipelines import desk
    from pipelines.home import Home
    from sources.registry import load

    chosen, who = load().edition(edition), ""
    with suppress(ShinchokuError):  # then the form asks
        who = signed_by(None)
    server = desk.serve(chosen.edition_id, Home.find(), port, who)
    click.echo(f"{chosen.edition_id}\n  {server.url}\n  Ctrl+C ends it / 終了は Ctrl+C")
    if browser:
        click.launch(server.url)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo()
    finally:
        server.server_close()


@main.command(short_help="Every number word, and what became of it / すべての数字とその扱い", epilog=examples(
    "shinchoku ledger report.pdf > ledger.csv",
    "shinchoku ledger report.pdf --pages 6      one page / 1ページだけ",
))  # fmt: skip
@click.argument("file", metavar="FILE.pdf", type=PDF)
@PAGES
@FISCAL_YEAR
def ledger(file: Path, pages: list[int] | None, fiscal_year: int | None) -> None:
    """Every number word on every page of a PDF, and what became of it, as CSV.

    PDFの各ページのすべての数字と、その扱い（数値・日付・名称など）をCSVで出力します。
    """
    from pipelines import table
    from sources.reading import read_report

    reading = read_report(file, pages=pages, fiscal_year=fiscal_year)
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    click.echo(table.ledger_csv(reading.ledger), nl=False)


@main.command(short_help="How one page was read / 1ページの読み取り過程", epilog=examples(
    "shinchoku explain report.pdf --page 6 -o page.html",
))  # fmt: skip
@click.argument("file", metavar="FILE.pdf", type=PDF)
@click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="The page to explain / 対象ページ.")
@click.option("-o", "--output", type=PDF, default=Path("page.html"), show_default=True, help="The HTML file to write / 出力するHTMLファイル.")
@FISCAL_YEAR
def explain(file: Path, page: int, output: Path, fiscal_year: int | None) -> None:
    """One page of a PDF as HTML: how it was cut up, what was read, and why.

    1ページの読み取り過程（どう区切り、何を、なぜそう読み取ったか）をHTMLで示します。
    """
    from sources.explain import explain as write_explanation

    count = write_explanation(file, page, output, fiscal_year)
    click.echo(f"{visible(output)}: {count} figures / 数値")


if __name__ == "__main__":
    main()
