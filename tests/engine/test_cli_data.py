"""What the command line says about a file before it trains on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cli.train import prepared
from engine.config import Settings
from tests.engine.datasets.interactions.files import catalogue, interactions


def test_what_the_card_warns_of_is_said_each_time(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clicks, items = tmp_path / "clicks.csv", tmp_path / "items.csv"
    clicks.write_text("".join(line.replace(",4,", ",good,") for line in interactions().splitlines(keepends=True)))
    items.write_text(catalogue().replace("\ni", "\nother"))
    for _ in range(2):
        assert (
            prepared(Settings(home=workspace, offline=True), "recommendation", clicks, "", {}, {"items_raw_id": items})
            is not None
        )
        said = capsys.readouterr().err
        assert "Warning: Rows whose rating is not a number: " in said
        assert "Warning: No item that users touched stands in items.csv" in said
        assert "Note: Every interaction counts as a like" in said
