from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.models.catalog import LocalBackbone, resolve
from tests.engine.training.ranking.shop import articles, stocked, visits


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return stocked(tmp_path_factory.mktemp("shop"), visits(), articles())


@pytest.fixture
def encoder_backbone(workspace: Path) -> LocalBackbone:
    return resolve("minilm-l6", Settings(home=workspace, offline=True))
