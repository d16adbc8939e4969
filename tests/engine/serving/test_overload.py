"""Too much to do, too late, and nobody there any more: what the service answers, and what it does not compute."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.config import Settings
from engine.files import read_lines
from engine.serving.client import InferenceClient
from tests.engine.serving.conftest import RUN_ID, alone, served, wait_for
from tests.engine.serving.test_service import INFER, text_input

LONG = "profit rose " * 30
QUEUE_ROWS = 300


@pytest.fixture(scope="module")
def busy(home: Path) -> Iterator[Settings]:
    """A service that lets few rows wait."""
    settings = replace(alone(home), queue_rows=QUEUE_ROWS)
    with served(settings) as client:
        client.predict(RUN_ID, ["warm"])
        yield settings


@pytest.fixture
def http(busy: Settings) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{busy.inference_port}", trust_env=False, timeout=60) as client:
        yield client


def state(http: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = http.get("/v2/health/state").json()
    return found


class Sent:
    """A request on a connection of its own, whose answer nobody has read yet."""

    def __init__(self, settings: Settings, rows: int, **fields: Any) -> None:
        body = json.dumps(text_input(*[LONG] * rows) | fields).encode()
        self.socket = socket.create_connection(("127.0.0.1", settings.inference_port), timeout=60)
        self.socket.sendall(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (INFER.encode(), len(body)))
        self.socket.sendall(body)

    def status(self) -> int:
        with self.socket:
            return int(self.socket.recv(4096).split()[1])


def test_a_full_queue_says_when_to_ask_again_and_then_it_can_be_asked(busy: Settings, http: httpx.Client) -> None:
    first = Sent(busy, 4000)
    wait_for(lambda: state(http)["waiting_rows"] > QUEUE_ROWS)
    refused = http.post(INFER, json=text_input("a"))
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert "too much to do" in refused.json()["error"]
    assert http.get("/v2/health/ready").status_code == 200
    # The client of the pages waits its turn.
    assert InferenceClient(busy, start_seconds=60).predict(RUN_ID, ["a"]).probabilities.shape == (1, 3)
    assert first.status() == 200


def test_what_is_past_its_deadline_is_dropped(busy: Settings, http: httpx.Client) -> None:
    late = Sent(busy, 4000, parameters={"timeout": 100_000})
    assert late.status() == 504
    left = state(http)
    assert (left["waiting_rows"], left["open"]) == (0, 0)
    assert left["running"] <= left["lanes"]
    for wrong in (-1, 1.5, "soon", True):
        found = http.post(INFER, json=text_input("a") | {"parameters": {"timeout": wrong}})
        assert found.status_code == 400, wrong
        assert "timeout is" in found.json()["error"]


def test_a_client_that_went_away_is_not_computed(busy: Settings, http: httpx.Client) -> None:
    gone = Sent(busy, 4001)
    wait_for(lambda: state(http)["waiting_rows"] > 1000)
    gone.socket.close()
    wait_for(lambda: state(http)["waiting_rows"] == 0, seconds=5)

    def written_down() -> list[dict[str, Any]]:
        lines = [line for path in busy.workspace.usage.glob("*.jsonl") for line in read_lines(path)]
        return [line for line in lines if line["rows"] == 4001]

    assert [line["status"] for line in wait_for(written_down)] == [499]


def test_a_long_request_does_not_hold_up_a_short_one(home: Path, service: Settings) -> None:
    long = Sent(service, 4000)
    ended: list[str] = []

    def read() -> None:
        assert long.status() == 200
        ended.append("long")

    reader = threading.Thread(target=read)
    with httpx.Client(base_url=f"http://127.0.0.1:{service.inference_port}", trust_env=False) as http:
        wait_for(lambda: state(http)["waiting_rows"] > 0)
        reader.start()
        assert http.post(INFER, json=text_input("a")).status_code == 200
        ended.append("short")
        reader.join()
    assert ended == ["short", "long"]


def test_one_that_asks_nonsense_spoils_nobody(service: Settings) -> None:
    """Tensors of one shape are computed together; an id that is no word makes the graph fail for its sender alone."""

    def tensors(word: int) -> dict[str, Any]:
        names = (("input_ids", word), ("attention_mask", 1))
        return {
            "inputs": [{"name": n, "shape": [1, 8], "datatype": "INT64", "data": [value] * 8} for n, value in names]
        }

    url = f"http://127.0.0.1:{service.inference_port}{INFER}"
    statuses: dict[int, set[int]] = {4: set(), 99_999: set()}

    def ask(word: int) -> None:
        with httpx.Client(trust_env=False) as http:
            statuses[word].update(http.post(url, json=tensors(word)).status_code for _ in range(10))

    threads = [threading.Thread(target=ask, args=(word,)) for word in (4, 99_999) * 6]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == {4: {200}, 99_999: {400}}
