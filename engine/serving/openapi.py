"""The HTTP API as OpenAPI 3.1: what `/openapi.json` gives and `/docs` is drawn from."""

from __future__ import annotations

from typing import Any

from engine import __version__
from engine.serving.codings import CODINGS
from engine.serving.datatypes import DATATYPES
from engine.serving.frames import HEADER

Described = dict[str, Any]


def _ref(name: str) -> Described:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: Described, **more: Any) -> Described:
    return {"application/json": {"schema": schema, **more}}


def _object(required: tuple[str, ...], **properties: Described) -> Described:
    return {"type": "object", "properties": properties, "required": list(required)}


def _list(items: Described) -> Described:
    return {"type": "array", "items": items}


TEXT, NUMBER, FLAG = {"type": "string"}, {"type": "integer"}, {"type": "boolean"}
FREE = {"type": "object", "additionalProperties": True}
SHAPE = {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 1}
DATATYPE = {"type": "string", "enum": list(DATATYPES)}
TENSOR = _object(("name", "datatype", "shape"), name=TEXT, datatype=DATATYPE, shape=_list(NUMBER))
ERRORS = {
    400: "What was sent cannot be used; the sentence says what and what to send instead.",
    401: "The service asks for an API key, sent as Authorization: Bearer <key>, and got none that is good.",
    404: "There is no such model, version or address.",
    405: "The address takes another method.",
    413: "The body is larger than 16 MiB, compressed or not.",
    415: "The body is compressed in a way that is not spoken.",
    429: "Too much is waiting, or the API key asked too often; ask again after Retry-After seconds.",
    500: "The service failed; its log says why.",
    503: "The service is starting or about to stop; ask again after Retry-After seconds.",
    504: "The answer was not there before the deadline; what was not computed is dropped.",
}
SCHEMAS: dict[str, Described] = {
    "Error": _object(("error",), error={"type": "string", "description": "One sentence."}, message=FREE),
    "Server": _object(("name", "version", "extensions"), name=TEXT, version=TEXT, extensions=_list(TEXT)),
    "Model": _object(
        ("name", "versions", "platform", "inputs", "outputs"),
        name=TEXT,
        versions=_list(TEXT),
        platform=TEXT,
        inputs=_list(TENSOR),
        outputs=_list(TENSOR),
        parameters=FREE,
    ),
    "Input": _object(
        ("name", "shape", "datatype"),
        name={"type": "string", "description": "text, image or history for people, or what the graph takes."},
        shape=SHAPE,
        datatype=DATATYPE,
        parameters=_object((), binary_data_size={"type": "integer", "minimum": 0}),
        data={"type": "array", "description": "Flat or row by row; an image as base64. Left out for binary data."},
    ),
    "Output": _object(
        ("name",),
        name=TEXT,
        parameters=_object((), classification={"type": "integer", "minimum": 0}, binary_data=FLAG),
    ),
    "InferenceRequest": _object(
        ("inputs",),
        id={"type": "string", "description": "Comes back with the answer.", "maxLength": 1024},
        parameters=_object(
            (),
            binary_data_output=FLAG,
            timeout={"type": "integer", "minimum": 0, "description": "Deadline in microseconds; 0 is the default's."},
        ),
        inputs={"type": "array", "items": _ref("Input"), "minItems": 1},
        outputs=_list(_ref("Output")),
    ),
    "InferenceResponse": _object(
        ("model_name", "outputs"),
        model_name=TEXT,
        model_version=TEXT,
        id=TEXT,
        parameters=FREE,
        outputs=_list(
            {**TENSOR, "properties": {**TENSOR["properties"], "data": {"type": "array"}, "parameters": FREE}}
        ),
    ),
    "Correction": _object(
        ("prediction", "label", "input"),
        prediction={"type": "string", "description": "The answer's header x-prediction-id."},
        label={"type": "string", "description": "The right class, or the item that was right."},
        input={"description": "The row's input again: a text, a picture as base64, or a list of item ids."},
        row={"type": "integer", "minimum": 0, "description": "Which row of the request; 0 when left out."},
    ),
    "Kept": _object(("id", "model", "version"), id=TEXT, model=TEXT, version=TEXT),
    "IndexEntry": _object(("name", "version", "state"), name=TEXT, version=TEXT, state=TEXT),
}
EXAMPLE = {
    "id": "42",
    "inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["Profit rose by a third."]}],
    "outputs": [{"name": "probabilities"}],
}


def operation(
    tag: str, summary: str, answer: Described, *, errors: tuple[int, ...] = (), name: str, **more: Any
) -> Described:
    """Return one operation; `errors` are the statuses it may answer with besides 200."""
    responses = {"200": {"description": "Done.", "content": _json(answer)}}
    responses |= {str(s): {"description": ERRORS[s], "content": _json(_ref("Error"))} for s in errors}
    return {"tags": [tag], "summary": summary, "operationId": name, "responses": responses, **more}


