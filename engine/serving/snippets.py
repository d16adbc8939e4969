"""Code to paste that asks a model: for a shell, Python and JavaScript, with nothing to install."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.serving.asking import LONGEST_TEXT, Takes, request

PICTURE = "picture.png"
"""The file that snippets for pictures read from the folder they run in."""
LONGEST_HISTORY = 5


@dataclass(frozen=True)
class Call:
    """What a snippet asks."""

    url: str
    """Of the service, as http://127.0.0.1:8502."""
    name: str
    """An endpoint, or a run's id."""
    takes: Takes
    example: Any
    """A text or a history; of pictures nothing, as they are read from PICTURE."""
    key: str = ""
    """The API key, or what stands for it; empty when the service asks for none."""

    @property
    def address(self) -> str:
        return f"{self.url}/v2/models/{self.name}/infer"

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Type": "application/json", **({"Authorization": f"Bearer {self.key}"} if self.key else {})}

    @property
    def body(self) -> dict[str, Any]:
        """The request, a picture being left to whoever fills it in."""
        if self.takes == "image":
            return request(self.takes, [b""])
        short = self.example[:LONGEST_TEXT] if self.takes == "text" else list(self.example)[-LONGEST_HISTORY:]
        return request(self.takes, [short])


def curl(call: Call) -> str:
    """Return a command for a POSIX shell."""
    if call.takes == "image":
        body = json.dumps(call.body).replace("%", "%%").replace('[""]', '["%s"]')
        encoded = f"\"$(base64 < {PICTURE} | tr -d '\\n')\""
        return f"printf '{body}' {encoded} |\n  curl -sS {call.address} \\\n{_headers(call)} \\\n  --data-binary @-\n"
    return f"curl -sS {call.address} \\\n{_headers(call)} \\\n  -d {shlex.quote(_json(call.body))}\n"


def correction(call: Call) -> str:
    """Return a command that sends the right answer to a prediction, PREDICTION and LABEL being left to fill in."""
    given = "BASE64" if call.takes == "image" else call.body["inputs"][0]["data"]
    asked = {"prediction": "PREDICTION", "label": "LABEL", "input": given[0] if call.takes == "text" else given}
    address = f"{call.url}/v2/models/{call.name}/feedback"
    return f"curl -sS {address} \\\n{_headers(call)} \\\n  -d {shlex.quote(_json(asked))}\n"


def python(call: Call) -> str:
    """Return a script for Python 3, its standard library alone."""
    imports = "import json\nfrom urllib.error import HTTPError\nfrom urllib.request import Request, urlopen\n"
    body = _json(call.body)
    if call.takes == "image":
        imports = "import base64\n" + imports.replace("from urllib", "from pathlib import Path\nfrom urllib", 1)
        picture = f'picture = base64.b64encode(Path("{PICTURE}").read_bytes()).decode()\n'
        body = body.replace('[""]', "[picture]")
    else:
        picture = ""
    return (
        f"{imports}\n{picture}asked = {body}\nrequest = Request(\n"
        f'    "{call.address}",\n    json.dumps(asked).encode(),\n    {json.dumps(call.headers)},\n)\n'
        "try:\n    with urlopen(request) as answer:\n        found = json.load(answer)\n"
        'except HTTPError as refused:\n    raise SystemExit(json.load(refused)["error"])\n'
        'for output in found["outputs"]:\n    print(output["name"], output["data"])\n'
    )


def javascript(call: Call) -> str:
    """Return a script for Node.js 18 or newer, or any runtime with fetch; pictures need Node.js."""
    body, picture = _json(call.body), ""
    if call.takes == "image":
        picture = (
            '  const { readFile } = await import("node:fs/promises");\n'
            f'  const picture = await readFile("{PICTURE}", "base64");\n'
        )
        body = body.replace('[""]', "[picture]")
    return (
        f"async function ask() {{\n{picture}  const asked = {body};\n"
        f'  const answer = await fetch("{call.address}", {{\n    method: "POST",\n'
        f"    headers: {json.dumps(call.headers)},\n    body: JSON.stringify(asked),\n  }});\n"
        "  const found = await answer.json();\n  if (!answer.ok) throw new Error(found.error);\n"
        "  for (const output of found.outputs) console.log(output.name, output.data);\n}\n\nask();\n"
    )


def _headers(call: Call) -> str:
    return " \\\n".join(f"  -H {shlex.quote(f'{k}: {v}')}" for k, v in call.headers.items())


def _json(value: Any) -> str:
    """Return `value` as JSON, which Python and JavaScript read as the same value."""
    return json.dumps(value, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


LANGUAGES: dict[str, tuple[str, Callable[[Call], str]]] = {
    "curl": ("bash", curl),
    "Python": ("python", python),
    "JavaScript": ("javascript", javascript),
}
"""What a snippet is called → the language it is highlighted as, and what writes it."""
