"""What can be changed about a checked file of texts before it is stored: its labels, and a separate test file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.datasets.dataset import DataCard
from engine.jobs.runs import RunFolder
from engine.scenarios import Scenario
from pages.shared.scenario import label_map, test_file
from pages.shared.texts.upload import SUFFIXES


def draw(scenario: Scenario, run: RunFolder, card: DataCard, options: Any, again: Callable[..., None]) -> None:
    """Draw the table of labels and the choice of a test file; `again` checks the file under other options."""
    label_map.draw(scenario, run, card, options, again)
    test_file.draw(scenario, run, options, again, SUFFIXES)
