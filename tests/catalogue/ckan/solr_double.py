"""A loopback-only stand-in for the Solr core that CKAN 2.12 talks to (stdlib only).

It keeps documents in memory and answers the calls pysolr makes for CKAN:
GET/POST select, POST update (JSON add, XML delete/commit), GET schema.
A query that it does not understand is answered with HTTP 400, never with a guess.
"""
from __future__ import annotations

import json
import re
import sys
import threading
import xml.etree.ElementTree as ET
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

DOCS: dict[str, dict] = {}
LOCK = threading.Lock()
TOKEN = re.compile(
    r'\s*(?:(?P<lp>\()|(?P<rp>\))|(?P<sign>[+\-!])|(?P<op>AND\b|OR\b|NOT\b|&&|\|\|)'
    r'|(?P<field>[A-Za-z_*][\w*]*):(?!\s)|(?P<range>[\[{][^\]}]*[\]}])'
    r'|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>(?:[^\s()"\\:]|\\.)+))')


class BadQueryError(Exception):
    pass


def tokens(text):
    out, pos = [], 0
    text = text.strip()
    while pos < len(text):
        m = TOKEN.match(text, pos)
        if not m or m.end() == pos:
            raise BadQueryError(f"cannot read {text[pos:]!r}")
        kind = m.lastgroup
        out.append((kind, m.group(kind)))
        pos = m.end()
    return out


def parse(text, default_op="AND"):
    toks = tokens(text)
    i = 0

    def clause(field):
        nonlocal i
        kind, val = toks[i]
        if kind == "sign":
            i += 1
            inner = clause(field)
            return (("+", inner) if val == "+" else ("not", inner))
        if kind == "op" and val == "NOT":
            i += 1
            return ("not", clause(field))
        if kind == "lp":
            i += 1
            inner = boolean(field)
            if i >= len(toks) or toks[i][0] != "rp":
                raise BadQueryError("unbalanced parenthesis")
            i += 1
            return inner
        if kind == "field":
            i += 1
            return clause(val)
        if kind in ("quoted", "word", "range"):
            i += 1
            return ("term", field, kind, val)
        raise BadQueryError(f"unexpected {val!r}")

    def boolean(field):
        nonlocal i
        items, ops = [clause(field)], []
        while i < len(toks) and toks[i][0] != "rp":
            op = default_op
            if toks[i][0] == "op" and toks[i][1] in ("AND", "OR", "&&", "||"):
                op = {"&&": "AND", "||": "OR"}.get(toks[i][1], toks[i][1])
                i += 1
            ops.append(op)
            items.append(clause(field))
        if default_op == "OR" and any(x[0] == "+" for x in items):
            return ("and", [x for x in items if x[0] in ("+", "not")])
        groups = [[items[0]]]
        for op, item in zip(ops, items[1:], strict=True):
            groups[-1].append(item) if op == "AND" else groups.append([item])
        return ("or", [("and", g) for g in groups])

    tree = boolean(None)
    if i != len(toks):
        raise BadQueryError("trailing text")
    return tree


def values(doc, field):
    v = doc.get(field)
    return [] if v is None else ([str(x) for x in v] if isinstance(v, list) else [str(v).lower() if isinstance(v, bool) else str(v)])


# what CKAN's schema.xml copies into its catch-all "text" field
TEXT = {"url", "ckan_url", "download_url", "res_url", "name", "title", "license", "notes", "tags",
        "groups", "organization", "res_name", "res_description", "maintainer", "author"}


def text_of(doc):
    out = []
    for k, v in doc.items():
        if k not in TEXT and not k.startswith(("extras_", "res_extras_", "vocab_")):
            continue
        out += [str(x) for x in (v if isinstance(v, list) else [v]) if x is not None]
    return "\n".join(out).lower()


def match(node, doc):
    kind = node[0]
    if kind == "+":
        return match(node[1], doc)
    if kind == "not":
        return not match(node[1], doc)
    if kind == "and":
        return all(match(n, doc) for n in node[1])
    if kind == "or":
        return any(match(n, doc) for n in node[1])
    _, field, how, raw = node
    val = re.sub(r"\\(.)", r"\1", raw)
    if how == "range":
        m = re.fullmatch(r"[\[{](\S+) TO (\S+)[\]}]", raw)
        if not m:
            raise BadQueryError(raw)
        if "NOW" in raw:
            raise BadQueryError("date maths is not supported: " + raw)
        lo, hi = m.groups()
        return any((lo == "*" or v >= lo) and (hi == "*" or v <= hi) for v in values(doc, field))
    if field == "*" and val == "*":
        return True
    if field is None:
        if how == "word" and val.strip("*") == "":
            return True
        return val.strip("*").lower() in text_of(doc)
    if field in ("title", "notes", "text", "res_name", "res_description", "author", "maintainer") or field.startswith("extras_") or field.endswith("_ngram"):
        hay = text_of(doc) if field == "text" else "\n".join(values(doc, field.removesuffix("_ngram"))).lower()
        return val.strip("*").lower() in hay
    if "*" in raw and how == "word":
        pat = re.compile(".*".join(map(re.escape, val.split("*"))))
        return any(pat.fullmatch(v) for v in values(doc, field))
    return val in values(doc, field)


