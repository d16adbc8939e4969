"""Where a recommender works and where it does not."""

from __future__ import annotations

from typing import Any


def draw(report: dict[str, Any]) -> None:
    """Draw it."""
