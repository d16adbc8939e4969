"""A small data set and its settings, prepared once for the tests of jobs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.datasets.store import add_raw, open_dataset
from engine.datasets.texts.columns import USUAL
from engine.datasets.texts.options import TextOptions
from engine.datasets.texts.prepare import prepare
from tests.engine.jobs import write_csv


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that holds one small data set and nothing else."""
    home = tmp_path_factory.mktemp("prepared") / "workspace"
    settings = Settings(home=home, offline=True, threads=1)
    raw = add_raw(write_csv(home.parent / "small.csv"), "small.csv", settings)
    prepare(raw, TextOptions("small"), settings, usual=USUAL, task="text_classification")
    return home


@pytest.fixture
def settings(prepared_home: Path, workspace: Path) -> Settings:
    """Settings over a copy of `prepared_home`."""
    shutil.copytree(prepared_home, workspace)
    return Settings(home=workspace, offline=True, threads=1)


@pytest.fixture
def dataset(settings: Settings) -> Dataset:
    return open_dataset(settings, "small")
