"""Workers and dashboards that are killed at any moment: runs end well or say why, and the dashboard goes on."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from engine.config import Settings
from engine.jobs.attempts import KEPT_OF_A_FAILURE
from engine.jobs.lease import Lease
from engine.jobs.queue import progress, submit_finetune
from engine.jobs.runs import RunFolder
from engine.jobs.supervisor import Supervisor
from engine.scenarios import SCENARIOS
from tests.browser import server
from tests.chaos import LONG, rounds

SCENARIO = "finance_sentiment"
RECIPE = "probe" if LONG else "baseline"
WAIT_SECONDS = 240.0


def wait_for(what: Callable[[], object]) -> None:
    """Return once `what()` is true; fail when it does not become so."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not what():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def ended(run: RunFolder) -> bool:
    return run.state in {"finished", "failed", "cancelled"}


def kill_worker(run: RunFolder, attempt: int, after_seconds: float) -> bool:
    """Kill the worker of an attempt a while after it took its lease; return whether it was still there."""
    wait_for(lambda: len(run.attempts()) >= attempt and Lease.read(run.attempts()[attempt - 1].folder))
    time.sleep(after_seconds)
    lease = Lease.read(run.attempts()[attempt - 1].folder)
    if lease is None or lease.ended:
        return False
    os.killpg(lease.pid, signal.SIGKILL)
    return True


@pytest.mark.slow
def test_a_killed_worker_is_tried_once_more_and_then_explained(workspace: Path) -> None:
    settings, random_ = Settings(home=workspace, offline=True), random.Random(7)
    dataset = SCENARIOS[SCENARIO].demo(settings)
    supervisor = Supervisor(settings)
    supervisor.start()
    try:
        for round_ in range(rounds(1, 12)):
            kills = 2 if round_ % 2 == 0 else 1
            run = submit_finetune(settings, SCENARIO, dataset, RECIPE)
            killed = [kill_worker(run, n + 1, random_.uniform(0, 6 if LONG else 0.5)) for n in range(kills)]
            wait_for(partial(ended, run))
            if all(killed) and kills == 2:
                assert run.state == "failed"
                assert progress(run).message is not None
                left = {path.name for attempt in run.attempts() for path in attempt.folder.iterdir()}
                assert left <= KEPT_OF_A_FAILURE
            else:
                assert run.state == "finished"
                assert run.report()["run_id"] == run.run_id
    finally:
        supervisor.stop()


@pytest.mark.slow
def test_a_killed_dashboard_loses_no_run(workspace: Path) -> None:
    settings, random_ = Settings(home=workspace, offline=True), random.Random(11)
    dataset = SCENARIOS[SCENARIO].demo(settings)
    inference_port = server.free_port()
    runs = []
    for _ in range(rounds(1, 8)):
        with server.dashboard(workspace, inference_port=inference_port) as running:
            runs.append(submit_finetune(settings, SCENARIO, dataset, RECIPE))
            wait_for(lambda: runs[-1].attempts())
            time.sleep(random_.uniform(0, 8 if LONG else 1))
            running.process.kill()
            running.process.wait()
        assert "Traceback" not in running.log, running.log
    with server.dashboard(workspace, inference_port=inference_port) as running:
        wait_for(lambda: all(run.state == "finished" for run in runs))
        wait_for(lambda: _answers(f"http://127.0.0.1:{inference_port}/v2/health/ready"))
        assert len(_services(workspace)) == 1  # the killed dashboard's, used again, or a new one
    assert "Traceback" not in running.log, running.log
    for service in _services(workspace):  # what a killed dashboard left behind outlives the one that used it
        service.terminate()
        service.wait(30)


def _services(workspace: Path) -> list[psutil.Process]:
    """Return the inference processes of a workspace, whoever started them."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if "serve" in process.cmdline() and process.environ().get("BREAKEVEN_HOME") == str(workspace):
                found.append(process)
    return found


def _answers(url: str) -> bool:
    try:
        server.get(url)
    except OSError:
        return False
    return True
