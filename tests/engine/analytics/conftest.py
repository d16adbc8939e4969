"""The settings of an empty workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import Settings


@pytest.fixture
def settings(workspace: Path) -> Settings:
    return Settings(home=workspace)