def select(p):
    def one(k, d=None):
        return p.get(k, [d])[0]

    q = one("q", "*:*")
    trees = [parse(q, one("q.op", "OR"))] if q.strip() else []
    for fq in p.get("fq", []):
        if fq.strip():
            trees.append(parse(fq, one("q.op", "OR")))
    with LOCK:
        hits = [d for d in DOCS.values() if all(match(t, d) for t in trees)]
    for part in reversed((one("sort") or "").split(",")):
        part = part.strip()
        if not part or part.startswith("score"):
            continue
        name, _, way = part.partition(" ")
        hits.sort(key=lambda d: (values(d, name) or [""])[0], reverse=way.strip().lower() == "desc")
    start, rows = int(one("start", 0) or 0), int(one("rows", 10))
    fl = [f for x in p.get("fl", []) for f in re.split(r"[ ,]+", x) if f]
    hide = {"permission_labels", "text", "urls", "title_string"}
    page = []
    for d in hits[start:start + rows]:
        page.append({k: v for k, v in d.items()
                     if v is not None and ((not fl or "*" in fl) and k not in hide or k in fl)})
    facets = {}
    if one("facet") == "true":
        lim, mincount = int(one("facet.limit", 100) or 100), int(one("facet.mincount", 0))
        for f in p.get("facet.field", []):
            c: dict[str, int] = {}
            for d in hits:
                for v in values(d, f):
                    c[v] = c.get(v, 0) + 1
            flat: list = []
            for k, n in sorted(c.items(), key=lambda kv: (-kv[1], kv[0]))[: None if lim < 0 else lim]:
                if n >= mincount:
                    flat += [k, n]
            facets[f] = flat
    return {"responseHeader": {"status": 0, "QTime": 0},
            "response": {"numFound": len(hits), "start": start, "docs": page},
            "facet_counts": {"facet_queries": {}, "facet_fields": facets, "facet_ranges": {}}}


def update(body, ctype):
    with LOCK:
        if "json" in ctype:
            for doc in json.loads(body):
                for need in ("index_id", "id", "site_id"):
                    if not doc.get(need):
                        raise BadQueryError(f"missing required field: {need}")
                DOCS[doc["index_id"]] = doc
            return
        root = ET.fromstring(body)
        for el in root.iter():
            if el.tag == "query":
                tree = parse(el.text or "", "OR")
                for k in [k for k, d in DOCS.items() if match(tree, d)]:
                    del DOCS[k]
            elif el.tag == "id":
                DOCS.pop(el.text or "", None)
            elif el.tag not in ("delete", "commit", "optimize"):
                raise BadQueryError(f"unknown update element {el.tag}")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    schema = b'<?xml version="1.0"?><schema name="ckan-2.10" version="1.6"/>'

    def send(self, code, body, ctype="application/json; charset=utf-8"):
        self.send_response(code)
        self.send_header("Content-Type", ctype)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self, body=b""):
        u = urlsplit(self.path)
        leaf = u.path.rstrip("/").rsplit("/", 1)[-1]
        ctype = self.headers.get("Content-Type", "")
        try:
            if leaf == "schema":
                return self.send(200, self.schema, "text/xml")
            if leaf == "select":
                raw = body.decode() if body else u.query
                return self.send(200, json.dumps(select(parse_qs(raw, keep_blank_values=True))).encode())
            if leaf == "update":
                update(body.decode(), ctype)
                return self.send(200, b'{"responseHeader":{"status":0,"QTime":0}}')
            return self.send(404, b'{"error":{"msg":"no such handler","code":404}}')
        except (BadQueryError, ValueError, ET.ParseError) as e:
            return self.send(400, json.dumps({"error": {"msg": str(e), "code": 400}}).encode())

    def do_GET(self):
        self.handle_any()

    def do_POST(self):
        self.handle_any(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def log_message(self, fmt, *args):
        sys.stderr.write((fmt % args) + "\n")


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 58983
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
