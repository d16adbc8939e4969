"""How far a job is, read from its files alone: a page that is reloaded sees the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.files import read_json, write_json
from engine.jobs.attempts import Attempt, State
from engine.jobs.order import SLOTS, in_order
from engine.jobs.runs import Kind, RunFolder, all_runs
from engine.messages import Message


@dataclass(frozen=True)
class Phase:
    """A stretch of a job, and which part of the whole it usually takes."""

    said: Message
    start: float
    end: float


TRAINING = (0.1, 0.8)
"""The share of a run that training takes; its own steps count from 0 to 1 over all of its phases."""
PHASES: dict[str, Phase] = {
    "start": Phase(Message("Starting"), 0.0, 0.02),
    "data": Phase(Message("Preparing the data"), 0.02, 0.1),
    "read": Phase(Message("Reading the data set"), *TRAINING),
    "load": Phase(Message("Loading the backbone"), *TRAINING),
    "pixels": Phase(Message("Preparing the pictures"), *TRAINING),
    "encode": Phase(Message("Turning the texts into tokens"), *TRAINING),
    "cache": Phase(Message("Computing the frozen layers once"), *TRAINING),
    "train": Phase(Message("Training"), *TRAINING),
    "calibrate": Phase(Message("Calibrating the probabilities"), *TRAINING),
    "save": Phase(Message("Saving the trained model"), *TRAINING),
    "export": Phase(Message("Exporting to ONNX and checking it against the trained model"), 0.8, 0.86),
    "evaluate": Phase(Message("Judging the exported model"), 0.86, 0.92),
    "measure": Phase(Message("Measuring latency and throughput"), 0.92, 0.99),
    "publish": Phase(Message("Writing the report"), 0.99, 1.0),
    "ask": Phase(Message("Asking the service"), 0.0, 1.0),
    "time": Phase(Message("Timing training steps on this machine"), 0.0, 1.0),
}
STATES: dict[State, Message] = {
    "queued": Message("Waiting in the queue"),
    "running": PHASES["start"].said,
    "finished": Message("Finished"),
    "failed": Message("Failed"),
    "cancelled": Message("Cancelled"),
}


@dataclass(frozen=True)
class Epoch:
    """One pass over the training part, as it went."""

    epoch: int
    epochs: int
    train_loss: float
    validation_loss: float
    validation_score: float
    score: str
    """The metric that `validation_score` is, by which the best epoch is told."""
    seconds: float


@dataclass(frozen=True)
class Progress:
    """All that a page shows of a job. What is not known (yet) is None."""

    run_id: str
    kind: Kind
    state: State
    phase: Message
    """What it does at present, or how it ended."""
    fraction: float
    """How much is done, from 0 to 1."""
    attempt: int
    """1 for the first try, 0 before it."""
    seconds: float
    """Since the attempt started, or how long it took."""
    seconds_left: float | None = None
    epoch: int = 0
    epochs: int = 0
    curves: tuple[Epoch, ...] = ()
    examples_per_second: float | None = None
    train_loss: float | None = None
    memory_mib: float | None = None
    """Memory of the worker process."""
    queue_position: int | None = None
    """1 for the next one, among those that wait for the same slot."""
    message: Message | None = None
    """Why it failed, was cancelled, or starts again."""


def progress(run: RunFolder) -> Progress:
    """Return how far `run` is."""
    state, kind, attempts = run.state, run.spec.kind, run.attempts()
    if not attempts:
        return Progress(run.run_id, kind, state, STATES[state], 0.0, 0, 0.0, queue_position=_position(run, state))
    attempt = attempts[-1]
    events = attempt.events()
    step = _step(attempt) if state == "running" else {}
    curves = _curves(events)
    phase, fraction = STATES[state], float(state == "finished")
    if state == "running":
        phase, fraction = _phase(events, step) if kind == "finetune" else _only_phase(step)
    return Progress(
        run_id=run.run_id,
        kind=kind,
        state=state,
        phase=phase,
        fraction=fraction,
        attempt=attempt.number,
        seconds=_elapsed(events, running=state == "running"),
        seconds_left=_seconds_left(run, step, fraction) if state == "running" else None,
        epoch=curves[-1].epoch if curves else 0,
        epochs=curves[-1].epochs if curves else 0,
        curves=curves,
        examples_per_second=step.get("examples_per_second"),
        train_loss=step.get("train_loss"),
        memory_mib=step.get("memory_mib"),
        queue_position=_position(run, state),
        message=_message(attempts[-2].events() if state == "running" and len(attempts) > 1 else events),
    )


def _step(attempt: Attempt) -> dict[str, Any]:
    try:
        step: dict[str, Any] = json.loads(attempt.step_file.read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return step


def _phase(events: list[dict[str, Any]], step: dict[str, Any]) -> tuple[Message, float]:
    name = next((e["name"] for e in reversed(events) if e["event"] == "phase"), "start")
    phase = PHASES.get(str(name), PHASES["train"])
    within = float(step.get("fraction", 0.0))
    return phase.said, phase.start + (phase.end - phase.start) * min(1.0, within)


def _seconds_left(run: RunFolder, step: dict[str, Any], fraction: float) -> float | None:
    """Return the time left: what training says, and what came after it the last time this recipe ran here."""
    _, trained = TRAINING
    rest = float(_rests(run).get(run.spec.recipe, 0.0))
    if fraction > trained and rest:
        return rest * (1 - fraction) / (1 - trained)
    left = step.get("seconds_left")
    return None if left is None else float(left) + rest


def _rests(run: RunFolder) -> dict[str, float]:
    path = rests_file(run)
    return dict(read_json(path)["seconds"]) if path.exists() else {}


def rests_file(run: RunFolder) -> Path:
    """Return where it stands how many seconds export, judging and measuring took on this machine, by recipe."""
    return run.folder.parent.parent / "measurements" / "after_training.json"


def note_rest(run: RunFolder, seconds: float) -> None:
    """Remember how long the part after training took, for the next estimate."""
    known = _rests(run) | {run.spec.recipe: round(seconds, 1)}
    write_json(rests_file(run), {"schema_version": 1, "seconds": known})


def _only_phase(step: dict[str, Any]) -> tuple[Message, float]:
    """A job other than a fine-tuning run says itself what it does and how far it is."""
    doing = Message.from_json(step["doing"]) if "doing" in step else STATES["running"]
    return doing, float(step.get("fraction", 0.0))


def _curves(events: list[dict[str, Any]]) -> tuple[Epoch, ...]:
    names = Epoch.__dataclass_fields__
    whole = [e for e in events if e["event"] == "epoch" and names.keys() <= e.keys()]
    return tuple(Epoch(**{k: e[k] for k in names}) for e in whole)


def _elapsed(events: list[dict[str, Any]], *, running: bool) -> float:
    if not events:
        return 0.0
    end = datetime.now(UTC) if running else datetime.fromisoformat(events[-1]["at"])
    return max(0.0, (end - datetime.fromisoformat(events[0]["at"])).total_seconds())


def _message(events: list[dict[str, Any]]) -> Message | None:
    if not events or "message" not in events[-1]:
        return None
    return Message.from_json(events[-1]["message"]["message"])


def _position(run: RunFolder, state: State) -> int | None:
    if state != "queued":
        return None
    slot = SLOTS[run.spec.kind]
    waiting = [r for r in all_runs(run.folder.parent) if r.state == "queued" and SLOTS[r.spec.kind] == slot]
    ids = [r.run_id for r in in_order(waiting)]
    return ids.index(run.run_id) + 1 if run.run_id in ids else None
