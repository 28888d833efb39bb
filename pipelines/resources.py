"""What the assets are given from outside: where to write, and which series there are. Tests and deployments swap them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from pydantic import Field

from pipelines.home import Home
from sources.errors import ShinchokuError
from sources.registry import Edition, Registry, load


class Storage(dg.ConfigurableResource):
    """Where everything made by a run is kept."""

    root: str = Field(default="", description="Data folder, or an address such as s3://bucket/folder; empty means SHINCHOKU_HOME, or ./data where that is not set.")
    keep_releases: int = Field(
        default=0, ge=0, description="How many releases stay under exports/releases; 0 means SHINCHOKU_KEEP_RELEASES, or all where that is not set."
    )

    @property
    def keep(self) -> int | None:
        """How many releases stay; None for all. Raises ShinchokuError where the environment does not say a whole number."""
        said = os.environ.get("SHINCHOKU_KEEP_RELEASES", "").strip()
        if said and not said.isdecimal():
            raise ShinchokuError(
                f"SHINCHOKU_KEEP_RELEASES is {said!r}. Give a whole number such as 10, or unset it to keep all releases.",
                f"SHINCHOKU_KEEP_RELEASESが {said!r} です。10 のような整数を指定するか、設定を外してください（すべて残します）。",
            )
        return self.keep_releases or int(said or 0) or None

    @property
    def home(self) -> Home:
        return Home.find(self.root or None)

    @contextmanager
    def at_work(self) -> Iterator[Home]:
        """A step's work on the data folder: what it made is stored when it ended well, and an error is told as :func:`explained` does."""
        with explained():
            home = self.home
            with home.working():
                yield home


class Series(dg.ConfigurableResource):
    """The registered series with their indicators and editions."""

    folder: str = Field(default="", description="Folder of further series, searched first; empty means SHINCHOKU_SERIES.")

    def registry(self) -> Registry:
        return load(Path(self.folder) if self.folder else None)

    def edition(self, edition_id: str) -> Edition:
        return self.registry().edition(edition_id)


@contextmanager
def explained() -> Iterator[None]:
    """An error that a person can act on ends the step with its message in both languages, and is not tried again."""
    try:
        yield
    except ShinchokuError as error:
        raise dg.Failure(
            description=str(error),
            metadata={"problem": error.en, "問題": error.ja},
            allow_retries=False,
        ) from error
