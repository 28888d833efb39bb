"""What the assets are given from outside: where to write, and which series there are. Tests and deployments swap them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from pydantic import Field

from pipelines.home import Home
from sources.errors import ShinchokuError
from sources.registry import Edition, Registry, load


class Storage(dg.ConfigurableResource):
    """The folder that everything made by a run lies under."""

    root: str = Field(default="", description="Data folder; empty means SHINCHOKU_HOME, or ./data where that is not set.")

    @property
    def home(self) -> Home:
        return Home.find(self.root or None)


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
