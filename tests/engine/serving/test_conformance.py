"""The service against the words of the specification, case by case.

https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md and the extensions
https://github.com/triton-inference-server/server/tree/main/docs/protocol that it says it speaks.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from engine.config import Settings
from tests.engine.serving.conftest import LABELS, RUN_ID, alone, served
from tests.engine.serving.test_service import INFER, text_input


def test_server_metadata_names_the_extensions(http: httpx.Client) -> None:
    found = http.get("/v2").json()
    assert set(found) == {"name", "version", "extensions"}
    assert set(found["extensions"]) == {
        "binary_tensor_data",
        "classification",
        "model_configuration",
        "model_repository",
        "schedule_policy",
        "statistics",
    }


def test_model_metadata_names_inputs_and_outputs(http: httpx.Client) -> None:
    found = http.get(f"/v2/models/{RUN_ID}").json()
    assert {"name", "versions", "platform", "inputs", "outputs"} <= set(found)
    assert found["inputs"][0] == {"name": "text", "datatype": "BYTES", "shape": [-1]}
    assert {o["name"]: o["shape"] for o in found["outputs"]} == {
        "label": [-1],
        "probabilities": [-1, 3],
        "logits": [-1, 3],
    }


def test_an_id_comes_back_and_only_when_one_was_given(http: httpx.Client) -> None:
    assert http.post(INFER, json=text_input("a") | {"id": "x" * 1024}).json()["id"] == "x" * 1024
    assert "id" not in http.post(INFER, json=text_input("a")).json()
    for wrong in (7, "x" * 1025):
        assert http.post(INFER, json=text_input("a") | {"id": wrong}).json()["error"].startswith("id is ")


@pytest.mark.parametrize(("shape", "data"), [([4], "abcd"), ([4, 1], "abcd"), ([4, 1], [["a"], ["b"], ["c"], ["d"]])])
def test_data_may_be_flat_or_nested_as_its_shape_says(http: httpx.Client, shape: list[int], data: Any) -> None:
    tensor = {"name": "text", "shape": shape, "datatype": "BYTES", "data": list(data)}
    assert http.post(INFER, json={"inputs": [tensor]}).json()["outputs"][0]["shape"] == [4]


def test_only_the_outputs_that_are_asked_for_come_in_their_order(http: httpx.Client) -> None:
    wanted = [{"name": "logits"}, {"name": "label"}]
    assert [o["name"] for o in http.post(INFER, json=text_input("a") | {"outputs": wanted}).json()["outputs"]] == [
        "logits",
        "label",
    ]
    default = http.post(INFER, json=text_input("a") | {"outputs": []}).json()["outputs"]
    assert [o["name"] for o in default] == ["label", "probabilities"]


def test_binary_data_stands_behind_the_json_in_the_order_of_the_outputs(http: httpx.Client) -> None:
    wanted = [
        {"name": "label", "parameters": {"binary_data": False}},
        {"name": "probabilities"},
        {"name": "logits", "parameters": {"classification": 2}},
    ]
    asked = text_input("profit rose", "sales fell") | {"outputs": wanted, "parameters": {"binary_data_output": True}}
    found = http.post(INFER, json=asked)
    assert found.headers["content-type"] == "application/octet-stream"
    assert int(found.headers["content-length"]) == len(found.content)
    length = int(found.headers["inference-header-content-length"])
    label, probabilities, best = json.loads(found.content[:length])["outputs"]
    assert set(label["data"]) <= set(LABELS)
    assert probabilities["parameters"]["binary_data_size"] == 2 * 3 * 8
    rest = found.content[length:]
    np.testing.assert_allclose(np.frombuffer(rest[:48]).reshape(2, 3).sum(axis=1), 1)
    assert (best["datatype"], best["shape"]) == ("BYTES", [2, 2])
    (size,) = struct.unpack_from("<I", rest, 48)
    assert re.fullmatch(r"-?\d+\.\d{6}:[0-2]:\w+", rest[52 : 52 + size].decode())
    assert best["parameters"]["binary_data_size"] == len(rest) - 48


def test_a_raw_body_is_one_element(http: httpx.Client) -> None:
    """Triton's raw binary request: what `curl --data-binary @file` sends."""
    found = http.post(INFER, content=b"Profit rose today.", headers={"inference-header-content-length": "0"})
    assert found.status_code == 200
    length = int(found.headers["inference-header-content-length"])
    assert json.loads(found.content[:length])["outputs"][0]["shape"] == [1]


@pytest.mark.parametrize("sent", [b"nonsense\r\n\r\n", b"GET /v2 HTTP/1.1\r\nx: " + b"y" * (80 << 10)])
def test_what_is_no_http_is_said_so_in_json(service: Settings, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", service.inference_port), timeout=10) as connection:
        connection.sendall(sent)
        head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert json.loads(body)["error"]


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_bodies_may_be_compressed_both_ways(http: httpx.Client, coding: str, pack: Any) -> None:
    body = json.dumps(text_input(*["profit rose"] * 100)).encode()
    headers = {"content-encoding": coding, "accept-encoding": coding}
    found = http.post(INFER, content=pack(body), headers=headers)
    assert found.headers["content-encoding"] == coding
    assert found.headers["vary"] == "Accept-Encoding"
    assert found.json()["outputs"][1]["shape"] == [100, 3]
    bomb = http.post(INFER, content=pack(b" " * (17 << 20)), headers=headers)
    assert bomb.status_code == 413
    damaged = http.post(INFER, content=pack(body)[:-9], headers=headers)
    assert (damaged.status_code, damaged.json()["error"][:18]) == (400, f"The request is no {coding}"[:18])


def test_classification_goes_with_what_has_a_value_a_class(http: httpx.Client) -> None:
    def ask(name: str, top: Any) -> httpx.Response:
        wanted = [{"name": name, "parameters": {"classification": top}}]
        return http.post(INFER, json=text_input("a") | {"outputs": wanted})

    assert ask("logits", 99).json()["outputs"][0]["shape"] == [1, 3]
    assert "goes with logits, probabilities, not with label" in ask("label", 1).json()["error"]
    for wrong in (-1, 1.5, True, "2"):
        assert ask("logits", wrong).status_code == 400


def test_parameters_that_mean_nothing_here_are_passed_over(http: httpx.Client) -> None:
    asked = text_input("a") | {"parameters": {"priority": 3, "timeout": 0, "anything": {"else": []}}}
    assert http.post(INFER, json=asked).status_code == 200
    assert http.post(INFER, json=text_input("a") | {"parameters": {"binary_data_output": 1}}).status_code == 400


def test_the_description_covers_every_address_and_asks_no_other_host(http: httpx.Client) -> None:
    described = http.get("/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert {"/v2", "/v2/models/{model}/versions/{version}/infer"} <= set(described["paths"])
    page = http.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for path in described["paths"]:
        assert path in page.text
    assert not re.findall(r"""(?:src|href)=["'](?!/openapi\.json)""", page.text)


def test_a_required_gpu_fails_closed(home: Path) -> None:
    with served(replace(alone(home), require_gpu=True)) as client:
        url = f"{client.url}/v2/models/{RUN_ID}"
        for version in ("", "/versions/fp32"):
            found = httpx.post(f"{url}{version}/infer", json=text_input("a"), trust_env=False)
            assert found.status_code == 500
            assert found.json()["error"].startswith("A GPU is required and the model in")
