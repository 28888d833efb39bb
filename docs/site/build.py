"""Both languages to one folder of HTML that needs no network, and what is wrong with it."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

from docs.site.markdown import LANGUAGES

SITE = Path(__file__).parent
ROOT = SITE.parents[1]


def build(out: Path, root: Path = ROOT) -> list[str]:
    """Build into ``out``; returns what Sphinx warns of and every link that leads nowhere."""
    from sphinx.cmd.build import build_main

    faults = []
    for language in LANGUAGES:
        shutil.rmtree(out / language, ignore_errors=True)
        warnings = out / f"{language}.warnings"
        out.mkdir(parents=True, exist_ok=True)
        code = build_main(["-q", "-W", "--keep-going", "-n", "-E", "-d", str(out / ".doctrees" / language), "-w", str(warnings),
                           "-D", f"language={language}", "-c", str(root / "docs" / "site"), str(root), str(out / language)])
        faults += warnings.read_text(encoding="utf-8").splitlines()
        if code and not faults:
            faults.append(f"sphinx-build ended with {code} ({language})")
    shutil.copy(SITE / "front.html", out / "index.html")
    return faults + dead_links(out)


def dead_links(out: Path) -> list[str]:
    """Links of the built pages to files or anchors that are not there, and whatever a page would fetch from elsewhere."""
    from lxml import html

    trees = {path.resolve(): html.parse(str(path)).getroot() for path in sorted(out.rglob("*.html"))}
    anchors = {path: {each.get("id") for each in tree.iter() if each.get("id")} for path, tree in trees.items()}
    faults = []
    for path, tree in trees.items():
        for element, attribute, link, _ in tree.iterlinks():
            address = urlsplit(link)
            if address.scheme or address.netloc:
                if element.tag != "a" and attribute and address.scheme != "data":
                    faults.append(f"{path.relative_to(out.resolve())}: fetches {link}")
                continue
            target = (path.parent / unquote(address.path)).resolve() if address.path else path
            if not target.is_file():
                faults.append(f"{path.relative_to(out.resolve())}: {link} leads nowhere")
            elif address.fragment and target in anchors and unquote(address.fragment) not in anchors[target]:
                faults.append(f"{path.relative_to(out.resolve())}: there is no {link}")
    return faults
