"""Which data set is a scenario's demo data, noted so that it stays the same from run to run."""

from __future__ import annotations

from collections.abc import Callable

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.datasets.store import has_dataset, open_dataset
from engine.files import read_json, write_json


def remembered(settings: Settings, name: str, make: Callable[[], Dataset], *, refresh: bool) -> Dataset:
    """Return the data set noted under `name`; make and note it when there is none, it was deleted, or on `refresh`."""
    record = settings.workspace.datasets / f"{name}.json"
    if record.exists() and not refresh:
        dataset_id = read_json(record)["dataset_id"]
        if has_dataset(settings, dataset_id):
            return open_dataset(settings, dataset_id)
    dataset = make()
    write_json(record, {"schema_version": 1, "dataset_id": dataset.id})
    return dataset
