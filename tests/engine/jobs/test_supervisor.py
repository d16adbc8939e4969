"""A supervisor with real workers: they finish, are cancelled, are killed, and outlive it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.datasets.store import open_dataset
from engine.datasets.texts.options import TextCard, TextOptions
from engine.jobs.attempts import KEPT_OF_A_FAILURE
from engine.jobs.lease import Lease
from engine.jobs.queue import cancel, progress, submit_finetune, submit_prepare
from engine.jobs.runs import RunFolder, create_run
from engine.jobs.supervisor import Supervisor, sweep_temporary_files
from tests.engine.jobs import wait_for

SCENARIO = "finance_sentiment"
LONG = {"epochs": 200, "patience": 200}


@contextmanager
def supervising(settings: Settings, patience_seconds: float = 30.0) -> Iterator[Supervisor]:
    supervisor = Supervisor(settings, patience_seconds=patience_seconds)
    supervisor.start()
    try:
        yield supervisor
    finally:
        supervisor.stop()


def ended(run: RunFolder) -> bool:
    return run.state in {"finished", "failed", "cancelled"}


def lease_of(run: RunFolder, attempt: int = 1) -> Lease:
    """Return the lease of an attempt once its worker has taken it."""
    wait_for(lambda: len(run.attempts()) >= attempt and Lease.read(run.attempts()[attempt - 1].folder))
    lease = Lease.read(run.attempts()[attempt - 1].folder)
    assert lease is not None
    return lease


def test_a_check_and_a_preparation_end_with_the_card(settings: Settings, dataset: Dataset) -> None:
    options = TextOptions("again", split_seed=5)
    runs = [submit_prepare(settings, dataset.raw_id, options, SCENARIO, store=store) for store in (False, True)]
    with supervising(settings):
        wait_for(lambda: all(ended(run) for run in runs))
    checked, stored = [run.report() for run in runs]
    assert TextCard.from_json(checked["card"]).rows_used == 168
    assert checked["dataset_id"] == ""
    assert open_dataset(settings, stored["dataset_id"]).options.split_seed == 5
    assert runs[0].published is not None
    assert Lease.read(runs[0].published.folder) != Lease.of_this_process()


def test_a_running_job_outlives_its_supervisor_and_is_cancelled_by_the_next(
    settings: Settings, dataset: Dataset
) -> None:
    run = submit_finetune(settings, SCENARIO, dataset, "full", LONG)
    with supervising(settings):
        lease = lease_of(run)
        wait_for(lambda: progress(run).epoch >= 1 or ended(run))
    now = progress(run)
    assert (now.state, now.epochs) == ("running", 200), now
    assert now.memory_mib is not None
    assert now.curves[0].train_loss > 0
    assert not lease.ended
    with supervising(settings):
        cancel(run)
        wait_for(lambda: ended(run))
        wait_for(lambda: lease.ended)
    assert run.state == "cancelled"
    assert {p.name for p in run.attempts()[0].folder.iterdir()} <= KEPT_OF_A_FAILURE
    assert len(run.attempts()) == 1


def test_a_killed_worker_is_tried_once_more_then_explained(settings: Settings, dataset: Dataset) -> None:
    run = submit_finetune(settings, SCENARIO, dataset, "full", LONG)
    with supervising(settings):
        for attempt in (1, 2):
            os.killpg(lease_of(run, attempt).pid, signal.SIGKILL)
        wait_for(lambda: ended(run))
    assert run.state == "failed"
    assert [a.last_event for a in run.attempts()] == ["lost", "failed"]
    assert "was killed in 2 of 2 attempts" in str(progress(run).message)


def test_a_worker_that_hangs_is_killed_and_tried_again(settings: Settings, dataset: Dataset) -> None:
    run = submit_finetune(settings, SCENARIO, dataset, "full", LONG)
    with supervising(settings, patience_seconds=3.0):
        first = lease_of(run)
        os.killpg(first.pid, signal.SIGSTOP)
        lease_of(run, 2)
        assert first.ended
        cancel(run)
        wait_for(lambda: ended(run))
    assert run.state == "cancelled"


def test_one_supervisor_acts_and_another_takes_over(settings: Settings, dataset: Dataset) -> None:
    first, second = Supervisor(settings), Supervisor(settings)
    assert first.start()
    assert not second.start()
    assert (first.owner, second.owner) == (True, False)
    first.stop()
    try:
        run = submit_prepare(settings, dataset.raw_id, TextOptions("again"), SCENARIO, store=False)
        wait_for(lambda: ended(run))
        assert second.owner
        assert run.state == "finished"
    finally:
        second.stop()


def test_a_command_that_was_killed_is_not_tried_again(settings: Settings, dataset: Dataset) -> None:
    queued = submit_finetune(settings, SCENARIO, dataset, "baseline")
    spec = queued.spec
    cancel(queued)
    run = RunFolder(settings.workspace.runs / "01ZZZZZZZZZZZZZZZZZZZZZZZZ")
    attempt = run.new_attempt()
    Lease("no such host", "boot", 1, 0.0, foreground=True).write(attempt.folder)
    (attempt.folder / "model").mkdir()
    create_run(settings.workspace.runs, type(spec)(**{**vars(spec), "run_id": run.run_id}))
    with supervising(settings, patience_seconds=0.5):
        wait_for(lambda: ended(run))
    assert (run.state, len(run.attempts())) == ("failed", 1)
    assert not (attempt.folder / "model").exists()


def test_a_fault_of_the_worker_is_one_sentence_and_its_traceback_stays_in_the_log(
    settings: Settings, dataset: Dataset
) -> None:
    run = submit_prepare(settings, dataset.raw_id, TextOptions("gone"), SCENARIO, store=True)
    for raw in settings.workspace.raw.iterdir():
        (raw / "data").unlink()
        (raw / "data").mkdir()
    with supervising(settings):
        wait_for(lambda: ended(run))
    assert run.state == "failed"
    message = str(progress(run).message)
    assert "\n" not in message
    assert "Traceback" not in message


@pytest.mark.parametrize("partial", ["", '{"event": "epo'])
def test_an_event_that_was_cut_off_harms_nobody(settings: Settings, dataset: Dataset, partial: str) -> None:
    run = submit_finetune(settings, SCENARIO, dataset, "baseline")
    attempt = run.new_attempt()
    attempt.say("started")
    with attempt.events_file.open("a") as file:
        file.write(partial)
    attempt.discard()
    attempt.say("lost")
    assert [e["event"] for e in attempt.events()] == ["started", "lost"]
    assert run.state == "queued"


def test_temporary_files_of_ended_processes_go(settings: Settings) -> None:
    gone = next(n for n in range(300000, 4_000_000) if not psutil.pid_exists(n))
    for pid in (gone, os.getpid()):
        folder: Path = settings.home / "tmp" / str(pid)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "half").write_text("x")
    sweep_temporary_files(settings.home)
    assert not (settings.home / "tmp" / str(gone)).exists()
    assert (settings.home / "tmp" / str(os.getpid()) / "half").exists()
