"""Sixth stage: the public page, written from the warehouse and the published files, and swapped in as one folder."""

from typing import TYPE_CHECKING

import dagster as dg

from pipelines import staging, unchanged
from pipelines.assets.exports import exports
from pipelines.code_version import code_version
from pipelines.conditions import FOLLOWS
from pipelines.describe import OWNERS, PUBLIC, PUBLICATION, link
from pipelines.home import Home
from pipelines.resources import PATIENCE, Series, Storage
from sources import whole

if TYPE_CHECKING:
    from warehouse.site import Pages


@dg.asset(
    deps=[exports],
    group_name=PUBLICATION,
    kinds={"html"},
    owners=OWNERS,
    tags=PUBLIC,
    code_version=code_version("site"),
    retry_policy=PATIENCE,
    automation_condition=FOLLOWS,
    pool="writer",
    description=(
        "公開ページ：指標ごとの経年値・目標・報告書の該当箇所と、表、公開ファイル。日本語と英語の静的サイトで、"
        "どのウェブサーバーにも置け、ファイルのままでも開けます。\n\n"
        "Each indicator with its values over the years, its target and the spot on the page, a table, and the published "
        "files, in Japanese and English: a static site for any web server, or opened as files."
    ),
)
def site(context: dg.AssetExecutionContext, series: Series, storage: Storage) -> dg.MaterializeResult:
    from warehouse.site import write_site

    with storage.at_work() as home, home.lock():
        registry = series.registry()
        stage = unchanged.site(registry, home)
        place = {"公開ページ / public page": link(home.site / "index.html", home), "フォルダ / folder": dg.MetadataValue.path(home.site)}
        if told := stage.unchanged(context, storage):
            return dg.MaterializeResult(metadata=told | place)
        pictures = {
            edition_id: found for edition_id in registry.editions if (found := page_pictures(edition_id, home)) is not None
        }
        with whole.replacing(home.site) as folder:
            parts = unchanged.parts(home, "site", storage)
            made = write_site(home.warehouse, (home.exports / "latest").resolve(), pictures, folder, home.site, parts)
        told = stage.ended(context, {
            "ページ / pages": made.pages,
            "図 / pictures": made.crops,
            "指標 / indicators": made.indicators,
            "リリース / release": made.version,
        })  # fmt: skip
    context.log.info(f"{made.pages} pages, {made.crops} pictures: {home.site / 'index.html'}")
    return dg.MaterializeResult(metadata=told | place)


def page_pictures(edition_id: str, home: Home) -> "Pages | None":
    """The pictures of an accepted edition's pages, unless they were drawn since from another file than the one accepted."""
    from warehouse.site import Pages

    accepted, staged = (folder / "reading.json" for folder in (home.accepted(edition_id), home.staging(edition_id)))
    if not (accepted.exists() and staged.exists()):
        return None
    reading = staging.read_json(accepted)
    if staging.read_json(staged)["sha256"] != reading["sha256"]:
        return None
    return Pages(home.pages(edition_id), {page["number"]: (page["width"], page["height"]) for page in reading["pages"]})
