"""Jobs as real processes: started, watched, cancelled and killed."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path

WAIT_SECONDS = 120.0
MOVES = {"positive": "rose", "negative": "fell", "neutral": "stayed the same"}
THINGS = ("Profit", "Revenue", "The order book", "Net income", "The dividend", "Market share", "Cash flow", "Margin")
PLACES = ("in Helsinki", "in the third quarter", "at the plant", "abroad", "over the year", "in May", "this week")


def write_csv(path: Path) -> Path:
    """Write 168 different sentences with three labels that follow from one word, and return the path."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        for number, thing in enumerate(THINGS):
            for place in PLACES:
                for label, move in MOVES.items():
                    writer.writerow([f"{thing} {move} {place}, the company number {number} said.", label])
    return path


def wait_for(what: Callable[[], object]) -> None:
    """Return once `what()` is true; fail when it does not become so."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not what():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)
