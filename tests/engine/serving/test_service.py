"""The service as its own process, through a real HTTP client."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from engine.config import REPOSITORY, Settings
from engine.files import read_lines
from engine.serving import tensors as limits
from engine.serving.client import InferenceClient
from engine.tasks.text_classification import decode
from tests.engine.serving.conftest import (
    LABELS,
    RUN_ID,
    TEXTS,
    Trained,
    free_port,
    running_service,
    wait_for,
)

INFER = f"/v2/models/{RUN_ID}/infer"


def text_input(*texts: str) -> dict[str, Any]:
    return {"inputs": [{"name": "text", "shape": [len(texts)], "datatype": "BYTES", "data": list(texts)}]}


def test_health_and_metadata(http: httpx.Client) -> None:
    assert http.get("/v2").json()["name"] == "breakeven"
    assert http.get("/v2/health/live").status_code == 200
    assert http.get("/v2/health/ready").json() == {"ready": True}
    model = http.get(f"/v2/models/{RUN_ID}").json()
    assert model["parameters"]["labels"] == list(LABELS)
    assert model["parameters"]["provider"] == "CPUExecutionProvider"
    assert model["versions"] == ["1", "fp32", "int8"]
    assert http.get(f"/v2/models/{RUN_ID}/ready").json()["ready"]
    assert http.get(f"/v2/models/{RUN_ID}/versions/fp32").json()["parameters"]["precision"] == "fp32"
    state = http.get("/v2/health/state").json()
    assert state["memory_mib"] > 10
    assert {m["name"] for m in state["models"]} == {RUN_ID}


def test_the_index_names_the_published_runs(http: httpx.Client) -> None:
    for found in (http.get("/v2/repository/index"), http.post("/v2/repository/index", json={"ready": True})):
        assert found.json() == [{"name": RUN_ID, "version": "1", "state": "READY", "precision": "int8"}]


def test_texts_are_answered_as_torch_would(http: httpx.Client, trained: Trained) -> None:
    answer = http.post(f"/v2/models/{RUN_ID}/versions/fp32/infer", json=text_input(*TEXTS) | {"id": "q-1"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["id"] == "q-1"
    assert body["parameters"]["precision"] == "fp32"
    outputs = {o["name"]: o for o in body["outputs"]}
    expected = decode(np.concatenate([trained.logits([t]) for t in TEXTS]), trained.temperature)
    found = np.array(outputs["probabilities"]["data"]).reshape(outputs["probabilities"]["shape"])
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert outputs["label"]["data"] == [LABELS[i] for i in expected.argmax(axis=1)]


def test_tensors_are_answered_too(http: httpx.Client, trained: Trained) -> None:
    encoded = trained.encoder.encode(TEXTS)
    tensors = [
        {"name": name, "shape": list(value.shape), "datatype": "INT64", "data": value.tolist()}
        for name, value in encoded.items()
    ]
    body = http.post(
        f"/v2/models/{RUN_ID}/versions/fp32/infer", json={"inputs": tensors, "outputs": [{"name": "logits"}]}
    ).json()
    assert [o["name"] for o in body["outputs"]] == ["logits"]
    np.testing.assert_allclose(np.array(body["outputs"][0]["data"]).reshape(4, 3), trained.logits(TEXTS), atol=1e-5)


def test_classification_gives_the_best_classes(http: httpx.Client) -> None:
    wanted = [{"name": "probabilities", "parameters": {"classification": 2}}]
    found = http.post(INFER, json=text_input("profit rose") | {"outputs": wanted}).json()["outputs"][0]
    assert found["shape"] == [1, 2]
    value, index, label = found["data"][0].split(":")
    assert LABELS[int(index)] == label
    assert float(value) >= float(found["data"][1].split(":")[0])


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no JSON object"),
        (b"{}", "no inputs"),
        (b'{"inputs": []}', "no inputs"),
        ({"inputs": [{"name": "text", "shape": [2], "datatype": "BYTES", "data": ["a"]}]}, "needs 2"),
        ({"inputs": [{"name": "text", "shape": [1], "datatype": "FP32", "data": [1.0]}]}, "send BYTES"),
        ({"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": [7]}]}, "no string"),
        ({"inputs": [{"name": "text", "shape": [-1], "datatype": "BYTES", "data": ["a"]}]}, "whole numbers"),
        ({"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES"}]}, "no data"),
        ({"inputs": [{"name": "images", "shape": [1], "datatype": "BYTES", "data": ["a"]}]}, "send text"),
        (text_input("a" * (limits.MAX_CHARACTERS + 1)), "characters"),
        (text_input(*["a"] * (limits.MAX_ROWS + 1)), "whole numbers from 1 to 4096"),
        (text_input("a") | {"outputs": [{"name": "mood"}]}, "no output mood"),
        (text_input("a") | {"outputs": "label"}, "no list"),
    ],
)
def test_a_bad_request_is_one_sentence(http: httpx.Client, body: Any, says: str) -> None:
    found = http.post(INFER, content=body) if isinstance(body, bytes) else http.post(INFER, json=body)
    assert found.status_code == 400
    assert says in found.json()["error"]


@pytest.mark.parametrize(
    ("ids", "shape", "datatype", "says"),
    [
        ([[99999]], [1, 1], "INT64", "cannot take these tensors"),
        ([[2**70]], [1, 1], "INT64", "beyond INT64"),
        ([["a"]], [1, 1], "INT64", "holds 'a', which is no INT64"),
        ([[True]], [1, 1], "INT64", "holds True, which is no INT64"),
        ([2], [1], "INT64", "its shape is [rows, length]"),
        ([[2, 2], [2]], [2, 2], "INT64", "nested otherwise"),
        ([2] * 33, [1, 33], "INT64", "up to 32"),
        ([[1.5]], [1, 1], "FP32", "send INT64"),
        ([[1.5]], [1, 1], "FP16", "JSON cannot hold"),
        ([[1]], [1, 1], "INT128", "the protocol knows BOOL, UINT8"),
    ],
)
def test_bad_tensors_are_one_sentence(http: httpx.Client, ids: Any, shape: list[int], datatype: str, says: str) -> None:
    mask = {"name": "attention_mask", "shape": shape, "datatype": "INT64", "data": [1] * int(np.prod(shape))}
    given = {"name": "input_ids", "shape": shape, "datatype": datatype, "data": ids}
    found = http.post(INFER, json={"inputs": [given, mask]})
    assert found.status_code == 400
    assert says in found.json()["error"]


def test_what_is_not_there_is_404_and_json(http: httpx.Client) -> None:
    for path in (
        "/v2/nothing",
        "/v2/models/nothing",
        f"/v2/models/{RUN_ID}/versions/9",
        "/v2/models/..%2f..%2fx/ready",
    ):
        found = http.get(path)
        assert found.status_code == 404, path
        assert found.json()["error"]
    found = http.post("/v2/models/01KAN5DQ7W3Y8ZJ4T2V6R9ZZZZ/infer", json=text_input("a"))
    assert found.status_code == 404
    assert "There is no model 01KAN5DQ7W3Y8ZJ4T2V6R9ZZZZ" in found.json()["error"]
    assert http.get(INFER).status_code == 405
    assert http.get(INFER).json()["error"] == f"GET is not what {INFER} takes; use POST."


def test_a_request_that_is_too_large_is_refused(http: httpx.Client) -> None:
    found = http.post(INFER, content=b'{"inputs": "' + b"x" * (17 << 20) + b'"}')
    assert found.status_code == 413
    assert "16 MiB" in found.json()["error"]


def test_an_encoding_that_is_not_spoken_is_said_so(http: httpx.Client) -> None:
    found = http.post(INFER, content=b"x", headers={"content-encoding": "br"})
    assert found.status_code == 415
    assert found.json()["error"] == "The content encoding br is not spoken; send plain data, gzip or deflate."
    assert found.headers["accept-encoding"] == "gzip, deflate"


def test_models_can_be_put_away_and_loaded(http: httpx.Client) -> None:
    assert http.post(f"/v2/repository/models/{RUN_ID}/unload").status_code == 200
    assert http.get("/v2/health/state").json()["models"] == []
    assert http.post(f"/v2/repository/models/{RUN_ID}/load").status_code == 200
    assert len(http.get("/v2/health/state").json()["models"]) == 1
    assert http.post("/v2/repository/models/nothing/load").status_code == 404


def test_every_request_is_written_down(http: httpx.Client, home: Path) -> None:
    asked = [http.post(INFER, json=text_input(*TEXTS)), http.post(INFER, content=b"{")]
    ids = [answer.headers["x-prediction-id"] for answer in asked]

    def lines() -> list[dict[str, Any]]:
        written = [line for path in Settings(home=home).workspace.usage.glob("*.jsonl") for line in read_lines(path)]
        return [line for line in written if line["id"] in ids]

    good, bad = wait_for(lambda: lines()[1:] and lines())
    assert (good["model"], good["rows"], good["status"]) == (RUN_ID, 4, 200)
    assert good["ms"] > 0
    assert (bad["rows"], bad["status"]) == (0, 400)


def test_sigterm_finishes_what_was_accepted(home: Path) -> None:
    settings = Settings(home=home, inference_port=free_port(), threads=1)
    with running_service(settings) as process:
        client = InferenceClient(settings)
        wait_for(client.ready)
        client.predict(RUN_ID, ["warm"])
        url, rows = f"{client.url}{INFER}", limits.MAX_ROWS
        answers: list[httpx.Response] = []

        def ask() -> None:
            answers.append(httpx.post(url, json=text_input(*["profit rose " * 30] * rows), timeout=60, trust_env=False))

        thread = threading.Thread(target=ask)
        thread.start()
        wait_for(lambda: (client.state() or {}).get("running"))
        process.send_signal(signal.SIGTERM)
        thread.join()
        assert answers[0].status_code == 200
        assert answers[0].json()["outputs"][0]["shape"] == [rows]
        assert process.wait(30) == 0
        log = [json.loads(line) for line in process.stderr or () if line.startswith("{")]
    assert {"serving", "stopped"} <= {line["message"] for line in log}


def test_a_taken_port_is_one_sentence(service: Settings) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "engine", "serve", "--port", str(service.inference_port)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("The inference service cannot use 127.0.0.1:")
    assert "Traceback" not in done.stderr
