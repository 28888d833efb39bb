"""Last stage, asked for by a person: the published files to a CKAN catalogue. Plans unless its configuration says apply."""

import os

import dagster as dg
from pydantic import Field

from pipelines.assets.exports import exports
from pipelines.describe import OWNERS, PUBLIC, PUBLICATION, markdown_table
from pipelines.resources import PATIENCE, Storage
from sources.errors import PassingError
from warehouse.catalogue.site import ORGANIZATION, TOKEN, URL, Settings


class Catalogue(dg.ConfigurableResource):
    """データセットを登録するCKANと、登録する組織。トークンは画面に出ないよう環境変数（dg.EnvVar）で渡します。

    The CKAN site that datasets are published on, and who publishes. Give the token as dg.EnvVar, so that it is never shown.
    """

    url: str = Field(default="", description=f"サイトのアドレス。空なら{URL}。 Address of the site; empty means {URL}.")
    organization: str = Field(default="", description=f"サイトでの組織名。空なら{ORGANIZATION}。 Name of the organisation there; empty means {ORGANIZATION}.")
    token: str = Field(default="", description=f"その組織の編集者のAPIトークン。空なら{TOKEN}。 API token of an editor of that organisation; empty means {TOKEN}.")

    @classmethod
    def from_environment(cls) -> "Catalogue":
        """Named by its environment variables where they are set; without them only what would be sent can be shown."""
        fields = {"url": URL, "organization": ORGANIZATION, "token": TOKEN}
        return cls(**{name: dg.EnvVar(variable) for name, variable in fields.items() if os.environ.get(variable)})

    def settings(self) -> Settings | None:
        return Settings.find(self.url, self.token, self.organization)


class Registering(dg.Config):
    """サイトに対して行うこと。 What to do at the site."""

    apply: bool = Field(default=False, description="計画どおりに登録する。指定しなければ計画を示すだけ。 Send what the plan says; otherwise the plan is all.")
    series: list[str] = Field(default=[], description="対象とする系列。空ならすべて。 Only these series; empty means all.")


@dg.asset(
    deps=[exports],
    group_name=PUBLICATION,
    kinds={"ckan"},
    owners=OWNERS,
    tags=PUBLIC,
    retry_policy=PATIENCE,
    pool="catalogue",
    description=(
        "カタログ登録：公開ファイルをCKANのデータセットとして登録します。まず変更の予定だけを示し、設定で `apply: true` とすると実行します。"
        "閲覧者には前の版か今回の版のどちらかが見え、途中の状態は見えません。再現版（facsimile）は登録しません。\n\n"
        "The published files as datasets of a CKAN site. Shows what would change; with `apply: true` in its "
        "configuration it is done: readers see the release before or this one, never a part. A facsimile is refused."
    ),
)
def catalogue(context: dg.AssetExecutionContext, config: Registering, storage: Storage, ckan: Catalogue) -> dg.MaterializeResult:
    from pipelines.register import register

    with storage.at_work() as home:
        done = list(register(home, ckan.settings(), config.series, applying=config.apply, say=context.log.info))
    if refused := [one for one in done if one.refusal]:
        raise dg.Failure(
            "\n".join(str(one.refusal) for one in refused),
            metadata={one.series: str(one.refusal) for one in refused},
            allow_retries=all(isinstance(one.refusal, PassingError) for one in refused),
        )
    steps = [
        {"dataset": step.dataset, "what": step.kind, "name": step.name, "action": step.action, "fields": ", ".join(step.fields)}
        for one in done
        for step in (one.planned.changes if one.planned else ())
    ]
    for one in done:
        context.log.info("\n".join(one.lines()))
    return dg.MaterializeResult(
        metadata={
            "実行した / applied": config.apply,
            "変更あり / changed": any(one.changed for one in done),
            "変更 / changes": dg.MetadataValue.md(markdown_table(steps, ["dataset", "what", "name", "action", "fields"], limit=None)),
            "計画 / plan": dg.MetadataValue.json([one.as_json() for one in done]),
        }
    )