def in_path(*names: str) -> list[Described]:
    """Return the parameters of a path."""
    return [{"name": n, "in": "path", "required": True, "schema": {**TEXT, "minLength": 1}} for n in names]


def _infer() -> Described:
    header = {
        "name": HEADER.title(),
        "in": "header",
        "required": False,
        "schema": TEXT,
        "description": "Bytes of the JSON object when binary data stands behind it; 0: the body is one text or image.",
    }
    coding = {"name": "Content-Encoding", "in": "header", "required": False, "schema": {"enum": [*CODINGS, "identity"]}}
    found = operation(
        "Inference",
        "Ask a model: text, images or a history, or the tensors its graph takes.",
        _ref("InferenceResponse"),
        errors=(400, 401, 404, 413, 415, 429, 500, 503, 504),
        name="infer",
    )
    binary = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    found["responses"]["200"]["content"] |= binary
    body = {"required": True, "content": _json(_ref("InferenceRequest"), example=EXAMPLE) | binary}
    return {**found, "parameters": [header, coding, STICKY_KEY], "requestBody": body}


def _feedback() -> Described:
    """Return the operation that takes a correction."""
    found = operation(
        "Feedback",
        "Say what the right answer to a prediction was; it becomes data to train on.",
        _ref("Kept"),
        errors=(400, 401, 404, 413, 415, 429, 500, 503),
        name="feedback",
    )
    found["responses"]["201"] = found["responses"].pop("200")
    return {**found, "requestBody": {"required": True, "content": _json(_ref("Correction"))}}


STICKY_KEY = {
    "name": "X-Sticky-Key",
    "in": "header",
    "required": False,
    "schema": TEXT,
    "description": "Who sends the same one gets the same version of an endpoint while its split stays.",
}


def _paths() -> dict[str, Described]:
    ready = _object((), name=TEXT, ready=FLAG)
    options: Described = {"requestBody": {"required": False, "content": _json(_object((), parameters=FREE))}}
    index = _list(_ref("IndexEntry"))
    found: dict[str, Described] = {
        "/v2": {"get": operation("Server", "Name, version and extensions.", _ref("Server"), name="server")},
        "/v2/health/live": {"get": operation("Server", "The process answers.", FREE, name="live")},
        "/v2/health/ready": {"get": operation("Server", "Requests are taken.", ready, errors=(503,), name="ready")},
        "/v2/health/state": {"get": operation("Server", "Memory, queue and loaded models.", FREE, name="state")},
        "/v2/repository/index": {
            "post": operation("Repository", "Every model that can be asked.", index, name="index", **options)
        },
    }
    for verb, says in (("load", "Load a model before it is asked."), ("unload", "Free a model's memory.")):
        one = operation("Repository", says, FREE, errors=(400, 404), name=verb, **options)
        found[f"/v2/repository/models/{{model}}/{verb}"] = {"parameters": in_path("model"), "post": one}
    for names in (("model",), ("model", "version")):
        path = "/v2/models/{model}" + ("/versions/{version}" if len(names) > 1 else "")
        suffix = "_version" if len(names) > 1 else ""
        about = operation("Models", "Inputs, outputs, classes, provider.", _ref("Model"), errors=(404,), name="model")
        up = operation("Models", "The model can be asked.", ready, errors=(404,), name="model_ready")
        config = operation("Models", "Its configuration, as Triton has it.", FREE, errors=(404,), name="config")
        stats = operation("Models", "Requests, rows and times so far.", FREE, errors=(404,), name="stats")
        reads = ((path, about), (f"{path}/ready", up), (f"{path}/config", config), (f"{path}/stats", stats))
        for at, verb, one in (*((at, "get", one) for at, one in reads), (f"{path}/infer", "post", _infer())):
            found[at] = {"parameters": in_path(*names), verb: {**one, "operationId": one["operationId"] + suffix}}
    everyone = operation("Models", "Requests, rows and times of every model so far.", FREE, name="all_stats")
    found["/v2/models/stats"] = {"get": everyone}
    found["/v2/models/{model}/feedback"] = {"parameters": in_path("model"), "post": _feedback()}
    return found


def specification() -> Described:
    """Return the whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Breakeven inference",
            "version": __version__,
            "description": "The Open Inference Protocol, version 2, with binary tensor data. Every error is a JSON "
            "object whose `error` is one sentence.",
        },
        "paths": _paths(),
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "Where keys are asked for."}
            },
        },
        "security": [{}, {"key": []}],
    }
