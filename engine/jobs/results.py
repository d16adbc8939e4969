"""What a fine-tuning run leaves behind: report, predictions, and the name of the attempt that counts."""

from __future__ import annotations

import os
import platform
import resource
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from engine.datasets.dataset import PARTS, Dataset
from engine.files import sha256_file, sync_folder, written_aside
from engine.jobs.energy import cpu_name
from engine.jobs.runs import Attempt, RunFolder

if TYPE_CHECKING:
    import numpy as np

UNHASHED = {"lease.json", "heartbeat", "events.jsonl", "worker.log", "reserve", "step.json"}


class Clock:
    """Adds up the seconds of named stretches of work."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._seconds: dict[str, float] = {}

    @contextmanager
    def time(self, name: str) -> Iterator[None]:
        """Count what happens in the block as `name`."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[name] = self._seconds.get(name, 0.0) + time.perf_counter() - began

    def seconds(self) -> dict[str, float]:
        """Return the seconds by name, and "total" since the clock was made."""
        return {name: round(s, 3) for name, s in (*self._seconds.items(), ("total", time.perf_counter() - self._began))}


def cores() -> int:
    """Return the physical cores this process may use."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    return max(1, min(allowed, psutil.cpu_count(logical=False) or allowed))


def machine() -> dict[str, Any]:
    """Return what this machine is, for the report."""
    return {
        "cpu": cpu_name(),
        "cores": cores(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "gpu": _gpu_name(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "torch": version("torch"),
        "onnxruntime": _onnxruntime_version(),
    }


def _gpu_name() -> str | None:
    torch = sys.modules.get("torch")
    return str(torch.cuda.get_device_name(0)) if torch is not None and torch.cuda.is_available() else None


def _onnxruntime_version() -> str:
    import onnxruntime

    return str(onnxruntime.__version__)


def peak_memory_mib() -> float:
    """Return the most memory this process has had resident since its program began.

    `getrusage` would count what the dashboard held when it started this process: Linux keeps that mark over `exec`.
    """
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text("ascii", errors="replace").splitlines()
        kib = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
        return round(kib / 1024, 1)
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage counts in bytes there, in KiB elsewhere
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20, 1)


def dataset_block(dataset: Dataset) -> dict[str, Any]:
    """Return the part of a report that says what it was trained and judged on."""
    card = dataset.card
    return {
        "id": dataset.id,
        "name": dataset.name,
        "test_id": dataset.test_id,
        "licence": card.licence,
        "commercial_use": card.commercial_use,
        "synthetic": card.synthetic,
        "rows": {part: dataset.part_rows(part) for part in PARTS},
    }


def test_looks(run: RunFolder) -> int:
    """Return how often the test part has been looked at for this run, over all its attempts."""
    return sum(e["event"] == "test_look" for attempt in run.attempts() for e in attempt.events())


def write_predictions(path: Path, parts: Mapping[str, tuple[Any, np.ndarray, np.ndarray]]) -> None:
    """Write part, row, source, truth, p0 … pC-1 of each row; `parts` maps to (rows, truth, probabilities)."""
    import pandas as pd

    frames = [
        pd.DataFrame(
            {
                "part": part,
                "row": rows["row"].to_numpy(),
                "source": rows["source"].to_numpy(),
                "truth": truth,
                **{f"p{c}": probabilities[:, c] for c in range(probabilities.shape[1])},
            }
        )
        for part, (rows, truth, probabilities) in parts.items()
    ]
    with written_aside(path) as aside:
        pd.concat(frames, ignore_index=True).to_parquet(aside, index=False)


def publish(run: RunFolder, attempt: Attempt) -> None:
    """Make the attempt the one that counts: everything synced and hashed first, `published.json` last."""
    for leftover in (attempt.reserve_file, attempt.step_file):
        leftover.unlink(missing_ok=True)
    shutil.rmtree(attempt.folder / "checkpoints", ignore_errors=True)
    hashes = {}
    for path in sorted(p for p in attempt.folder.rglob("*") if p.is_file() and p.name not in UNHASHED):
        with path.open("rb") as file:
            os.fsync(file.fileno())
        hashes[str(path.relative_to(attempt.folder))] = sha256_file(path)
    sync_folder(attempt.folder)
    run.publish(attempt, hashes)
