"""wrk, a load generator written in C, so that asking takes little of the machine that answers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SCRIPT = Path(__file__).with_suffix(".lua")
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Closed:
    """What clients saw who send their next request when they have their answer."""

    answers: int
    """With status 200."""
    per_s: float
    p50_ms: float
    p99_ms: float
    refused: int
    """Answered with another status."""


@dataclass(frozen=True)
class Open:
    """What came of requests that were sent at a rate, whatever became of those before."""

    sent_per_s: float
    by_status: dict[int, int]
    """HTTP status → answers."""
    accepted_per_s: float
    p50_ms: float
    """Of those that were answered with 200, as the two below."""
    p99_ms: float
    longest_ms: float


def need() -> None:
    """Raise SystemExit with what to do when wrk is not there."""
    if shutil.which("wrk") is None:
        raise SystemExit(
            "This benchmark asks with wrk, a load generator in C, and there is none; install it (Debian and Ubuntu: "
            "apt install wrk; macOS: brew install wrk) and start again."
        )


def closed(url: str, bodies: Sequence[Any], *, clients: int, seconds: float) -> Closed:
    """Let so many clients ask for a while, the bodies in turn as JSON."""
    found = _run(url, bodies, {}, "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s")
    right = found["answers"] - found["refused"]
    return Closed(right, right / found["seconds"], found["p50_ms"], found["p99_ms"], found["refused"])


def opened(url: str, bodies: Sequence[Any], *, per_second: float, within_s: float, seconds: float) -> Open:
    """Send requests at a rate for a while; each is expected to be answered in some way within `within_s`.

    As many connections take turns as that needs, each in a thread of its own, so that each answer is timed alone.
    """
    connections = max(2, round(per_second * within_s))
    every = {"WRK_EVERY_MS": str(1e3 * connections / per_second), "WRK_CONNECTIONS": str(connections)}
    found = _run(url, bodies, every, f"-t{connections}", f"-c{connections}", f"-d{max(1, round(seconds))}s")
    each = np.array(found["each"]).reshape(-1, 2)
    statuses, counts = np.unique(each[:, 0].astype(int), return_counts=True)
    accepted_ms = each[each[:, 0] == 200, 1]
    p50, p99, longest = np.percentile(accepted_ms, [50, 99, 100]) if accepted_ms.size else (float("nan"),) * 3
    return Open(
        len(each) / found["seconds"],
        dict(zip(statuses.tolist(), counts.tolist(), strict=True)),
        accepted_ms.size / found["seconds"],
        float(p50),
        float(p99),
        float(longest),
    )


def _run(url: str, bodies: Sequence[Any], env: dict[str, str], *arguments: str) -> dict[str, Any]:
    """Run wrk and return what its script printed last. Raises SystemExit when connections broke."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as lines:
        lines.writelines(json.dumps(body) + "\n" for body in bodies)
        lines.flush()
        done = subprocess.run(
            ["wrk", *arguments, "--timeout", f"{PATIENCE_SECONDS}s", "-s", str(SCRIPT), url],
            env={**os.environ, **env, "WRK_BODIES": lines.name},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"wrk failed: {done.stderr or done.stdout}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if found["broken"]:
        raise SystemExit(f"{found['broken']} connections to {url} broke or waited longer than {PATIENCE_SECONDS} s.")
    return found
