"""What is judged: one edition's tables with what the registry knows about it, in the form that the suites take."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from expectations.frames import Rows, table
from sources.registry import Edition, Indicator
from warehouse import fields


@dataclass(frozen=True, slots=True)
class Subject:
    """One edition under judgement.

    ``unmatched`` are the ids of the figures that matching listed with a reason, ``findings`` the rows of what it found,
    ``previous`` the observations of the edition before, if there is one.
    """

    edition: Edition
    figures: pd.DataFrame
    observations: pd.DataFrame
    statements: pd.DataFrame
    ledger: pd.DataFrame
    pages: Mapping[int, tuple[float, float]]
    unmatched: Collection[str]
    findings: Sequence[Mapping[str, Any]]
    previous: pd.DataFrame

    @property
    def indicators(self) -> Mapping[str, Indicator]:
        return self.edition.series.indicators

    @classmethod
    def of(
        cls,
        edition: Edition,
        figures: Rows,
        observations: Rows,
        statements: Rows,
        *,
        ledger: Rows = (),
        pages: Iterable[Mapping[str, Any]] = (),
        unmatched: Iterable[str] = (),
        findings: Iterable[Mapping[str, Any]] = (),
        previous: Rows | None = None,
    ) -> Subject:
        return cls(
            edition=edition,
            figures=table(figures, fields.table("figure").names),
            observations=table(observations, fields.table("observation").names),
            statements=table(statements, fields.table("statement").names),
            ledger=table(ledger, fields.table("ledger").names),
            pages={int(page["number"]): (float(page["width"]), float(page["height"])) for page in pages},
            unmatched=frozenset(unmatched),
            findings=tuple(findings),
            previous=table(() if previous is None else previous, fields.table("observation").names),
        )
