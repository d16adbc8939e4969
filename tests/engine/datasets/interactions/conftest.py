from pathlib import Path

import pytest

from engine.config import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "workspace", offline=True)
