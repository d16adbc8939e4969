from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import Failure
from engine.serving.models import ModelStore
from tests.engine.serving.conftest import RUN_ID, Trained, publish_run


def test_a_changed_file_is_not_served(tmp_path: Path, trained: Trained) -> None:
    attempt = publish_run(tmp_path, trained)
    store = ModelStore(Settings(home=tmp_path))
    assert store.get(RUN_ID).model.precision == "int8"
    store.drop(RUN_ID)
    task = attempt / "onnx" / "int8" / "task.json"
    task.write_text(task.read_text().replace("negative", "positive"))
    with pytest.raises(Failure, match="not the file that was published"):
        store.get(RUN_ID)
    assert store.get(RUN_ID, "fp32").model.precision == "fp32"


def test_the_model_used_longest_ago_is_put_away_first(tmp_path: Path, trained: Trained) -> None:
    names = [RUN_ID[:-1] + letter for letter in "ABC"]
    for name in names:
        publish_run(tmp_path, trained, name)
    store = ModelStore(Settings(home=tmp_path))
    size = store.get(names[0]).model.size_bytes
    store = ModelStore(Settings(home=tmp_path), budget_bytes=2 * size)
    for name in (names[0], names[1], names[0], names[2]):
        store.get(name)
    assert [m.name for m in store.loaded()] == [names[0], names[2]]
    assert [name for name, _ in store.published()] == names
