"""Tells people outside the UI what they would not see there: a run that failed, a report that is due. To the log, and where told to.

What a notice goes by is an address as Apprise (the ``notify`` extra) reads it: mailtos://…, the webhook of Slack, Teams and others.
An address holds its password, so none is ever shown: not in the UI, not in a log, not in an error.
"""

import logging
import os
from typing import Any

import dagster as dg
from pydantic import Field

NOTIFY, UI = "SHINCHOKU_NOTIFY", "SHINCHOKU_UI_URL"
LONGEST = 3000  # characters of one notice: what Slack shows of a message without cutting it


class Notices(dg.ConfigurableResource):
    """ログのほかに、失敗や督促を知らせる先。アドレスは画面に出ないよう環境変数（dg.EnvVar）で渡します。

    To whom notices go besides the log. Give the addresses as dg.EnvVar, so that they are never shown.
    """

    addresses: str = Field(
        default="",
        description=f"通知先（Apprise形式、空白区切り）。空なら{NOTIFY}、それもなければログだけ。"
        f" Where notices go, separated by spaces, as Apprise reads them; empty means {NOTIFY}, or the log alone where that is not set.",
    )
    ui: str = Field(
        default="",
        description=f"通知に載せるDagsterの画面のアドレス。空なら{UI}。 Address of the Dagster UI for links to runs, as people reach it; empty means {UI}.",
    )

    @classmethod
    def from_environment(cls) -> "Notices":
        fields = {"addresses": NOTIFY, "ui": UI}
        return cls(**{name: dg.EnvVar(variable) for name, variable in fields.items() if os.environ.get(variable)})

    def run_link(self, run_id: str) -> str:
        base = (self.ui or os.environ.get(UI, "")).rstrip("/")
        return f"{base}/runs/{run_id}" if base else ""

    def send(self, title: str, text: str, log: Any) -> bool:
        """Send to every address. What could not be sent is logged and holds nothing up; whether all was."""
        addresses = (self.addresses or os.environ.get(NOTIFY, "")).split()
        if not addresses:
            return True
        try:
            import apprise
        except ImportError:
            log.error(f"{NOTIFY} is set, but the notify extra is not installed: .venv/bin/pip install -c constraints.txt -e '.[notify]'\n"
                      f"{NOTIFY} が設定されていますが、通知用のパッケージがありません。上のコマンドで導入してください。")  # fmt: skip
            return False
        # Apprise logs an address that it cannot read as it stands, with the password.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        sent = 0
        for number, address in enumerate(addresses, start=1):
            target = apprise.Apprise.instantiate(address, suppress_exceptions=True)
            kind = getattr(target, "service_name", None) or "?"
            if target is None:
                log.error(f"address {number} of {NOTIFY} is none that Apprise knows; see https://appriseit.com for their forms. / {number}番目の通知先を読み取れません。")
            elif not target.notify(body=text[:LONGEST], title=title, notify_type=apprise.NotifyType.WARNING, body_format=apprise.NotifyFormat.TEXT):
                log.error(f"address {number} of {NOTIFY} ({kind}) took no notice: check it and the connection. / {number}番目の通知先（{kind}）に送信できませんでした。")
            else:
                sent += 1
        return sent == len(addresses)


@dg.run_failure_sensor(
    name="run_failed",
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
    description=(
        "失敗の通知：失敗した実行を、何が起き、何をすればよいかとともに、ログと通知先（SHINCHOKU_NOTIFY）に知らせます。\n\n"
        "Says which run failed, why and what to do, in the log and to whom notices go (SHINCHOKU_NOTIFY)."
    ),
)
def run_failed(context: dg.RunFailureSensorContext, notices: Notices) -> None:
    run = context.dagster_run
    what = " ".join(word for word in (run.job_name.strip("_"), run.tags.get("dagster/partition")) if word)
    reasons = [_reason(event) for event in context.get_step_failure_events()] or [context.failure_event.message or "?"]
    link = notices.run_link(run.run_id)
    title = f"実行に失敗しました：{what} / run failed: {what}"
    text = "\n\n".join([*reasons, *([link] if link else []), f"run {run.run_id}"])
    context.log.error(f"{title}\n{text}")
    notices.send(title, text, context.log)


def _reason(event: dg.DagsterEvent) -> str:
    data = event.step_failure_data
    told, error = data.user_failure_data, data.error
    message = (told.description if told else None) or (f"{error.cls_name}: {error.message}" if error else "?")
    return f"[{event.step_key}] {message.strip()}"
