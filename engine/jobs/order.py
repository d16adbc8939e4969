"""Which job starts next, and which may run beside each other."""

from __future__ import annotations

from engine.jobs.runs import Kind, RunFolder

SLOTS: dict[Kind, str] = {
    "finetune": "training",
    "calibrate": "training",
    "loadtest": "training",
    "prepare": "light",
    "bought": "light",
}
"""One job at a time in each slot. What is timed beside a training run would measure both, so they share one."""


def in_order(queued: list[RunFolder]) -> list[RunFolder]:
    """Return queued runs in the order they will start: by priority, then oldest first."""
    return sorted(queued, key=lambda run: (-run.priority, run.run_id))
