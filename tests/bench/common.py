"""What every benchmark shares: its data, the machine, the noise, tables, and results on disk."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.browser.server import ROOT, command

SHORT = bool(os.environ.get("BENCH_SHORT"))
"""A look at whether the benchmarks run, not at what they measure."""
OUT = ROOT / "build" / ("bench-short" if SHORT else "bench")
SHORT_ROWS = 400
DEV_DATA = Path(os.environ.get("BREAKEVEN_DEV_DATA", ROOT.parent / "shared" / "data"))
SENTENCES = DEV_DATA / "financial_phrasebank_train.csv"
SCENARIO = ("--scenario", "finance_sentiment")


def sentences() -> tuple[pd.DataFrame, str]:
    """Return the sentences to measure on, columns text and label, and where they come from.

    They are Financial PhraseBank when BREAKEVEN_DEV_DATA holds it, else the generated demo data, which says so.
    """
    if SENTENCES.exists():
        rows, source = pd.read_csv(SENTENCES)[["text", "label"]], SENTENCES.name
    else:
        rows, source = _generated(), "generated sentences (synthetic)"
    if SHORT and len(rows) > SHORT_ROWS:
        rows = rows.sample(SHORT_ROWS, random_state=0)
    return rows.reset_index(drop=True), source


def _generated() -> pd.DataFrame:
    from engine.config import Settings
    from engine.scenarios import SCENARIOS

    settings = Settings(home=OUT / "workspace", offline=True)
    dataset = SCENARIOS["finance_sentiment"].demo(settings)
    return pd.concat([dataset.rows(part) for part in ("train", "validation", "test")])[["text", "label"]]


def fine_tune(home: Path, train: pd.DataFrame, test: pd.DataFrame, recipe: str, *, seed: int = 0) -> dict[str, Any]:
    """Fine-tune with the product's own command and return its report, with the attempt's folder under "folder"."""
    folder = home / "files"
    folder.mkdir(parents=True, exist_ok=True)
    train.to_csv(folder / "train.csv", index=False)
    test.to_csv(folder / "test.csv", index=False)
    files = ("--data", str(folder / "train.csv"), "--test", str(folder / "test.csv"))
    done = command(home, "finetune", *SCENARIO, *files, "--recipe", recipe, "--seed", str(seed), "--json")
    attempt = Path(json.loads(done.stdout.splitlines()[-1])["details"]["folder"])
    return {**json.loads((attempt / "report.json").read_text("utf-8")), "folder": str(attempt)}


def in_a_process(module: str, *arguments: str, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Run `python -m tests.bench.<module>` in a process of its own and return the object on its last line."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", f"tests.bench.{module}", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def held_out(rows: pd.DataFrame, count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (the rest, `count` rows) with the same balance of labels, without a text in both."""
    rows = rows.drop_duplicates("text")
    test = rows.groupby("label", group_keys=False).sample(frac=min(count / len(rows), 0.5), random_state=0)
    return rows.drop(test.index), test


def noise() -> float:
    """Return how unsteady the processor is: the spread (p10 to p90) of one product's time, as a share of its median."""
    matrix = np.random.default_rng(0).standard_normal((768, 768)).astype(np.float32)
    seconds = []
    for _ in range(40):
        started = time.perf_counter()
        matrix @ matrix
        seconds.append(time.perf_counter() - started)
    low, middle, high = np.percentile(seconds, [10, 50, 90])
    return float((high - low) / middle)


def machine() -> dict[str, Any]:
    """Return what the figures were taken on."""
    import psutil

    return {
        "cpu": _cpu_name(),
        "cores": psutil.cpu_count(logical=False) or os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    names = [line for line in info.read_text().splitlines() if "model name" in line] if info.exists() else []
    return names[0].split(":")[1].strip() if names else platform.processor()


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows under a head, columns aligned."""
    cells = [[f"{c:.4g}" if isinstance(c, float) else str(c) for c in row] for row in [head, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip(), flush=True)


def save(name: str, result: dict[str, Any]) -> None:
    """Write a benchmark's result beside the machine it ran on."""
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / f"{name}.json"
    path.write_text(json.dumps({"machine": machine(), "short": SHORT, **result}, indent=1) + "\n", encoding="utf-8")
    print(f"→ {path.relative_to(ROOT)}\n", flush=True)
