"""What must hold between one edition and the one before it: overlap, magnitude, targets, totals that only grow, coverage."""

from __future__ import annotations

import pandas as pd

from expectations import findings
from expectations.rules import Rule, Text, between
from expectations.subject import Subject

RULES = (
    *findings.ACROSS_EDITIONS,
    Rule(
        "coverage_is_kept",
        "coverage",
        between("lost", None, 0),
        "warning",
        Text("報告される指標の数は前の版を下回らない", "No fewer indicators are reported than in the last edition"),
        Text("前の版の 48 指標が 30 指標になっている", "48 indicators in the last edition, 30 in this one"),
        Text("読めなかったページがないか、台帳を見ます", "See in the ledger whether pages were not read"),
        ("indicators", "indicators_before"),
    ),
)


def frames(subject: Subject) -> dict[str, pd.DataFrame]:
    return {"finding": findings.frame(subject), "coverage": _coverage(subject)}


def _coverage(subject: Subject) -> pd.DataFrame:
    now, before = (
        frame.loc[frame["value"].notna(), "indicator_id"].nunique() for frame in (subject.observations, subject.previous)
    )
    row = {"finding_key": "indicators", "printed": str(now), "indicators": now, "indicators_before": before, "lost": before - now}
    return pd.DataFrame([row] if before else [], columns=list(row))
