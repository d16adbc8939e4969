"""The worker: `python -m engine.jobs.worker RUN_FOLDER`. One process, one attempt.

The only module outside `engine.training` that trains. A fine-tuning run opens its data set, trains, exports, checks the
export against torch, judges the exported model on the validation part and once on the test part, measures it as served,
and publishes last.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.config import Settings, load_settings
from engine.datasets.dataset import Dataset, Options
from engine.datasets.forms import form_of
from engine.datasets.store import open_dataset, open_raw
from engine.errors import BreakevenError, NotFound
from engine.files import write_json
from engine.jobs.hosting import Job, Listener, host
from engine.jobs.loadtest import loadtest
from engine.jobs.logs import JsonLines
from engine.jobs.results import Clock
from engine.jobs.runs import Attempt, RunFolder
from engine.messages import Message
from engine.scenarios import SCENARIOS, Scenario

NICENESS = 5
"""Pages and answers go before training."""
OOM_SCORE = 500
"""When memory runs out, the system ends the worker before the dashboard."""


def run_attempt(
    run: RunFolder,
    attempt: Attempt,
    settings: Settings,
    *,
    foreground: bool = False,
    listener: Listener | None = None,
) -> None:
    """Do what the run's spec says, in this process.

    `listener` hears every event as it happens. Raises BreakevenError with the sentence for the user.
    """
    host(run, attempt, settings, WORK[run.spec.kind], foreground=foreground, listener=listener)


def finetune(job: Job) -> None:
    """Train, export, judge, measure and publish."""
    from engine.jobs.worker_finetune import finetune_on

    clock = Clock()
    job.say("started", pid=os.getpid())
    job.phase("data")
    with clock.time("data"):
        dataset = open_or_prepare(job)
    finetune_on(job, dataset, clock)


def open_or_prepare(job: Job) -> Dataset:
    """Return the run's data set: stored, made again from its raw file, or the scenario's demo data.

    What was used is noted in the attempt, so that the run can be repeated from its folder alone.
    """
    spec = job.run.spec
    if not spec.dataset_id:
        dataset = _scenario(job).demo(job.settings)
    else:
        try:
            dataset = open_dataset(job.settings, spec.dataset_id)
        except NotFound:
            dataset = _prepare(job, spec.dataset["raw_id"], _options(job, spec.dataset))
    noted = {"schema_version": 1, "id": dataset.id, "raw_id": dataset.raw_id, "options": dataset.options.to_json()}
    write_json(job.attempt.folder / "dataset.json", noted)
    return dataset.shared(spec.share, seed=spec.seed) if spec.share != 1 else dataset


def prepare(job: Job) -> None:
    """Check an upload, or store it as a data set; the report has its card."""
    asked = job.run.spec.dataset
    options = _options(job, asked)
    clock = Clock()
    job.say("started", pid=os.getpid())
    job.phase("data")
    if asked["store"]:
        dataset = _prepare(job, asked["raw_id"], options)
        result: dict[str, Any] = {"dataset_id": dataset.id, "card": dataset.card.to_json()}
    else:
        result = {"dataset_id": "", "card": _check(job, asked["raw_id"], options)}
    _publish_report(job, result, clock)


def calibrate(job: Job) -> None:
    """Time training steps of the backbone on this machine."""
    from engine.models.catalog import resolve
    from engine.training.calibrate import calibrate as measure_steps

    clock = Clock()
    job.say("started", pid=os.getpid())
    job.phase("time")
    backbone = resolve(job.run.spec.backbone, job.settings)
    measured = measure_steps(backbone, job.settings, should_stop=job.should_stop)
    _publish_report(job, {"measurement": measured}, clock)


WORK: dict[str, Callable[[Job], None]] = {
    "finetune": finetune,
    "prepare": prepare,
    "calibrate": calibrate,
    "loadtest": loadtest,
}


def _options(job: Job, asked: dict[str, Any]) -> Options:
    """Return the options that a spec holds, as those of its scenario's form of data."""
    return form_of(_scenario(job).task).options.from_json(asked["options"])


def _prepare(job: Job, raw_id: str, options: Options) -> Dataset:
    scenario = _scenario(job)
    return form_of(scenario.task).prepare(
        open_raw(job.settings, raw_id),
        options,
        job.settings,
        usual=scenario.columns,
        task=scenario.task,
        progress=_data_progress(job),
        should_stop=job.should_stop,
    )


def _check(job: Job, raw_id: str, options: Options) -> dict[str, Any]:
    scenario = _scenario(job)
    card = form_of(scenario.task).check(
        open_raw(job.settings, raw_id),
        options,
        job.settings,
        usual=scenario.columns,
        folder=job.attempt.folder,
        progress=_data_progress(job),
        should_stop=job.should_stop,
    )
    return card.to_json()


def _scenario(job: Job) -> Scenario:
    return SCENARIOS[job.run.spec.scenario]


def _data_progress(job: Job) -> Callable[[float, Message], None]:
    def progress(fraction: float, phase: Message) -> None:
        job.say("step", fraction=fraction, doing=phase.to_json())

    return progress


def _publish_report(job: Job, result: dict[str, Any], clock: Clock) -> None:
    from engine.jobs.results import publish

    write_json(job.attempt.report_file, {"schema_version": 1, **result, "seconds": clock.seconds()})
    publish(job.run, job.attempt)
    job.say("finished")


def main(arguments: list[str]) -> int:
    """Run one attempt as a process of its own; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m engine.jobs.worker")
    parser.add_argument("run", type=Path)
    parser.add_argument("--attempt", type=int, default=0, help="one already claimed; 0 claims the next")
    given = parser.parse_args(arguments)
    run = RunFolder(given.run.resolve())
    attempt = Attempt(run.folder / "attempts" / str(given.attempt)) if given.attempt else run.new_attempt()
    _step_back()
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(run.run_id))
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    logging.captureWarnings(True)
    settings = load_settings()
    try:
        run_attempt(run, attempt, settings)
    except BreakevenError as error:
        logging.getLogger(__name__).error("%s", error)
        return error.exit_status
    finally:
        shutil.rmtree(settings.workspace.home / "tmp" / str(os.getpid()), ignore_errors=True)
    return 0


def _step_back() -> None:
    """Let the dashboard and the inference process go first, for the processor and when memory runs out."""
    with suppress(OSError, AttributeError):
        os.nice(NICENESS)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE), "ascii")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
