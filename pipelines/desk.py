"""What stands behind the served review of an edition: a form is looked at, written to the series' files, and everything judged anew.

A decision goes to those files and to nothing else; what was read of the PDF is not read again.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

from pipelines import acceptance, audit, deciding, open_findings, review, run
from pipelines.home import Home
from pipelines.open_findings import Item
from sources import whole
from sources.errors import ShinchokuError
from sources.registry import Edition, Series, load
from warehouse.changes import Change
from warehouse.review import FormState, Problem, Review, Written, forms
from warehouse.review.pictures import Served
from warehouse.review.server import Answer, ReviewServer

WROTE = ("決定を書きました。", "Wrote the decision.")


def serve(name: str, home: Home, port: int = 0, who: str = "") -> ReviewServer:
    """A server of the review of an edition, matched and judged with the decisions of now; it answers once it is told to."""
    desk = ReviewDesk(name, home, who)
    desk.check()
    return ReviewServer(desk, frozenset(desk.actions), port)


class ReviewDesk:
    """What stands behind the forms of one edition's page. The server lets in one form at a time."""

    def __init__(self, name: str, home: Home, who: str = "", today: Callable[[], date] = date.today) -> None:
        self.name, self.home, self.today = name, home, today
        self.pictures = Served()
        self.who = who
        self.written: Written | None = None
        self.checked = ""
        self.changes: list[Change] | None = None
        self.actions: dict[str, Callable[[Edition, forms.Form], Written]] = {
            "acknowledge": self._acknowledge,
            "correct": self._correct,
            "map": self._map,
            "new_indicator": self._new_indicator,
            "end": self._end,
            "remove": self._remove,
            "accept": self._accept,
            "recheck": self._recheck,
        }

    # -- what the server asks for

    def show(self, csrf: str) -> str:
        written, self.written = self.written, None
        return self._html(csrf, written=written)

    def picture(self, key: str) -> bytes | None:
        return self.pictures.content(key)

    def do(self, action: str, form: Mapping[str, str], csrf: str) -> Answer:
        """Write what the form says, match and judge anew; what does not hold any more is refused before anything is written."""
        self.who = form.get("who", "").strip()[: forms.SHORT] or self.who
        try:
            with self.home.lock():
                if action != "recheck":
                    self._unchanged(form)
                self.written = self.actions[action](self._edition(), forms.Form(form))
                self.check()
        except forms.FieldError as error:
            return Answer(422, self._html(csrf, problem=Problem(error, action, form)))
        except ShinchokuError as error:
            return Answer(409, self._html(csrf, problem=Problem(error, action, form)))
        return Answer(303, fragment="#written")

    def check(self) -> None:
        """Match and judge what was read with the files of now, and write the page as a file, too."""
        with self.home.lock():
            state = self.state()
            edition = self._edition()
            acceptance.judge_again(edition, self.home)
            self.changes = review.changes(edition, self.home)
            self.checked = state

    def _html(self, csrf: str, written: Written | None = None, problem: Problem | None = None) -> str:
        state = self.state()
        edition = self._edition()
        form_state = FormState(
            csrf=csrf,
            seen=state,
            who=self.who,
            stopped=audit.errors(edition, self.home),
            changed=state != self.checked,
            written=written,
            problem=problem,
        )
        shown = replace(review.material(edition, self.home), changes=self.changes)
        return Review.of(shown, self.pictures).html(form_state)

    # -- what the forms do

    def _acknowledge(self, edition: Edition, form: forms.Form) -> Written:
        item, _ = self._item(edition, form, "acknowledge")
        with _Changes(edition, *WROTE) as changes:
            deciding.acknowledge(edition, item, self._signature(form))
        return changes.written()

    def _correct(self, edition: Edition, form: forms.Form) -> Written:
        item, shown = self._item(edition, form, "correct")
        use = forms.correction(form, shown.here.figures[item.figure_id or ""])
        with _Changes(edition, *WROTE) as changes:
            deciding.correct(edition, item, use, self.home, self._signature(form))
        return changes.written()

    def _map(self, edition: Edition, form: forms.Form) -> Written:
        item, _ = self._item(edition, form, "map")
        chosen = form.chosen("indicator", edition.series.indicators)
        with _Changes(edition, *WROTE) as changes:
            deciding.map_to(edition, item, chosen, self._signature(form))
        return changes.written()

    def _new_indicator(self, edition: Edition, form: forms.Form) -> Written:
        item, _ = self._item(edition, form, "new_indicator")
        given = forms.indicator(form, edition)
        with _Changes(edition, "指標を登録しました。", f"Registered the indicator {given['id']}.") as changes:
            deciding.new_indicator(edition, item, given, self.home, self._signature(form))
        return changes.written()

    def _end(self, edition: Edition, form: forms.Form) -> Written:
        item, _ = self._item(edition, form, "end")
        with _Changes(edition, "指標の終了を書きました。", f"Wrote the end of {item.indicator_id}.") as changes:
            deciding.end(edition, item, self._signature(form))
        return changes.written()

    def _remove(self, edition: Edition, form: forms.Form) -> Written:
        item, _ = self._item(edition, form, "remove")
        with _Changes(edition, "前提の崩れた決定を取り除きました。", "Took out a decision that no longer holds.") as changes:
            deciding.remove(edition, item)
        return changes.written()

    def _accept(self, edition: Edition, form: forms.Form) -> Written:
        who, reason = form.text("who"), form.text("reason", forms.LONG, required=False)
        with _Changes(edition, "この版を承認し、公開ファイルを更新しました。", "Accepted this edition, and published it.") as changes:
            done = acceptance.accept(edition, self.home, who, reason, self.today())
            with run.running(self.home) as execute:
                problem = acceptance.publish(done.edition, self.home, execute)
        written = changes.written()
        if problem:
            english, _, japanese = problem.rpartition("\n")
            return replace(written, en=f"Accepted this edition, but not published it: {english}", ja=f"この版を承認しましたが、公開できませんでした：{japanese}")
        return written

    def _recheck(self, edition: Edition, form: forms.Form) -> Written:
        return Written("Checked again with the files of now.", "今のファイルで検証し直しました。")

    # -- what must still hold

    def _edition(self) -> Edition:
        return load().edition(self.name)

    def state(self) -> str:
        """What the series' files say now, as one short word."""
        digest = hashlib.sha256()
        for path in _files(self._edition().series):
            digest.update(f"{path}\0".encode() + path.read_bytes() + b"\0")
        return digest.hexdigest()[:32]

    def _unchanged(self, form: Mapping[str, str]) -> None:
        if form.get("seen") == self.state() == self.checked:
            return
        self.check()
        raise ShinchokuError(
            "The files of the series are not as they were when the page was shown. Look at the finding again and send the form once more.",
            "ページを表示した後に、系列のファイルが変わりました。所見をもう一度確かめて、送り直してください。",
        )

    def _signature(self, form: forms.Form) -> deciding.Signature:
        who, reason = form.signed()
        return deciding.Signature(who, self.today(), reason)

    def _item(self, edition: Edition, form: forms.Form, action: str) -> tuple[Item, Review]:
        """The open finding that a form speaks of, which must say what it said when the form was shown."""
        shown = Review.of(review.material(edition, self.home), self.pictures)
        name, expect = form.values.get("finding", ""), form.values.get("expect", "")
        matter = next((matter for matter in shown.matters if matter.id == name and matter.open), None)
        if matter is None or action not in matter.actions:
            raise ShinchokuError("There is no such open finding (any more).", "そのような未決の所見はありません（すでに決定済みかもしれません）。")
        if "".join(matter.expect.split()) != "".join(expect.split()):
            raise ShinchokuError(
                f"The finding now says '{matter.expect}', not '{expect}'. Look at it again.",
                f"所見の内容が「{expect}」から「{matter.expect}」に変わっています。もう一度確かめてください。",
            )
        return next(item for item in open_findings.items(edition, self.home) if item.id == name), shown


