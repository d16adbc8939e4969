"""What the licence of data means for the use of a model."""

from __future__ import annotations

from engine.datasets.dataset import Options, Problem
from engine.messages import Message


def licence_problems(options: Options) -> list[Problem]:
    """Return a warning when commercial use is not allowed, a note when nothing is known."""
    if options.commercial_use is False:
        message = Message("The licence of the data, {licence}, does not allow commercial use.", licence=options.licence)
        return [Problem("warn", "non_commercial", message)]
    if not options.licence and options.commercial_use is None:
        message = Message("The licence of the data is not known; name it to be sure.")
        return [Problem("note", "licence_unknown", message)]
    return []
