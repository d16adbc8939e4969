"""NVIDIA's own client against the service as its own process: binary data and JSON, compressed or not, sync and not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import tritonclient.http as triton
import tritonclient.http.aio as triton_aio
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

from engine.config import Settings
from engine.tasks.text_classification import decode
from tests.engine.serving.conftest import LABELS, RUN_ID, TEXTS, Trained

CODINGS = (None, "gzip", "deflate")


def address(settings: Settings) -> str:
    return f"127.0.0.1:{settings.inference_port}"


@pytest.fixture(scope="module")
def client(service: Settings) -> Iterator[Any]:
    with triton.InferenceServerClient(address(service)) as found:
        yield found


def texts_input(texts: tuple[str, ...], *, binary: bool) -> Any:
    tensor = triton.InferInput("text", [len(texts)], "BYTES")
    tensor.set_data_from_numpy(np.array([t.encode() for t in texts], dtype=object), binary_data=binary)
    return tensor


@pytest.fixture(scope="module")
def expected(trained: Trained) -> np.ndarray:
    return decode(np.concatenate([trained.logits([text]) for text in TEXTS]), trained.temperature)


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("binary_in", [True, False])
@pytest.mark.parametrize("binary_out", [True, False, None])
def test_texts_are_answered_whichever_way_they_come(
    client: Any, expected: np.ndarray, coding: str | None, binary_in: bool, binary_out: bool | None
) -> None:
    wanted = None
    if binary_out is not None:
        wanted = [triton.InferRequestedOutput(n, binary_data=binary_out) for n in ("label", "probabilities")]
    found = client.infer(
        RUN_ID,
        [texts_input(TEXTS * 20, binary=binary_in)],
        model_version="fp32",
        outputs=wanted,
        request_id="an id, 会社",
        request_compression_algorithm=coding,
        response_compression_algorithm=coding,
        timeout=30_000_000,
    )
    np.testing.assert_allclose(found.as_numpy("probabilities"), np.tile(expected, (20, 1)), atol=1e-5)
    labels = [value.decode() if isinstance(value, bytes) else value for value in found.as_numpy("label")]
    assert labels == [LABELS[i] for i in expected.argmax(axis=1)] * 20
    assert found.get_response()["id"] == "an id, 会社"
    described = found.get_output("probabilities")
    assert ("data" in described) == (binary_out is False)


def test_tensors_of_the_graph_are_answered_as_torch_would(client: Any, trained: Trained) -> None:
    for rows, length in ((1, 1), (4, 7), (33, 32)):
        ids = np.random.default_rng(rows).integers(4, 12, (rows, length))
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        inputs = [triton.InferInput(name, list(v.shape), np_to_triton_dtype(v.dtype)) for name, v in given.items()]
        for tensor, values in zip(inputs, given.values(), strict=True):
            tensor.set_data_from_numpy(values)
        found = client.infer(RUN_ID, inputs, "fp32", outputs=[triton.InferRequestedOutput("logits")])
        assert found.as_numpy("logits").dtype == np.float32
        one = client.infer(RUN_ID, inputs, "fp32", outputs=[triton.InferRequestedOutput("logits", class_count=1)])
        best = [int(value.decode().split(":")[1]) for value in one.as_numpy("logits").ravel()]
        assert best == list(found.as_numpy("logits").argmax(axis=1))


@pytest.mark.parametrize("dtype", ["?", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "f2", "f4", "f8"])
def test_a_tensor_of_another_datatype_is_refused_by_name(client: Any, dtype: str) -> None:
    values = np.zeros((2, 3), dtype=dtype)
    name = np_to_triton_dtype(values.dtype)
    inputs = [triton.InferInput(n, [2, 3], name) for n in ("input_ids", "attention_mask")]
    for tensor in inputs:
        tensor.set_data_from_numpy(values)
    with pytest.raises(InferenceServerException) as error:
        client.infer(RUN_ID, inputs)
    assert error.value.status() == "400"
    assert error.value.message() == f"The input input_ids has datatype {name}; send INT64."


def test_health_metadata_and_the_repository(client: Any) -> None:
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready(RUN_ID)
    assert not client.is_model_ready("nothing")
    assert {"binary_tensor_data", "classification"} <= set(client.get_server_metadata()["extensions"])
    described = client.get_model_metadata(RUN_ID, "fp32")
    assert {o["name"]: o["datatype"] for o in described["outputs"]}["probabilities"] == "FP64"
    client.unload_model(RUN_ID)
    client.load_model(RUN_ID)
    assert [m["name"] for m in client.get_model_repository_index()] == [RUN_ID]
    with pytest.raises(InferenceServerException, match="parameter config is not spoken"):
        client.load_model(RUN_ID, config="{}")


def test_the_configuration_and_the_statistics_are_tritons(client: Any) -> None:
    config = client.get_model_config(RUN_ID, "fp32")
    assert config["backend"] == "onnxruntime"
    kinds = {t["name"]: t["data_type"] for t in (*config["input"], *config["output"])}
    assert kinds["text"] == "TYPE_STRING"
    assert kinds["logits"] == "TYPE_FP32"
    assert config["dynamic_batching"]["max_queue_delay_microseconds"] == 500

    def told(version: str = "fp32") -> Any:
        return client.get_inference_statistics(RUN_ID, version)["model_stats"][0]

    before = told()
    for rows in (3, 3, 40):
        client.infer(RUN_ID, [texts_input(("a",) * rows, binary=True)], "fp32")
    with pytest.raises(InferenceServerException):
        client.infer(RUN_ID, [texts_input(("a",), binary=True)], "fp32", outputs=[triton.InferRequestedOutput("no")])
    after = told()
    assert after["inference_count"] - before["inference_count"] == 46
    assert after["execution_count"] - before["execution_count"] == 2 + 3  # forty rows are three batches of up to 16
    assert after["last_inference"] > before["last_inference"]
    times = {
        n: {k: after["inference_stats"][n][k] - before["inference_stats"][n][k] for k in v}
        for n, v in after["inference_stats"].items()
    }
    assert times["success"]["count"] == times["compute_infer"]["count"] == 3
    assert times["fail"]["count"] == 1
    parts = [times[n]["ns"] for n in ("queue", "compute_input", "compute_infer", "compute_output")]
    assert 0 < sum(parts) <= times["success"]["ns"]
    assert {b["batch_size"] for b in after["batch_stats"]} >= {3, 16}
    assert (RUN_ID, "fp32") in [(m["name"], m["version"]) for m in client.get_inference_statistics()["model_stats"]]
    assert [m["version"] for m in client.get_inference_statistics(RUN_ID)["model_stats"]] == ["1", "fp32", "int8"]
    with pytest.raises(InferenceServerException, match="There is no model"):
        client.get_model_config("nothing")


def test_errors_reach_the_client(client: Any) -> None:
    tensor = triton.InferInput("text", [1], "BYTES")
    tensor.set_data_from_numpy(np.array([b"\xff\xfe"], dtype=object))
    with pytest.raises(InferenceServerException, match="no UTF-8") as error:
        client.infer(RUN_ID, [tensor])
    assert error.value.status() == "400"
    with pytest.raises(InferenceServerException, match="There is no model") as error:
        client.infer("nothing", [tensor])
    assert error.value.status() == "404"
    with pytest.raises(InferenceServerException, match="deadline") as error:
        client.infer(RUN_ID, [texts_input(("a",) * 4000, binary=True)], timeout=1)
    assert error.value.status() == "504"


def test_many_at_once_without_threads(service: Settings, expected: np.ndarray) -> None:
    async def ask() -> list[Any]:
        async with triton_aio.InferenceServerClient(address(service)) as client:
            return await asyncio.gather(
                *(
                    client.infer(
                        RUN_ID,
                        [texts_input((TEXTS[n % 4],), binary=bool(n % 3))],
                        "fp32",
                        request_id=str(n),
                        request_compression_algorithm=CODINGS[n % 3],
                        response_compression_algorithm=CODINGS[n % 3],
                    )
                    for n in range(48)
                )
            )

    for n, found in enumerate(asyncio.run(ask())):
        assert found.get_response()["id"] == str(n)
        np.testing.assert_allclose(found.as_numpy("probabilities")[0], expected[n % 4], atol=1e-5)
