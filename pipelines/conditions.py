"""When an asset is made without anybody asking: the conditions of what lies downstream of an accepted edition, and the sensor that judges them.

Reading is asked for by a person or the inbox, and the catalogue is never sent to by itself. In between, what is public follows what is accepted.
"""

from __future__ import annotations

from datetime import timedelta

import dagster as dg

YEARLY = dg.FreshnessPolicy.time_window(warn_window=timedelta(days=400), fail_window=timedelta(days=550))
"""Reports are yearly: without any accepted in thirteen months somebody should look, in eighteen a year was missed.

Dagster judges an asset and not its partitions. Which series' year is missing says the check of the warehouse.
"""

FOLLOWS = (
    dg.AutomationCondition.any_deps_updated().since_last_handled()
    & ~dg.AutomationCondition.any_deps_in_progress()
    & ~dg.AutomationCondition.in_progress()
).with_label("follows what it is made of")
"""Made anew once when what it is made of has changed, and not before that has come to rest: after a backfill once, not once an edition.

Dagster's ``eager`` would wait until no edition is missing, and an edition that is a draft always is: it passes no gate.
"""


def follow_up(*assets: dg.AssetsDefinition) -> dg.AutomationConditionSensorDefinition:
    """The sensor that makes what follows, running unless an operator stops it."""
    return dg.AutomationConditionSensorDefinition(
        "follow_up",
        target=dg.AssetSelection.assets(*assets),
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=30,
        run_tags={"stage": "follow_up"},
        description=(
            "**追従** 承認済みの版が更新されると、データベース、公開ファイル、公開ページを順に一度だけ作り直します。検証結果は読み取り・対応付けのたびに更新します。"
            "下書きの取込では公開分は動きません。カタログへの登録は自動では行いません。\n\n"
            "When an accepted edition changed, the warehouse, the exports and the public page are made anew, once and in this order; the results page "
            "after every reading or matching. Taking in a draft moves nothing that is public. The catalogue is never registered at by itself."
        ),
    )
