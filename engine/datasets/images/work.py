"""What is found on the way from an upload of pictures to its card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from engine.config import Settings
from engine.datasets.dataset import Part, Problem
from engine.datasets.images.options import ImageOptions
from engine.datasets.images.scan import Progress, Scan
from engine.datasets.raw import Raw
from engine.errors import Cancelled
from engine.messages import Message


@dataclass
class Work:
    """The work on one upload. A place is the index of a picture in `found.rows`, those of the test file last."""

    raw: Raw
    options: ImageOptions
    settings: Settings
    spool: BinaryIO | None
    """Where pictures are written aside for the data set; None when only a card is drawn up."""
    say: Progress
    should_stop: Callable[[], bool]
    found: Scan = field(default_factory=Scan)
    kind: str = ""
    """What the file is: "folders", "npz", "dicom"."""
    facts: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    used: list[int] = field(default_factory=list)
    """Places of the data file that are left."""
    test: range = range(0)
    """Places of the test file."""
    first: list[int] = field(default_factory=list)
    """Place → the first place with the same pixels."""
    near: list[int] = field(default_factory=list)
    """Place → the first place whose picture is nearly the same."""
    roots: list[int] = field(default_factory=list)
    """Place → the group that stays on one side: likenesses and patients."""
    parts: dict[int, Part] = field(default_factory=dict)
    """Place → part; empty when the card is blocked."""
    counts: dict[str, int] = field(default_factory=dict)
    """"duplicates", "near_duplicates", "conflicts" → pictures."""

    def phase(self, fraction: float, phase: Message) -> None:
        if self.should_stop():
            raise Cancelled("Preparing the data was cancelled.")
        self.say(fraction, phase)

    def drop(self, step: str, gone: set[int]) -> None:
        """Take places out of use and note the step."""
        self.used = [p for p in self.used if p not in gone]
        self.steps.append({"step": step, "rows_dropped": len(gone)})
