"""The servers of the benchmark over HTTP: ours and the peers, each started for its turn, awaited, and ended by id."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from engine.serving.sessions import physical_cores
from tests.browser.server import ROOT, environment, free_port

READY_SECONDS = 600
"""Long, for a machine that others use too."""
STOP_SECONDS = 40
IDLE_SHARE = 0.3
"""Of one core: what a server takes at most when nothing is asked; Ray's own processes take some."""
LOOK_SECONDS = 0.5
MODULES = "tests.bench.peers_http"
Body = Callable[[Sequence[str]], dict[str, Any]]


@dataclass(frozen=True)
class Server:
    """One server that can be started."""

    name: str
    command: Callable[[int, str], Sequence[str]]
    """The arguments of Python, given a port and a folder for temporary files."""
    path: str
    env: dict[str, str]
    body: Body
    probabilities: Callable[[Any], list[list[float]]]
    """What an answer's JSON says of each text."""
    same_model: bool = True
    """Whether it serves the same graph as we do."""


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    server: Server
    url: str
    process: psutil.Process

    def ask(self, texts: Sequence[str]) -> list[list[float]]:
        """Return the probabilities that it gives for texts."""
        found = httpx.post(self.url, json=self.server.body(texts), timeout=60, trust_env=False)
        found.raise_for_status()
        return self.server.probabilities(found.json())

    def settle(self) -> None:
        """Return once it computes no more of what nobody waits for."""
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            before = self.processor_s()
            time.sleep(LOOK_SECONDS)
            if self.processor_s() - before < IDLE_SHARE * LOOK_SECONDS:
                return

    def processor_s(self) -> float:
        """Return the processor time that it and what it started took so far, all cores together."""
        total = 0.0
        for one in _family(self.process):
            with suppress(psutil.Error):
                times = one.cpu_times()
                total += times.user + times.system
        return total


def ours(home: Path, run_id: str) -> Server:
    """Return the service over a workspace; it answers with the precision that the run serves."""

    def body(texts: Sequence[str]) -> dict[str, Any]:
        tensor = {"name": "text", "shape": [len(texts)], "datatype": "BYTES", "data": list(texts)}
        return {"inputs": [tensor], "outputs": [{"name": "probabilities"}]}

    def probabilities(answer: Any) -> list[list[float]]:
        (output,) = answer["outputs"]
        width = output["shape"][1]
        return [output["data"][i : i + width] for i in range(0, len(output["data"]), width)]

    return Server(
        "Breakeven",
        lambda port, _folder: ("-m", "engine", "serve", "--port", str(port)),
        f"/v2/models/{run_id}/infer",
        environment(home),
        body,
        probabilities,
    )


def peers(onnx: Path, transformers: Path) -> list[Server]:
    """Return the peers: `onnx` is the folder of the same graph that we serve, `transformers` one for a pipeline."""
    # As many workers of one thread as ours has lanes.
    cores = str(physical_cores())
    shared = {"PEER_MODEL": str(onnx), "PEER_WORKERS": cores, "PEER_THREADS": "1"}

    def peer(name: str, command: Callable[[int, str], Sequence[str]], **env: str) -> Server:
        environment, same = {**os.environ, **env}, env["PEER_MODEL"] == str(onnx)
        return Server(
            name, command, "/classify", environment, lambda texts: {"texts": list(texts)}, _probabilities, same
        )

    return [
        peer(
            "FastAPI + pipeline",
            lambda port, _: (
                *("-m", "uvicorn", f"{MODULES}.fastapi_pipeline:app", "--host", "127.0.0.1", "--port", str(port)),
                *("--log-level", "warning", "--no-access-log"),
            ),
            PEER_MODEL=str(transformers),
            HF_HUB_OFFLINE="1",
        ),
        peer(
            "BentoML",
            lambda port, _: (
                *("-m", "bentoml", "serve", f"{MODULES}.bentoml_onnx:Classifier", "--working-dir", str(ROOT)),
                *("--host", "127.0.0.1", "--port", str(port), "--quiet"),
            ),
            **shared,
            BENTOML_DO_NOT_TRACK="True",
        ),
        peer(
            "Ray Serve",
            lambda port, folder: ("-m", f"{MODULES}.ray_onnx", str(port), folder),
            **shared,
            RAY_USAGE_STATS_ENABLED="0",
            RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER="0",  # one machine: then it listens on the loopback address
        ),
    ]


def _probabilities(answer: Any) -> list[list[float]]:
    found: list[list[float]] = answer["probabilities"] if isinstance(answer, dict) else answer
    return found


@contextmanager
def running(server: Server) -> Iterator[Running]:
    """Run a server until the block ends; raise what it printed when it does not come up."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="peer", ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "log"
        with log.open("wb") as out:
            child = subprocess.Popen(
                [sys.executable, *server.command(port, folder)],
                cwd=ROOT,
                env={**server.env, "BENTOML_HOME": folder, "TMPDIR": folder},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        found = Running(server, f"http://127.0.0.1:{port}{server.path}", psutil.Process(child.pid))
        try:
            _await(found, child, log)
            yield found
        finally:
            _end(child, found.process)


def _await(found: Running, child: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + READY_SECONDS
    while True:
        try:
            found.ask(["ready"])
            return
        except (httpx.HTTPError, json.JSONDecodeError) as error:
            if child.poll() is not None or time.monotonic() > end:
                said = log.read_text("utf-8", errors="replace")[-2000:]
                raise SystemExit(f"{found.server.name} did not start ({error}):\n{said}") from error
            time.sleep(0.2)


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)] if process.is_running() else []


def _end(child: subprocess.Popen[bytes], process: psutil.Process) -> None:
    """Ask a server to end, then end what it started and left behind."""
    family = _family(process)[1:]
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    _, left = psutil.wait_procs(family, timeout=5)
    for one in left:
        one.kill()
    psutil.wait_procs(left, timeout=5)
