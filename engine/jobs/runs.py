"""Run folders: the protocol between dashboard, worker and command line, and the truth about every job.

<runs>/<run_id>/
  spec.json             what to do; never changed after it is made
  control/<ulid>.json   requests: cancel, label, trash, priority; each renamed in and never edited
  attempts/<n>/         claimed by mkdir; lease.json, events.jsonl, and every artefact
  published.json        names the winning attempt; created once
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from engine.errors import BadInput, NotFound
from engine.files import new_id, read_json, utc_now, write_json
from engine.jobs.attempts import LAST_EVENTS, Attempt, State

__all__ = [
    "LAST_EVENTS",
    "Attempt",
    "Kind",
    "RunFolder",
    "RunSpec",
    "State",
    "all_runs",
    "create_run",
    "open_run",
]

Kind = Literal["finetune", "prepare", "calibrate", "loadtest", "bought"]
"""What is bought comes in whole and is never queued (`engine.jobs.bought`)."""


@dataclass(frozen=True)
class RunSpec:
    """What one job is to do. With the data set's folder it is enough to do it again."""

    run_id: str
    created_at: str
    """UTC, ISO 8601."""
    kind: Kind
    scenario: str = ""
    dataset_id: str = ""
    dataset: dict[str, Any] = field(default_factory=dict)
    """The raw id and the options of the data set, so that it can be prepared again."""
    backbone: str = ""
    """A backbone's id in the catalogue, a folder, or a hub id."""
    recipe: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    """The recipe's options that differ from its defaults."""
    seed: int = 0
    threads: int = 0
    """0 means one a physical core."""
    label: str = ""
    demo: bool = False
    """Whether the program queued it by itself, for the first start."""
    group: str = ""
    """Runs that belong together: the same recipe with other seeds, or parts of a run's training part."""
    share: float = 1.0
    """How much of the training part it learns from: below 1 it is a point of the learning curve of run `group`, and no
    model to choose."""
    code_version: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"schema_version": 1, **asdict(self)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> RunSpec:
        return cls(**{k: v for k, v in data.items() if k != "schema_version"})


@dataclass(frozen=True)
class RunFolder:
    """One run on disk. Reading it never changes it."""

    folder: Path

    @property
    def run_id(self) -> str:
        return self.folder.name

    @property
    def is_model(self) -> bool:
        """Whether it trains a model that one may choose: one that learned from the whole training part."""
        return self.spec.kind == "finetune" and self.spec.share == 1

    @property
    def spec(self) -> RunSpec:
        return RunSpec.from_json(read_json(self.folder / "spec.json"))

    def attempts(self) -> list[Attempt]:
        """Return the attempts, first to last."""
        folder = self.folder / "attempts"
        numbers = sorted(int(p.name) for p in folder.iterdir() if p.name.isdigit()) if folder.exists() else []
        return [Attempt(folder / str(n)) for n in numbers]

    def new_attempt(self) -> Attempt:
        """Claim the next attempt; of two who try at once, one gets the next number."""
        number = len(self.attempts()) + 1
        while True:
            folder = self.folder / "attempts" / str(number)
            try:
                folder.mkdir(parents=True)
            except FileExistsError:
                number += 1
            else:
                return Attempt(folder)

    @property
    def published(self) -> Attempt | None:
        """The attempt whose results count, or None."""
        path = self.folder / "published.json"
        return Attempt(self.folder / "attempts" / str(read_json(path)["attempt"])) if path.exists() else None

    def publish(self, attempt: Attempt, hashes: dict[str, str]) -> None:
        """Name `attempt` as the one that counts; `hashes` are SHA-256 by path within it."""
        if self.published is None:
            write_json(
                self.folder / "published.json",
                {"schema_version": 1, "attempt": attempt.number, "at": utc_now(), "sha256": hashes},
            )

    def publish_also(self, precision: str, attempt: Attempt, hashes: dict[str, str], gate: dict[str, Any]) -> None:
        """Note that another precision of the attempt that counts passed its gate later; `hashes` are of its files."""
        write_json(
            self.folder / f"published-{precision}.json",
            {"schema_version": 1, "attempt": attempt.number, "at": utc_now(), "sha256": hashes, "gate": gate},
        )

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of every file that was published, by its path within the attempt that counts."""
        later = sorted(self.folder.glob("published-*.json"))
        found: dict[str, str] = {}
        for path in (self.folder / "published.json", *later):
            found |= read_json(path)["sha256"]
        return found

    def request(self, action: str, **values: Any) -> None:
        """Leave a request: "cancel", "trash", "restore", or with a `value`: "label", "priority"."""
        request = {"schema_version": 1, "action": action, "at": utc_now(), **values}
        write_json(self.folder / "control" / f"{new_id()}.json", request)

    def requests(self) -> list[dict[str, Any]]:
        """Return the requests in the order they were made."""
        folder = self.folder / "control"
        return [read_json(p) for p in sorted(folder.glob("*.json"))] if folder.exists() else []

    def _latest(self, *actions: str) -> dict[str, Any]:
        return next((r for r in reversed(self.requests()) if r["action"] in actions), {"action": ""})

    @property
    def cancel_asked(self) -> bool:
        return bool(self._latest("cancel")["action"])

    @property
    def priority(self) -> int:
        """Higher goes first in the queue; 0 when nobody asked."""
        return int(self._latest("priority").get("value", 0))

    @property
    def label(self) -> str:
        """What people call this run: the newest name given, else the one it started with."""
        return str(self._latest("label").get("value", "")) or self.spec.label

    @property
    def trashed(self) -> bool:
        """Whether it was put away; its files stay."""
        return bool(self._latest("trash", "restore")["action"] == "trash")

    @property
    def state(self) -> State:
        """What the files say. Whether a `running` one is still alive is told by its lease."""
        if self.published is not None:
            return "finished"
        attempts = self.attempts()
        state = LAST_EVENTS.get(attempts[-1].last_event, "running") if attempts else "queued"
        return "cancelled" if state == "queued" and self.cancel_asked else state

    def report(self) -> dict[str, Any]:
        """Return the report of the published attempt. Raises BadInput when there is none yet."""
        if self.published is None:
            raise BadInput(
                "Run {run_id} is {state} and has no results; choose a finished run.",
                run_id=self.run_id,
                state=self.state,
            )
        return read_json(self.published.report_file)


def create_run(runs: Path, spec: RunSpec) -> RunFolder:
    """Make the run folder for `spec` and return it; from then on a supervisor may start it."""
    run = RunFolder(runs / spec.run_id)
    write_json(run.folder / "spec.json", spec.to_json())
    return run


def open_run(runs: Path, run_id: str) -> RunFolder:
    """Return the run named by its id or by the start of it.

    Raises NotFound, naming the newest runs that train a model, when no run or more than one fits.
    """
    known = list(all_runs(runs))
    found = [r for r in known if r.run_id.startswith(run_id.upper())] if run_id else []
    if len(found) == 1:
        return found[0]
    trained = (r.run_id for r in reversed(known) if r.spec.kind == "finetune")
    newest = ", ".join(islice(trained, 3)) or "none yet"
    if found:
        raise NotFound("{count} runs start with {run_id}; give more of the id.", count=len(found), run_id=run_id)
    raise NotFound("There is no run {run_id}; the newest are: {newest}.", run_id=run_id, newest=newest)


def all_runs(runs: Path) -> Iterator[RunFolder]:
    """Yield every run, oldest first."""
    for folder in sorted(runs.iterdir()):
        if (folder / "spec.json").exists():
            yield RunFolder(folder)
