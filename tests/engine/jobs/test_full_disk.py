"""A disk that fills up while a model is trained."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.config import REPOSITORY, Settings
from engine.datasets.dataset import Dataset
from engine.jobs.attempts import KEPT_OF_A_FAILURE
from engine.jobs.queue import progress, submit_finetune

SCENARIO = "finance_sentiment"


@contextmanager
def almost_full(run: Path) -> Iterator[Callable[[], None] | None]:
    """Put the run on a disk of 512 KiB where this user may; else yield what limits a process's files to 32 KiB."""
    kept = run.with_name("kept")
    run.rename(kept)
    run.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(run)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    shutil.copytree(kept, run, dirs_exist_ok=True)
    shutil.rmtree(kept)
    try:
        yield None if mounted else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (32 << 10, 32 << 10))
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(run)], check=True)


def test_it_ends_with_one_sentence_and_leaves_nothing_half_written(settings: Settings, dataset: Dataset) -> None:
    run = submit_finetune(
        settings, SCENARIO, dataset, "baseline", {"epochs": 2, "max_features": 100_000, "min_rows": 1}
    )
    with almost_full(run.folder) as limit:
        filler = run.folder / "filler"
        if limit is None:
            with filler.open("wb") as file:
                file.write(b"x" * (380 << 10))
        worker = subprocess.run(
            [sys.executable, "-m", "engine.jobs.worker", str(run.folder)],
            cwd=REPOSITORY,
            env=os.environ | settings.environment(),
            preexec_fn=limit,
            capture_output=True,
            text=True,
            check=False,
        )
        assert worker.returncode == 1, worker.stderr
        assert run.state == "failed", worker.stderr
        assert "free some space" in str(progress(run).message)
        attempt = run.attempts()[0]
        assert {p.name for p in attempt.folder.iterdir()} <= KEPT_OF_A_FAILURE
        assert not list(run.folder.rglob("*.tmp"))
        assert run.published is None
