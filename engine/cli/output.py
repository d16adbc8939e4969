"""What commands print: progress in words on standard error, results on standard output."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from typing import Any, TextIO

from engine.jobs.progress import PHASES

EVERY_SECONDS = 2.0


def say(sentence: object, stream: TextIO | None = None) -> None:
    """Print one line of progress, never among the results."""
    print(sentence, file=stream or sys.stderr, flush=True)


def finish(result: dict[str, Any], lines: Sequence[str], *, as_json: bool) -> None:
    """Print the result: one JSON object as the last line, or `lines` for a person."""
    if as_json:
        print(json.dumps(result, ensure_ascii=False, allow_nan=False), flush=True)
    else:
        print("\n".join(lines), flush=True)


def table(rows: Sequence[Sequence[object]], head: Sequence[str]) -> list[str]:
    """Return `rows` under `head` as lines with aligned columns."""
    cells = [[str(c) for c in row] for row in (head, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    return ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells]


def share(metric: dict[str, Any] | None) -> str:
    """Return a metric with its interval: "0.868 (0.844 to 0.891)"."""
    if metric is None or metric.get("value") is None:
        return "not known"
    if metric.get("low") is None:
        return f"{metric['value']:.3f}"
    return f"{metric['value']:.3f} ({metric['low']:.3f} to {metric['high']:.3f})"


class Watcher:
    """Tells a person at a terminal what a run says: every phase and epoch, and a step now and then."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._said = 0.0

    def __call__(self, event: str, values: dict[str, Any]) -> None:
        if event == "phase" and (phase := PHASES.get(str(values["name"]))):
            say(f"{phase.said} …", self._stream)
        elif event == "epoch":
            figures = [f"{name.replace('_', ' ')} {values[key]:.3f}" for key, name in _shown(values) if key in values]
            took = f" ({values['seconds']:.1f} s)" if "seconds" in values else ""
            say(f"  epoch {values['epoch']} of {values['epochs']}: {', '.join(figures)}{took}", self._stream)
        elif event == "step" and time.monotonic() - self._said > EVERY_SECONDS:
            self._said = time.monotonic()
            left = f", about {values['seconds_left']:.0f} s left" if values.get("seconds_left") is not None else ""
            say(f"  {values.get('fraction', 0.0):.0%}{left}", self._stream)


def _shown(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the figures of an epoch as (key, name)."""
    score = str(values.get("score", "score"))
    return [
        ("train_loss", "training loss"),
        ("validation_loss", "validation loss"),
        ("validation_score", {"macro_f1": "macro-F1"}.get(score, score)),
    ]
