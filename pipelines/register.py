"""What `shinchoku publish` and the asset `catalogue` do: each series of the latest release to the catalogue, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.home import Home
from sources.errors import ShinchokuError
from warehouse.catalogue import Offer, Plan, Settings, Site, apply, offer, plan, series_names


@dataclass(frozen=True, slots=True)
class Registration:
    """What became of one series: why it may not go there, or what goes; the plan where a site is set, and whether it changed it."""

    series: str
    refusal: ShinchokuError | None = None
    offered: Offer | None = None
    planned: Plan | None = None
    changed: bool = False

    def lines(self) -> Iterator[str]:
        if self.planned:
            yield from self.planned.lines()
        elif self.offered:
            yield self.offered.name
            yield from (f"{file.sha256}  {file.size:>10,}  {file.path}" for file in self.offered.files)

    def as_json(self) -> dict[str, Any]:
        record: dict[str, Any] = {"series": self.series, "changed": self.changed}
        if self.refusal:
            record["refusal"] = {"en": self.refusal.en, "ja": self.refusal.ja}
        if self.offered:
            files = [{"path": file.path, "size": file.size, "sha256": file.sha256} for file in self.offered.files]
            record |= {"dataset": self.offered.name, "version": self.offered.version, "files": files}
        return record | ({"plan": self.planned.as_json()} if self.planned else {})


def register(
    home: Home,
    settings: Settings | None,
    named: Sequence[str] = (),
    *,
    applying: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> Iterator[Registration]:
    """Plan, and where ``applying`` carry out, for the named series or all. A series that is refused does not hold up the others."""
    if applying and settings is None:
        raise ShinchokuError(
            "SHINCHOKU_CKAN_URL is not set, so there is no catalogue to send to. Set it to the address of the CKAN site.",
            "SHINCHOKU_CKAN_URL が設定されていないため、登録先がありません。CKANのアドレスを設定してください。",
        )
    site = Site(settings) if settings else None
    folder = (home.exports / "latest").resolve()  # a release does not change; another run may let latest point elsewhere
    for series in named or series_names(home.warehouse):
        try:
            offered = offer(home.warehouse, folder, series)
            planned = plan(site, offered) if site else None
            changed = False
            if site and applying:
                with home.lock():  # two at a time would each upload every file
                    changed = apply(site, offered, say)
        except ShinchokuError as refusal:
            yield Registration(series, refusal)
        else:
            yield Registration(series, None, offered, planned, changed)
