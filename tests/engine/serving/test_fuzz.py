"""Requests nobody would send, against the service as its own process: never a 500, never a wait without end."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from schemathesis import checks

from engine.config import Settings
from tests.engine.serving.conftest import RUN_ID
from tests.engine.serving.test_service import INFER

TIMEOUT_S = 20.0
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
WORDS = some.sampled_from(["text", "input_ids", "attention_mask", "label", "BYTES", "INT64", "FP32", "BOOL", "x"])
SIZES = some.integers(-2, 40) | some.sampled_from([2**31, 2**63, 2**64, -(2**63)])
INPUT = some.fixed_dictionaries(
    {"name": WORDS, "datatype": WORDS, "shape": some.lists(SIZES, max_size=3)},
    optional={
        "data": some.lists(some.integers(0, 12) | some.text(max_size=3), max_size=4),
        "parameters": some.fixed_dictionaries({}, optional={"binary_data_size": SIZES, "classification": SIZES}),
    },
)
HEAD = some.fixed_dictionaries(
    {"inputs": some.lists(INPUT, max_size=2)},
    optional={
        "id": WORDS,
        "outputs": some.lists(
            some.fixed_dictionaries({"name": WORDS}, optional={"parameters": some.none()}), max_size=2
        ),
        "parameters": some.fixed_dictionaries({}, optional={"binary_data_output": some.booleans(), "timeout": SIZES}),
    },
)
FITTING = some.builds(
    lambda texts, wrong: (texts, wrong),
    some.lists(some.binary(max_size=12), min_size=1, max_size=4),
    some.integers(-1, 1),
)


@pytest.fixture(scope="module")
def http(service: Settings) -> Any:
    base = f"http://127.0.0.1:{service.inference_port}"
    with httpx.Client(base_url=base, trust_env=False, timeout=TIMEOUT_S) as client:
        yield client


def refused_or_answered(found: httpx.Response) -> None:
    assert found.status_code in {200, 400, 413, 415, 504}, found.text
    if found.status_code != 200:
        assert found.json()["error"]


@settings(max_examples=80)
@given(head=HEAD, tail=some.binary(max_size=48), off=some.integers(-3, 3) | some.none())
def test_binary_frames_of_every_kind(http: httpx.Client, head: dict[str, Any], tail: bytes, off: int | None) -> None:
    body = json.dumps(head).encode()
    headers = {} if off is None else {"inference-header-content-length": str(len(body) + off)}
    refused_or_answered(http.post(INFER, content=body + tail, headers=headers))


@settings(max_examples=40)
@given(made=FITTING)
def test_texts_of_any_bytes(http: httpx.Client, made: tuple[list[bytes], int]) -> None:
    texts, wrong = made
    data = b"".join((len(t) + (wrong if n == 0 else 0)).to_bytes(8, "little", signed=True)[:4] + t
                    for n, t in enumerate(texts))  # fmt: skip
    tensor = {"name": "text", "datatype": "BYTES", "shape": [len(texts)], "parameters": {"binary_data_size": len(data)}}
    head = json.dumps({"inputs": [tensor]}).encode()
    headers = {"inference-header-content-length": str(len(head))}
    found = http.post(INFER, content=head + data, headers=headers)
    refused_or_answered(found)
    if not wrong and all(_is_utf8(t) for t in texts):
        assert found.status_code == 200


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_the_service_is_as_it_describes_itself(service: Settings) -> None:
    described = schemathesis.openapi.from_url(f"http://127.0.0.1:{service.inference_port}/openapi.json")
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) > 10
    for operation in operations:

        @settings(max_examples=5, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            if "model" in (case.path_parameters or {}):
                case.path_parameters = {"model": RUN_ID, "version": "fp32"}
            case.validate_response(case.call(timeout=TIMEOUT_S), checks=CHECKS)

        ask()
