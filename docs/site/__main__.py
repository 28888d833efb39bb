"""``python -m docs.site`` (``make docs``): write the reference pages, build the site of both languages into build/docs, check its links."""

from __future__ import annotations

import sys
from pathlib import Path

from docs.site import build, pages

OUT = Path("build") / "docs"

for path in pages.write():
    print(path)
faults = build.build(OUT)
for fault in faults:
    print(fault, file=sys.stderr)
if faults:
    sys.exit(f"{len(faults)} faults, so the site is not as it should be. / 誤りが{len(faults)}件あります。")
print(OUT / "index.html")
