"""A disk that fills up while a model is trained: one sentence, nothing published, nothing half-written."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.config import Settings
from engine.datasets.demo.generator import as_csv, generate
from engine.jobs.runs import all_runs
from tests.browser.server import ROOT, environment
from tests.chaos import rounds

SIZES_MIB = (4, 1, 40, 12, 25, 2, 8, 60, 18, 30)
"""What the disk holds, so that it fills while data is prepared, a checkpoint is written, or a model exported."""


@contextmanager
def small_disk(folder: Path, mib: int) -> Iterator[Callable[[], None] | None]:
    """Make `folder` a disk of `mib` MiB where this user may; else yield what limits a process's files to that size."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(folder)]
    if (
        shutil.which("mount")
        and os.geteuid() == 0
        and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    ):
        try:
            yield None
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    else:
        limit = mib * 2**20 // 8
        yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


@pytest.mark.slow
def test_a_full_disk_is_one_sentence_and_nothing_is_published(tmp_path: Path) -> None:
    data = tmp_path / "news.csv"
    data.write_bytes(as_csv(generate(1, 300)))
    command = ["finetune", "--scenario", "finance_sentiment", "--data", str(data), "--recipe", "probe", "--json"]
    outcomes = []
    for k, mib in enumerate(SIZES_MIB[: rounds(2, len(SIZES_MIB))]):
        with small_disk(tmp_path / str(k), mib) as limit:
            home = tmp_path / str(k) / "workspace"
            done = subprocess.run(
                [sys.executable, "-m", "engine", *command],
                cwd=ROOT,
                env=environment(home),
                capture_output=True,
                text=True,
                check=False,
                preexec_fn=limit,
            )
            outcomes.append(done.returncode)
            assert "Traceback" not in done.stderr, done.stderr
            runs = list(all_runs(Settings(home=home).workspace.runs)) if (home / "runs").exists() else []
            if done.returncode == 0:
                assert [run.state for run in runs] == ["finished"]
                continue
            assert done.returncode == 1, done.stderr
            assert "free some space" in done.stderr.splitlines()[-1], done.stderr
            assert all(run.state == "failed" for run in runs)
            assert not list(home.rglob("*.tmp"))
    print(f"[exit statuses {outcomes}]", end=" ")
    assert 1 in outcomes
