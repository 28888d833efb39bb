"""The pictures of README and docs, taken anew of the program as it is: ``make screenshots``, then look at each one. Not a test.

They show the bundled report, and as the report of the next year the made-up one that the tests of the yearly ingestion read.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from pipelines.home import Home
from tests.chromium import chromium, click, says, size, text
from tests.conftest import REPORT, ROOT
from tests.ingestion.editions import planted, typeset
from tests.ui.served import dagster_ui, look_at_check

FOLDER = ROOT / "docs" / "img"
LARGEST = 250_000  # bytes of a picture
WIDEST = 1600
ALT = "\ue00a"
BUNDLED, MADE_UP = "kitakyushu_dx-R6", "kitakyushu_dx-R7"


class Place(NamedTuple):
    """What is looked at: the Dagster UI, the review page with forms, and the data folder behind both."""

    ui: str
    review: str
    home: Home


def asset_graph(browser: Any, place: Place) -> None:
    size(browser, 2000, 860)
    browser.get(f"{place.ui}/asset-groups")
    says(browser, "ingestion", "publication")
    click(browser, text("Hide navigation"))
    browser.find_element("tag name", "body").send_keys(ALT + "e")
    says(browser, "accepted_edition", "review_page", "catalogue")
    browser.refresh()  # which lays it out anew, to fit the window
    says(browser, "accepted_edition", "review_page", "catalogue")
    time.sleep(6)  # what became of each asset is asked for later, and shown as a colour alone


def figures_asset(browser: Any, place: Place) -> None:
    size(browser, 1400, 900)
    browser.get(f"{place.ui}/assets/figures?view=events&partition={BUNDLED}")
    says(browser, BUNDLED, "sha256")
    click(browser, text("[Show Markdown]"))
    says(browser, "読み / read as", "30 万枚超")


def failed_check(browser: Any, place: Place) -> None:
    size(browser, 1400, 900)
    browser.get(f"{place.ui}/assets/observations?view=checks")
    look_at_check(browser, "magnitude")
    says(browser, "1,320時間分は桁が違います", MADE_UP)


def column_schema(browser: Any, place: Place) -> None:
    size(browser, 1400, 1000)
    browser.get(f"{place.ui}/assets/observations?view=overview")
    says(browser, "観測値：", "Local government code")


def public_page(browser: Any, place: Place) -> None:
    size(browser, 1280, 1150)
    browser.get((place.home.site / "index.html").as_uri())
    says(browser, "分野ごとの進捗")


def review_page(browser: Any, place: Place) -> None:
    size(browser, 1400, 1000)
    browser.get(place.home.review(BUNDLED).as_uri())
    says(browser, "規則の結果")


def review_findings(browser: Any, place: Place) -> None:
    size(browser, 1280, 1130)
    browser.get(place.review)
    says(browser, "決めること", "集約対象業務")


SHOTS: dict[str, Callable[[Any, Place], None]] = {
    "figures-asset": figures_asset,
    "failed-check": failed_check,
    "columns": column_schema,
    "public-page": public_page,
    "review-page": review_page,
    "review-findings": review_findings,
    "asset-graph": asset_graph,  # last: without the navigation
}


@contextmanager
def served(root: Path) -> Iterator[Place]:
    """The bundled edition published and the made-up one a draft, with both servers."""
    shutil.copytree(REPORT.parents[2], root / "series" / REPORT.parents[2].name)
    place = {"SHINCHOKU_HOME": str(root / "home"), "SHINCHOKU_SERIES": str(root / "series"), "SHINCHOKU_WHO": "佐藤"}
    shinchoku = [sys.executable, "-m", "pipelines.cli"]
    made_up = typeset(planted()["summer"], root)
    for words in (["run"], ["intake", str(made_up)]):
        subprocess.run([*shinchoku, *words], env=os.environ | place, check=True, stdout=subprocess.DEVNULL)
    command = [*shinchoku, "review", MADE_UP, "--no-browser"]
    with subprocess.Popen(command, env=os.environ | place | {"PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True) as desk:
        assert desk.stdout
        review = next(word for line in desk.stdout for word in line.split() if word.startswith("http"))
        with dagster_ui(root / "home", root / "series") as ui:
            yield Place(ui, review, Home(root / "home"))
        desk.terminate()


def small(picture: bytes) -> bytes:
    """The picture as a PNG with as many colours as there is room for."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    if image.width > WIDEST:
        image = image.resize((WIDEST, image.height * WIDEST // image.width), Image.Resampling.LANCZOS)
    for colours in (None, 256, 128, 64, 32):
        out = io.BytesIO()
        (image.quantize(colours, dither=Image.Dither.NONE) if colours else image).save(out, "PNG", optimize=True)
        if out.tell() <= LARGEST:
            break
    return out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *SHOTS], metavar="NAME", help=f"which, of {', '.join(SHOTS)} (default: all)")
    names: list[str] = parser.parse_args().names
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as place, chromium() as browser:
        for name in names or SHOTS:
            SHOTS[name](browser, place)
            time.sleep(2)  # what moves comes to rest
            picture = small(browser.get_screenshot_as_png())
            (FOLDER / f"{name}.png").write_bytes(picture)
            print(f"{name}.png  {len(picture):,} bytes")  # noqa: T201


if __name__ == "__main__":
    main()