class _Changes:
    """Watches the series' files while they are written; where they cannot be read afterwards, they are put back."""

    def __init__(self, edition: Edition, ja: str, en: str) -> None:
        self.edition, self.ja, self.en = edition, ja, en
        self.before: dict[Path, bytes] = {}

    def __enter__(self) -> _Changes:
        self.before = {path: path.read_bytes() for path in _files(self.edition.series)}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise ShinchokuError(
                f"{error.filename or self.edition.decisions_file}: cannot be written ({error.strerror}). Give it write permission or set SHINCHOKU_SERIES.",
                f"{error.filename or self.edition.decisions_file}：書き込めません（{error.strerror}）。権限を変えるか、SHINCHOKU_SERIESで別の場所を指定してください。",
            ) from error
        if error is None:
            try:
                load().edition(self.edition.edition_id).decisions  # noqa: B018 - read to see that they can be
            except ShinchokuError:
                self._put_back()
                raise

    def _put_back(self) -> None:
        for path in _files(self.edition.series):
            if path not in self.before:
                path.unlink()
            elif path.read_bytes() != self.before[path]:
                with suppress(OSError), whole.replacing_file(path) as beside:
                    beside.write_bytes(self.before[path])

    def written(self) -> Written:
        changes = []
        for path in _files(self.edition.series):
            old, new = self.before.get(path, b"").decode().splitlines(), path.read_text(encoding="utf-8").splitlines()
            if old != new:
                changes.append((path, list(difflib.unified_diff(old, new, n=2, lineterm=""))[2:]))
        return Written(self.en, self.ja, changes)


def _files(series: Series) -> list[Path]:
    return sorted(path for folder in series.folders for path in folder.rglob("*.yaml") if not path.name.startswith("."))
