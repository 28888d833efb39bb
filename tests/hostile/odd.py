"""Files that broke other readers, each through ``shinchoku extract`` as a person would type it: python -m tests.hostile.odd FOLDER

Each must end with a table (exit code 0) or with an error that names the file (exit code 2), within the limits, and leave nothing behind.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sources.child import Limits

# The corpus lies beside the repository: its files may not be given on.
ODD = next((found for above in Path(__file__).parents if (found := above / "shared" / "reports" / "odd").is_dir()), Path("no such folder"))
SLACK = 60  # seconds for starting, imports and writing


@dataclass(frozen=True, slots=True)
class End:
    """How one file ended: exit code, seconds, numbers read, and what was wrong with it, if anything."""

    file: Path
    code: int
    seconds: float
    figures: int
    wrong: str


def ending(file: Path) -> End:
    command, began = [sys.executable, "-m", "pipelines.cli", "extract", str(file)], time.monotonic()
    with tempfile.TemporaryDirectory() as here:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, filter(None, sys.path))), "TMPDIR": here}
        group = subprocess.Popen(command, cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
                                 env=environment, start_new_session=True)  # fmt: skip
        out, said = group.communicate()
        left = [path.name for path in Path(here).rglob("*")]
    seconds = time.monotonic() - began
    wrong = []
    if group.returncode not in (0, 2):
        wrong.append(f"exit code {group.returncode}")
    if "Traceback" in said or (group.returncode == 2 and str(file) not in said):
        wrong.append(f"said {said[-300:]!r}")
    if seconds > Limits.from_environment().seconds + SLACK:
        wrong.append("past its time")
    if left:
        wrong.append(f"left {left} behind")
    if _lives(group.pid):
        wrong.append("left a process behind")
    return End(file, group.returncode, seconds, max(out.count("\n") - 1, 0), "; ".join(wrong))


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def endings(folder: Path) -> Iterator[End]:
    yield from (ending(file) for file in sorted(folder.rglob("*.pdf")))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0], epilog=f"python -m tests.hostile.odd {ODD}")
    parser.add_argument("folder", type=Path, nargs="?", default=ODD)
    ends = []
    for end in endings(parser.parse_args().folder):
        ends.append(end)
        print(f"{end.file.name}: exit code {end.code}, {end.seconds:.1f} s, {end.figures} numbers{f', WRONG: {end.wrong}' if end.wrong else ''}", flush=True)
    codes = Counter(end.code for end in ends)
    longest = max(ends, key=lambda end: end.seconds)
    print(f"{len(ends)} files, exit codes {dict(codes)}, {sum(end.figures > 0 for end in ends)} with numbers; longest {longest.seconds:.1f} s ({longest.file.name})")
    return 1 if any(end.wrong for end in ends) else 0


if __name__ == "__main__":
    sys.exit(main())
