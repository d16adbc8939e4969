"""The try step: a person or a few things liked in, a list with its reasons out."""

from __future__ import annotations

from typing import Any

from engine.scenarios import Scenario


def draw(scenario: Scenario) -> None:
    """Draw the try step of `scenario`."""


def example() -> dict[str, Any]:
    """Return the input of a request with one history."""
    return {"name": "history", "datatype": "BYTES", "shape": [1, 3], "data": ["1", "50", "181"]}
