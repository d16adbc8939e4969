"""Many clients of the inference service at once: each gets its own answers, and a stop loses none of them."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from dataclasses import dataclass, field

import httpx
import numpy as np
import psutil
import pytest

from engine.config import Settings
from engine.serving.client import InferenceClient
from engine.serving.runtime import Classifier
from tests.chaos import LONG
from tests.engine.serving.conftest import RUN_ID, Trained, alone, publish_run, running_service, wait_for
from tests.engine.serving.conftest import trained as trained_fixture

trained = trained_fixture
CLIENTS = 100 if LONG else 32
SECONDS = 60.0 if LONG else 2.0
ROWS = (1, 8)
TEXTS = tuple(f"{'profit rose sales fell today ' * (n % 6)}the company {'grew ' * n}" for n in range(24))
URL = f"/v2/models/{RUN_ID}/versions/fp32/infer"


@dataclass
class Seen:
    """What all clients saw together."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    told_to_stop: int = 0
    lost: list[str] = field(default_factory=list)
    """Requests that were sent on an open connection and never answered."""


@pytest.fixture(scope="module")
def settings(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("load") / "workspace"
    publish_run(home, trained)
    return alone(home)


@pytest.fixture(scope="module")
def expected(settings: Settings) -> np.ndarray:
    """(N, C): what the same model gives each text here, alone."""
    folder = next((settings.workspace.runs / RUN_ID / "attempts").glob("*/onnx/fp32"))
    return Classifier.load(folder, threads=1).probabilities(TEXTS, batch=1)


async def client(number: int, http: httpx.AsyncClient, until: float, expected: np.ndarray, seen: Seen) -> None:
    """Ask one request after the other, of one or several texts, until told to stop or the time is over."""
    asked = number
    while time.monotonic() < until:
        chosen = [(asked * 7 + k) % len(TEXTS) for k in range(ROWS[asked // CLIENTS % len(ROWS)])]
        asked += CLIENTS
        tensor = {"name": "text", "shape": [len(chosen)], "datatype": "BYTES", "data": [TEXTS[i] for i in chosen]}
        body = {"id": str(asked), "inputs": [tensor], "outputs": [{"name": "probabilities"}]}
        try:
            found = await http.post(URL, json=body)
        except httpx.ConnectError:  # nobody accepted it
            seen.told_to_stop += 1
            return
        except httpx.HTTPError as error:
            seen.lost.append(repr(error))
            return
        if found.status_code == 503:
            seen.told_to_stop += 1
            return
        answer = found.json()
        values = np.array(answer["outputs"][0]["data"]).reshape(-1, 3)
        if answer["id"] != str(asked) or not np.allclose(values, expected[chosen], atol=1e-4):
            seen.wrong.append(found.text[:200])
        seen.right += 1


async def load(settings: Settings, seconds: float, expected: np.ndarray, pid: int = 0) -> Seen:
    """Let all clients ask for a while; when `pid` is given, ask that process to stop in the middle of it."""
    seen, until = Seen(), time.monotonic() + seconds
    url = f"http://127.0.0.1:{settings.inference_port}"
    limits = httpx.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60, limits=limits) as http:
        asking = asyncio.gather(*(client(n, http, until, expected, seen) for n in range(CLIENTS)))
        if pid:
            while seen.right < 2 * CLIENTS and time.monotonic() < until:
                await asyncio.sleep(0.01)
            os.kill(pid, signal.SIGTERM)
        await asking
    return seen


@pytest.mark.slow
def test_every_answer_is_its_own_and_a_stop_loses_none(settings: Settings, expected: np.ndarray) -> None:
    with running_service(settings) as process:
        wait_for(InferenceClient(settings).ready)
        asyncio.run(load(settings, SECONDS / 4, expected))
        before = psutil.Process(process.pid).memory_info().rss
        seen = asyncio.run(load(settings, SECONDS, expected))
        grown_mib = (psutil.Process(process.pid).memory_info().rss - before) / 2**20
        assert not seen.wrong, seen.wrong[:3]
        assert not seen.lost, seen.lost[:3]
        assert seen.right > CLIENTS
        assert grown_mib < 32
        print(f"[{seen.right} answers, {grown_mib:+.1f} MiB]", end=" ", flush=True)

        seen = asyncio.run(load(settings, 60.0, expected, process.pid))
        assert not seen.wrong, seen.wrong[:3]
        assert not seen.lost, seen.lost[:3]
        assert seen.right > 0
        assert seen.told_to_stop == CLIENTS
        assert process.wait(30) == 0
