"""What the assets are given from outside: where to write, and which series there are. Tests and deployments swap them."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from pipelines.home import Home
from sources.child import Limits
from sources.errors import PassingError, ShinchokuError, of_system
from sources.registry import Edition, Registry, find_edition, load

if TYPE_CHECKING:
    from sources.fetching import Fetcher


class Storage(dg.ConfigurableResource):
    """実行で作られるものの保存先。

    Where everything made by a run is kept.
    """

    root: str = Field(
        default="",
        description="データフォルダ、またはs3://bucket/folderのようなアドレス。空ならSHINCHOKU_HOME、それもなければ./data。"
        " Data folder, or an address such as s3://bucket/folder; empty means SHINCHOKU_HOME, or ./data where that is not set.",
    )
    keep_releases: int = Field(
        default=0,
        ge=0,
        description="exports/releasesに残すリリースの数。0ならSHINCHOKU_KEEP_RELEASES、それもなければすべて残す。"
        " How many releases stay under exports/releases; 0 means SHINCHOKU_KEEP_RELEASES, or all where that is not set.",
    )
    again: bool = Field(
        default=False,
        description="前回から変わっていないものも作り直す。 Make anew also what has not changed since it was made last.",
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
    def at_work(self, edition_id: str = "") -> Iterator[Home]:
        """A step's work on the data folder: what it made is stored when it ended well, and an error is told as :func:`explained` does.

        Of an address, work on one edition fetches what concerns its series and no other.
        """
        with explained():
            home = self.home
            with home.working(edition_id.partition("-")[0] or None):
                yield home


class Series(dg.ConfigurableResource):
    """登録された系列と、その指標・版。

    The registered series with their indicators and editions.
    """

    folder: str = Field(default="", description="先に探す系列フォルダ。空ならSHINCHOKU_SERIES。 Folder of further series, searched first; empty means SHINCHOKU_SERIES.")

    def registry(self) -> Registry:
        return load(Path(self.folder) if self.folder else None)

    def edition(self, edition_id: str) -> Edition:
        return self.known(edition_id) or self.registry().edition(edition_id)

    def known(self, edition_id: str) -> Edition | None:
        return find_edition(edition_id, Path(self.folder) if self.folder else None)


class Reader(dg.ConfigurableResource):
    """1ファイルの読み取りに使ってよい資源の上限と、画像の文字を認識するか。

    What reading one file may cost, and whether text in pictures is recognised.
    """

    memory: int = Field(
        default=0, ge=0,
        description="1ファイルの読み取りに使ってよいメモリ（MiB）。0ならSHINCHOKU_READ_MEMORY、それもなければ3072。"
        " MiB that the reading of one file may take; 0 means SHINCHOKU_READ_MEMORY, or 3072.",
    )  # fmt: skip
    seconds: int = Field(
        default=0, ge=0,
        description="1ファイルにかけてよい秒数。0ならSHINCHOKU_READ_SECONDS、それもなければ900。"
        " Seconds for one file; 0 means SHINCHOKU_READ_SECONDS, or 900.",
    )  # fmt: skip
    page_seconds: int = Field(
        default=0, ge=0,
        description="1ページにかけてよい秒数。0ならSHINCHOKU_READ_PAGE_SECONDS、それもなければ60。"
        " Seconds for one page; 0 means SHINCHOKU_READ_PAGE_SECONDS, or 60.",
    )  # fmt: skip
    pages: int = Field(
        default=0, ge=0,
        description="1ファイルのページ数の上限。0ならSHINCHOKU_READ_PAGES、それもなければ2000。"
        " Pages that a file may have; 0 means SHINCHOKU_READ_PAGES, or 2000.",
    )  # fmt: skip
    pixels: int = Field(
        default=0, ge=0,
        description="1ページの画像の画素数の上限。0ならSHINCHOKU_READ_PIXELS、それもなければ2500万。"
        " Pixels of the picture of one page; 0 means SHINCHOKU_READ_PIXELS, or 25 million.",
    )  # fmt: skip
    ocr: bool = Field(
        default=True,
        description="ocrの追加パッケージがあれば、文字情報のないページや画像の文字を認識する。"
        " Recognise the text of pages and pictures that have none, where the ocr extra is installed.",
    )

    def limits(self) -> Limits:
        said = {limit.name: getattr(self, limit.name) for limit in fields(Limits)}
        return replace(Limits.from_environment(), **{name: value for name, value in said.items() if value})

    @property
    def ocr_mode(self) -> str:
        return "auto" if self.ocr else "off"


class Web(dg.ConfigurableResource):
    """発行者の掲載ページを確かめる間隔と、サーバーの管理者への連絡先。

    How often a publisher's page is looked at, and whom the owner of its server can write to.
    """

    every_hours: int = Field(default=24, ge=1, description="掲載ページを確かめる間隔（時間）。 Hours between two looks at a page.")
    contact: str = Field(
        default="",
        description="サーバーの管理者への連絡先（User-Agentに載せるメールアドレスやページ）。空ならSHINCHOKU_CONTACT。"
        " Mail address or page that is sent along with every question (User-Agent); empty means SHINCHOKU_CONTACT.",
    )

    def fetcher(self) -> Fetcher:
        from sources.fetching import Fetcher

        return Fetcher(contact=self.contact or os.environ.get("SHINCHOKU_CONTACT", ""))


PATIENCE = dg.RetryPolicy(max_retries=3, delay=3, backoff=dg.Backoff.EXPONENTIAL)
"""Three more tries within about half a minute, for what :func:`explained` lets be tried again."""


@contextmanager
def explained() -> Iterator[None]:
    """An error that a person can act on ends the step with its message in both languages.

    Only what may pass by itself is tried again: a bad file stays bad, and a fault of the program does not mend itself.
    """
    try:
        yield
    except (dg.Failure, dg.RetryRequested):
        raise
    except ShinchokuError as error:
        raise dg.Failure(
            description=str(error),
            metadata={"problem": error.en, "問題": error.ja},
            allow_retries=isinstance(error, PassingError),
        ) from error
    except Exception as fault:
        if told := of_system(fault, Home.find().root):
            raise dg.Failure(description=str(told), metadata={"problem": told.en, "問題": told.ja}, allow_retries=False) from fault
        raise dg.Failure(description="".join(traceback.format_exception(fault)), allow_retries=False) from fault
