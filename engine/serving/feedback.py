"""`POST /v2/models/M/feedback`: the right answer to something that was predicted. No part of the protocol.

{"prediction": "01K…", "label": "positive", "input": "Profit rose.", "row": 0}

`prediction` stands in the header x-prediction-id of the answer, and in its parameters. `input` is the row's input
again, as it was given: a text, a picture as base64, or a list of item ids. `row` may be left out for the first.
"""

from __future__ import annotations

import json
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from engine.config import Settings
from engine.errors import BadInput, NotFound
from engine.serving.asked import current
from engine.serving.corrections import Correction, Prediction, add_correction, find_prediction, takes_of
from engine.serving.datatypes import BYTES
from engine.serving.frames import split
from engine.serving.given import READERS
from engine.serving.http import read_body
from engine.serving.journal import Journal
from engine.serving.tensors import read_inputs

EXAMPLE = '{"prediction": "01K…", "label": "positive", "input": "Profit rose."}'


class Feedback:
    """The route."""

    def __init__(self, settings: Settings, journal: Journal) -> None:
        self._settings = settings
        self._journal = journal

    async def take(self, request: Request) -> Response:
        """Keep a correction; answer 201 with its id."""
        body, key = await read_body(request), current().key
        made = await anyio.to_thread.run_sync(self._taken, request.path_params["model"], body, key)
        return JSONResponse({"id": made.id, "model": made.model, "version": made.version}, status_code=201)

    def _taken(self, model: str, body: bytes, key: str) -> Correction:
        asked = _asked(body)
        found = self._prediction(asked["prediction"])
        if found.model.lower() != model.lower():
            raise NotFound(
                "Prediction {id} is not of {model}; send it to {right}.",
                id=found.id,
                model=model[:64],
                right=found.model,
            )
        takes, _ = takes_of(self._settings, found.run_id)
        given = _given(takes, asked["input"])
        return add_correction(self._settings, found, given, asked["label"], row=asked.get("row", 0), key=key)

    def _prediction(self, wanted: str) -> Prediction:
        try:
            return find_prediction(self._settings, wanted)
        except NotFound:  # it may have been answered a moment ago
            self._journal.flush()
            return find_prediction(self._settings, wanted)


def _asked(body: bytes) -> dict[str, Any]:
    """Return the request as it should be. Raises BadInput."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadInput("The correction is not JSON ({error}).", error=str(error)[:200]) from error
    kinds: dict[str, Any] = {"prediction": str, "label": str, "input": (str, list)}
    if not isinstance(asked, dict) or not all(isinstance(asked.get(name), kind) for name, kind in kinds.items()):
        raise BadInput(
            "The correction lacks prediction, label or input (nothing that is asked is kept); send {example}.",
            example=EXAMPLE,
        )
    if type(asked.get("row", 0)) is not int:
        raise BadInput("The row is {value}; give a whole number from 0.", value=str(asked["row"])[:64])
    return asked


def _given(takes: str, value: Any) -> Any:
    """Return an input as its reader gives it, one row. Raises BadInput as for inference."""
    data = value if isinstance(value, list) else [value]
    shape = [1, len(data)] if takes == "history" else [len(data)]
    tensor = {"name": takes, "datatype": BYTES, "shape": shape, "data": data}
    rows = READERS[takes](read_inputs(split(json.dumps({"inputs": [tensor]}).encode(), None), takes)[takes])
    if len(rows) != 1 or not rows[0]:
        raise BadInput("The input is {count} values; send the one row that was asked.", count=len(data))
    return rows[0]
