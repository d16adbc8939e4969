"""One try at a run: its folder, and what its worker says in `events.jsonl`."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from engine.files import append_line, read_lines, utc_now
from engine.messages import Message

State = Literal["queued", "running", "finished", "failed", "cancelled"]
LAST_EVENTS: dict[str, State] = {
    "finished": "finished",
    "failed": "failed",
    "cancelled": "cancelled",
    "lost": "queued",  # its worker was killed; the run is tried once more
}
KEPT_OF_A_FAILURE = {"lease.json", "heartbeat", "events.jsonl", "worker.log", "tensorboard"}
"""What stays of an attempt that came to nothing."""


@dataclass(frozen=True)
class Attempt:
    """One try at a run, written by one worker process."""

    folder: Path

    @property
    def number(self) -> int:
        return int(self.folder.name)

    @property
    def events_file(self) -> Path:
        return self.folder / "events.jsonl"

    @property
    def step_file(self) -> Path:
        """The newest training step, replaced as it goes; only for whoever watches."""
        return self.folder / "step.json"

    @property
    def log_file(self) -> Path:
        """What the worker and its libraries printed."""
        return self.folder / "worker.log"

    @property
    def reserve_file(self) -> Path:
        """Space to give back when the disk is full."""
        return self.folder / "reserve"

    @property
    def report_file(self) -> Path:
        return self.folder / "report.json"

    @property
    def onnx(self) -> Path:
        """A Triton model repository: one folder a precision."""
        return self.folder / "onnx"

    @property
    def model(self) -> Path:
        """Weights as safetensors, and what encodes the input."""
        return self.folder / "model"

    def say(self, event: str, **values: Any) -> None:
        """Append one event; messages among the values keep their template."""
        plain = {k: {"message": v.to_json()} if isinstance(v, Message) else v for k, v in values.items()}
        append_line(self.events_file, {"event": event, "at": utc_now(), **plain})

    def events(self) -> list[dict[str, Any]]:
        return read_lines(self.events_file)

    @property
    def last_event(self) -> str:
        """The name of the newest event, or "" before the first."""
        events = self.events()
        return str(events[-1]["event"]) if events else ""

    def discard(self) -> None:
        """Delete what an attempt that came to nothing has made, and a last event that was cut off."""
        for path in self.folder.iterdir():
            if path.is_dir() and path.name not in KEPT_OF_A_FAILURE:
                shutil.rmtree(path, ignore_errors=True)
            elif path.name not in KEPT_OF_A_FAILURE:
                path.unlink(missing_ok=True)
        if self.events_file.exists():
            os.truncate(self.events_file, self.events_file.read_bytes().rfind(b"\n") + 1)
