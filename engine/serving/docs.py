"""The pages that describe the API: `/openapi.json` for programs and `/docs` for people, which asks no other host."""

from __future__ import annotations

import json
from functools import lru_cache
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from engine.serving.openapi import specification

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2530;background:#fff}
h2{margin-top:2.5rem}details{border:1px solid #d5dbe3;border-radius:6px;margin:.5rem 0;padding:.5rem .8rem}
summary{cursor:pointer}code,pre{font:14px/1.45 ui-monospace,monospace}pre{background:#f4f6f9;padding:.8rem;
overflow:auto;border-radius:6px}.verb{display:inline-block;min-width:3.5rem;font-weight:700;color:#0b5cad}
table{border-collapse:collapse}td,th{text-align:left;padding:.15rem 1rem .15rem 0;vertical-align:top}
@media(prefers-color-scheme:dark){body{color:#e4e8ee;background:#14181e}pre{background:#1e242c}
details{border-color:#39424e}.verb{color:#7ab8ff}}
"""
POLICY = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}


async def openapi(_request: Request) -> Response:
    return JSONResponse(specification())


async def page(request: Request) -> Response:
    return HTMLResponse(_html(str(request.base_url).rstrip("/")), headers=POLICY)


@lru_cache(maxsize=8)
def _html(base: str) -> str:
    """Return the page for a service at `base`."""
    spec = specification()
    groups: dict[str, list[str]] = {}
    for path, item in spec["paths"].items():
        for verb in ("get", "post"):
            if verb in item:
                drawn = _operation(base, verb, path, item[verb], spec["components"]["schemas"])
                groups.setdefault(item[verb]["tags"][0], []).append(drawn)
    info = spec["info"]
    parts = "".join(f"<h2>{escape(tag)}</h2>{''.join(operations)}" for tag, operations in groups.items())
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(info["title"])}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info['description'])}</p>"
        f'<p>For programs: <a href="/openapi.json">/openapi.json</a>.</p>{parts}</body></html>'
    )


def _operation(base: str, verb: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    statuses = "".join(
        f"<tr><td><code>{status}</code></td><td>{escape(found['description'])}</td></tr>"
        for status, found in operation["responses"].items()
    )
    headers = "".join(
        f"<tr><td><code>{escape(p['name'])}</code></td><td>{escape(p.get('description', ''))}</td></tr>"
        for p in operation.get("parameters", [])
    )
    return (
        f'<details><summary><span class="verb">{verb.upper()}</span> <code>{escape(path)}</code> '
        f"{escape(operation['summary'])}</summary><pre>{escape(_curl(base, verb, path, operation))}</pre>"
        f"{f'<h4>Headers</h4><table>{headers}</table>' if headers else ''}{_body(operation, schemas)}"
        f"<h4>Answers</h4><table>{statuses}</table></details>"
    )


def _body(operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    if not name:
        return ""
    used = {n: schemas[n] for n in (name, "Input", "Output") if n in schemas}
    return f"<h4>Body</h4><pre>{escape(json.dumps(used, indent=2))}</pre>"


def _curl(base: str, verb: str, path: str, operation: dict[str, Any]) -> str:
    address = f"'{base}{path.replace('{model}', 'MODEL').replace('{version}', 'VERSION')}'"
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    data = f" \\\n  --json '{json.dumps(content['example'])}'" if "example" in content else ""
    return f"curl{' -X POST' if verb == 'post' and not data else ''} {address}{data}"
