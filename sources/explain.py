"""One page drawn with what the program sees on it: words, blocks, tables and figures, each figure with its reasons."""

from __future__ import annotations

import base64
import hashlib
import html
import tempfile
from pathlib import Path

from sources.drawing import draw_pages, picture_file
from sources.reading import read_report
from sources.records import Box, Figure

_STYLE = """
body{font:14px/1.5 system-ui,sans-serif;margin:1rem;color:#1b1b1b}main{display:flex;gap:1rem;align-items:flex-start;flex-wrap:wrap}
.page{position:relative;flex:1 1 640px;max-width:1100px}.page img{width:100%;display:block;border:1px solid #999}
.page svg{position:absolute;inset:0;width:100%;height:100%}table{border-collapse:collapse;flex:1 1 520px;font-size:13px}
td,th{border:1px solid #bbb;padding:.2rem .4rem;text-align:left;vertical-align:top}
rect{fill:none;stroke-width:.8}.span{stroke:#bbb}.block{stroke:#2a7;stroke-dasharray:4 2}.panel{stroke:#06c;stroke-width:1.4}
.table{stroke:#939;stroke-width:1.6}.cell{stroke:#c9c}.heading{stroke:#e80;stroke-width:1.6}.tick,.category{stroke:#8a8;stroke-dasharray:1 2}
.figure{stroke:#d00;stroke-width:1.4;fill:rgba(255,0,0,.08)}text{font-size:9px;fill:#d00;font-weight:bold}
.key span{display:inline-block;border:2px solid;padding:0 .4rem;margin-right:.4rem}
"""

_KEY = (
    ("span", "#bbb", "span 文字列"),
    ("block", "#2a7", "block まとまり"),
    ("panel", "#06c", "panel 枠"),
    ("table", "#939", "table 表"),
    ("heading", "#e80", "heading 見出し"),
    ("figure", "#d00", "figure 数値"),
)


_SHEET = _STYLE + "".join(f".key .{kind}{{border-color:{colour}}}" for kind, colour, _ in _KEY)
# Nothing is fetched, nothing runs, no style but this one counts.
_POLICY = (
    f"default-src 'none'; img-src data:; style-src 'sha256-{base64.b64encode(hashlib.sha256(_SHEET.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)


def _rect(kind: str, box: Box, words: str) -> str:
    x0, top, x1, bottom = box
    return (
        f'<rect class="{kind}" x="{x0:.1f}" y="{top:.1f}" width="{max(x1 - x0, 0.5):.1f}" height="{max(bottom - top, 0.5):.1f}">'
        f"<title>{html.escape(words)}</title></rect>"
    )


def _period(figure: Figure) -> str:
    if figure.period is None:
        return ""
    base = f" ← {figure.base.start}–{figure.base.end}" if figure.base else ""
    return f"{figure.period.kind} {figure.period.start}–{figure.period.end}{base}"


def explain(path: Path, page: int, out: Path, fiscal_year: int | None = None) -> int:
    """Write the page of explanation; returns the number of figures on it."""
    reading = read_report(path, pages=[page], fiscal_year=fiscal_year, trace=True)
    size = reading.pages[0] if reading.pages else None
    width, height = (size.width, size.height) if size else (595.0, 842.0)
    with tempfile.TemporaryDirectory() as folder:
        draw_pages(path, {page: []}, Path(folder))
        picture = base64.b64encode(picture_file(Path(folder), page).read_bytes()).decode()
    shapes = [_rect(kind, box, words) for kind, box, words in reading.trace]
    rows = []
    for n, f in enumerate(reading.figures, start=1):
        shapes.append(_rect("figure", f.box, f"{n}: {f.raw}"))
        shapes.append(f'<text x="{f.box.x0:.1f}" y="{max(f.box.top - 1, 8):.1f}">{n}</text>')
        why = reading.reasons[n - 1] if n <= len(reading.reasons) else ""
        cells = (
            n,
            f.raw,
            f"{f.value} {f.unit}",
            f"{f.measure} {f.component} {f.qualifier}",
            _period(f),
            f.label,
            f.title,
            why,
            f.note,
        )
        rows.append("<tr>" + "".join(f"<td>{html.escape(str(c))}</td>" for c in cells) + "</tr>")
    heads = ("no.", "raw 印字", "value 値", "measure 種別", "period 期間", "label 名称", "title 見出し", "why 理由", "note 注記")
    key = "".join(f'<span class="{kind}">{words}</span>' for kind, _, words in _KEY)
    warnings = "".join(f"<p><strong>{html.escape(w)}</strong></p>" for w in reading.warnings)
    out.write_text(
        '<!doctype html><html lang="ja"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{html.escape(path.name)} p.{page}</title><style>{_SHEET}</style></head><body>"
        f'<h1>{html.escape(path.name)} · page {page}</h1><p class="key">{key}</p>{warnings}<main><div class="page">'
        f'<img alt="page {page}" src="data:image/webp;base64,{picture}">'
        f'<svg viewBox="0 0 {width:.1f} {height:.1f}" role="img" aria-label="boxes">{"".join(shapes)}</svg></div>'
        f"<table><thead><tr>{''.join(f'<th>{h}</th>' for h in heads)}</tr></thead><tbody>{''.join(rows)}</tbody></table></main></body></html>",
        encoding="utf-8",
    )
    return len(reading.figures)
