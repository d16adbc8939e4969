"""What HTTP and batching add to, and take from, the model itself: in process and over the service, turn by turn."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np

from engine.config import REPOSITORY, Settings
from engine.serving.client import InferenceClient
from engine.serving.runtime import Classifier
from tests.bench import common

ROUNDS = 1 if common.SHORT else 5
SINGLES = 40 if common.SHORT else 200
REQUESTS = 64 if common.SHORT else 512
CLIENTS = 64
SENTENCES_A_REQUEST = 8
Times = dict[str, list[float]]


@contextmanager
def service(settings: Settings) -> Iterator[None]:
    """Run the service in a process of its own until the block ends."""
    environment = {**os.environ, **settings.environment()}
    process = subprocess.Popen([sys.executable, "-m", "engine", "serve"], cwd=REPOSITORY, env=environment)
    try:
        client = InferenceClient(settings, start_seconds=60)
        while not client.ready():
            assert process.poll() is None
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(60)


def request(run_id: str, texts: Sequence[str]) -> bytes:
    """Return a whole HTTP request; writing and reading bytes is the least that a client can do."""
    tensor = {"name": "text", "shape": [len(texts)], "datatype": "BYTES", "data": list(texts)}
    outputs = [{"name": "probabilities", "parameters": {"binary_data": True}}]
    body = json.dumps({"inputs": [tensor], "outputs": outputs}).encode()
    return b"POST /v2/models/%s/infer HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (
        run_id.encode(), len(body), body
    )  # fmt: skip


async def ask(port: int, requests: Iterator[bytes], took_ms: list[float]) -> None:
    """Send requests one after the other on one connection until there are no more; note how long each took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for sent in requests:
        began = time.perf_counter()
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = int(head.lower().split(b"\r\ncontent-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        took_ms.append((time.perf_counter() - began) * 1e3)
    writer.close()


async def many(port: int, requests: Sequence[bytes], clients: int) -> list[float]:
    shared, took_ms = iter(requests), list[float]()
    await asyncio.gather(*(ask(port, shared, took_ms) for _ in range(clients)))
    return took_ms


def measure(model: Classifier, run_id: str, port: int, texts: list[str]) -> dict[str, float]:
    """Return one round: latencies of one text, and sentences a second of many, in process and over HTTP."""
    singles = list(islice(cycle(texts), SINGLES))
    in_process = []
    for text in singles:
        began = time.perf_counter()
        model.probabilities([text])
        in_process.append((time.perf_counter() - began) * 1e3)
    over_http = asyncio.run(many(port, [request(run_id, [t]) for t in singles], 1))
    found = {"in_process_p50_ms": float(np.median(in_process)), "http_p50_ms": float(np.median(over_http))}
    for each in (SENTENCES_A_REQUEST, 1):
        sentences = list(islice(cycle(texts), REQUESTS * SENTENCES_A_REQUEST))[: REQUESTS * max(each, 2)]
        groups = [sentences[i : i + each] for i in range(0, len(sentences), each)]
        began = time.perf_counter()
        model.probabilities(sentences)
        alone = time.perf_counter() - began
        requests = [request(run_id, group) for group in groups]
        began = time.perf_counter()
        took_ms = asyncio.run(many(port, requests, CLIENTS))
        served = time.perf_counter() - began
        found[f"in_process_per_s_{each}"] = len(sentences) / alone
        found[f"http_per_s_{each}"] = len(sentences) / served
        found[f"http_share_{each}"] = alone / served
        found[f"http_p99_ms_{each}"] = float(np.percentile(took_ms, 99))
    return found


def main() -> None:
    rows, source = common.sentences()
    home = Path(os.environ.get("BENCH_HOME", common.OUT / "workspace"))
    train, test = common.held_out(rows, 1000)
    if "BENCH_HOME" in os.environ:
        folder = max((home / "runs").glob("*/attempts/*/onnx"))
    else:
        folder = Path(common.fine_tune(home, train, test, "fast")["folder"]) / "onnx"
    run_id = folder.parts[-4]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    before = common.noise()
    with service(Settings(home=home, inference_port=port)):
        InferenceClient(Settings(home=home, inference_port=port)).predict(run_id, ["warm"] * 64)
        served = json.loads((folder.parent / "report.json").read_text("utf-8")).get("served", "int8")
        model = Classifier.load(folder / served)
        texts = list(test["text"])
        model.probabilities(texts[:64])
        rounds = [measure(model, run_id, port, texts) for _ in range(ROUNDS)]
    found: dict[str, Any] = {key: float(np.median([r[key] for r in rounds])) for key in rounds[0]}
    found["http_adds_ms"] = float(np.median([r["http_p50_ms"] - r["in_process_p50_ms"] for r in rounds]))
    print(f"\n{len(texts)} sentences, {source}, {served}; {ROUNDS} rounds, medians; processor noise {before:.0%}")
    common.table(["what", "value"], [[key, value] for key, value in found.items()])
    common.save("http_serving", {"source": source, "found": found, "rounds": rounds, "noise": before})


if __name__ == "__main__":
    main()
