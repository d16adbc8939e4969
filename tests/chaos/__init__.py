"""Breaks things on purpose: short in `make test`, for long in `make chaos`. How often is printed."""

import os

LONG = bool(os.environ.get("BREAKEVEN_CHAOS"))


def rounds(short: int, long: int) -> int:
    """Return how often to try, and say so."""
    count = long if LONG else short
    print(f"[{count} rounds]", end=" ", flush=True)
    return count
