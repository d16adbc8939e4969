"""What is kept: raw files (see `raw`) and data sets, each once, under the hash of its content.

<datasets>/<id>/              dataset.json, card.json, rows.parquet
<datasets>/.away/<id>/        the same, put away: nobody lists it, and it can be put back

A folder is made aside and renamed into place, so that it is whole or absent.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.config import Settings
from engine.datasets.dataset import DataCard, Dataset, Options
from engine.datasets.raw import Raw, RawWriter, add_raw, move_into_place, one_folder, open_raw
from engine.errors import BadInput, NotFound
from engine.files import disk_failure, new_id, read_json, utc_now, write_json

__all__ = [
    "Raw", "RawWriter", "add_raw", "delete_dataset", "dependents", "find_prepared", "has_dataset", "list_away",
    "list_datasets", "open_dataset", "open_raw", "put_away", "put_back", "rename_dataset", "save", "staged_dataset",
]  # fmt: skip


@contextmanager
def staged_dataset(settings: Settings, dataset_id: str) -> Iterator[Path]:
    """Yield an empty folder; when the block ends well it becomes the folder of `dataset_id`, else it goes."""
    folder = settings.workspace.tmp / f"dataset-{new_id()}"
    folder.mkdir(parents=True)
    try:
        yield folder
        move_into_place(folder, settings.workspace.datasets / dataset_id)
    except OSError as error:
        raise disk_failure(error, settings.workspace.datasets / dataset_id) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def save(
    settings: Settings,
    *,
    raw_id: str,
    options: Options,
    task: str,
    test_id: str,
    card: DataCard,
    write_rows: Callable[[Path], None],
) -> Dataset:
    """Store a prepared data set. Raises Failure when the disk is full.

    `write_rows(path)` writes its rows, and what else they need into the folder of `path`.
    """
    dataset_id = options.dataset_id(raw_id)
    with staged_dataset(settings, dataset_id) as folder:
        write_rows(folder / "rows.parquet")
        write_json(folder / "card.json", card.to_json())
        description = {
            "schema_version": 1,
            "id": dataset_id,
            "name": options.name,
            "task": task,
            "raw_id": raw_id,
            "options": options.to_json(),
            "labels": sorted(card.classes, key=_label_order),
            "test_id": test_id,
            "created_at": utc_now(),
        }
        write_json(folder / "dataset.json", description)
    return Dataset.open(settings.workspace.datasets / dataset_id)


def _label_order(label: str) -> tuple[int, float, str]:
    """Order numbers by their value, before words by their letters."""
    try:
        return (0, float(label), label)
    except ValueError:
        return (1, 0.0, label)


def find_prepared(settings: Settings, dataset_id: str, name: str) -> Dataset | None:
    """Return the data set `dataset_id` under `name` when it was prepared before."""
    if not has_dataset(settings, dataset_id):
        return None
    stored = open_dataset(settings, dataset_id)
    return stored if stored.name == name else rename_dataset(stored, name)


def rename_dataset(dataset: Dataset, name: str) -> Dataset:
    """Give a stored data set another name; its id stays."""
    description = read_json(dataset.folder / "dataset.json")
    options = description["options"] | {"name": name}
    write_json(dataset.folder / "dataset.json", description | {"name": name, "options": options})
    return Dataset.open(dataset.folder)


def has_dataset(settings: Settings, dataset_id: str) -> bool:
    return (settings.workspace.datasets / dataset_id / "dataset.json").exists()


def open_dataset(settings: Settings, dataset_id: str) -> Dataset:
    """Return the data set named by its id, the start of it, or its exact name.

    Raises NotFound, naming the newest data sets, when none or more than one fits.
    """
    folder = one_folder(settings.workspace.datasets, dataset_id, "dataset.json")
    if folder is not None:
        return Dataset.open(folder)
    stored = list_datasets(settings)
    named = [d for d in stored if d.name == dataset_id]
    if len(named) == 1:
        return named[0]
    newest = ", ".join(f"{d.id[:12]} ({d.name})" for d in stored[:5]) or "none yet"
    raise NotFound("There is no one data set {id}; the newest are: {newest}.", id=dataset_id, newest=newest)


def list_datasets(settings: Settings) -> list[Dataset]:
    """Return the stored data sets, newest first."""
    return _newest_first(settings.workspace.datasets)


def _newest_first(parent: Path) -> list[Dataset]:
    folders = [f for f in parent.iterdir() if (f / "dataset.json").exists()] if parent.exists() else []
    return sorted((Dataset.open(f) for f in folders), key=lambda d: (d.created_at, d.id), reverse=True)


def dependents(settings: Settings, dataset_id: str) -> list[str]:
    """Return the ids of the runs that use the data set, oldest first."""
    specs = sorted(settings.workspace.runs.glob("*/spec.json"))
    return [spec.parent.name for spec in specs if dataset_id in _used_by(spec)]


def _used_by(spec: Path) -> set[str]:
    """Return the data sets a run uses: the one it names, and the one its worker took where it names none (the demo)."""
    noted = spec.parent.glob("attempts/*/dataset.json")
    return {str(read_json(spec).get("dataset_id")), *(str(read_json(note)["id"]) for note in noted)}


def delete_dataset(settings: Settings, dataset_id: str, *, force: bool = False) -> Dataset:
    """Delete a data set, and its raw files if no other data set needs them; return what was deleted.

    Raises BadInput, naming the runs, when runs depend on it and `force` is not set.
    """
    dataset = open_dataset(settings, dataset_id)
    runs = dependents(settings, dataset.id)
    if runs and not force:
        raise BadInput(
            "{name} is used by {count} runs ({runs}); delete those first or confirm that they lose their data.",
            name=dataset.name,
            count=len(runs),
            runs=", ".join(runs[:5]),
        )
    _discard(settings, dataset.folder)
    left = (*list_datasets(settings), *list_away(settings))
    for raw_id in _raws(dataset).difference(*map(_raws, left)):
        _discard(settings, settings.workspace.raw / raw_id)
    return dataset


def _raws(dataset: Dataset) -> set[str]:
    """Return the ids of the stored files that a data set was made of."""
    return {dataset.raw_id, dataset.options.test_raw_id, getattr(dataset.options, "items_raw_id", "")} - {""}


def put_away(settings: Settings, dataset_id: str) -> Dataset:
    """Take a data set out of every list and return it; its files stay until it is put back and deleted."""
    dataset = open_dataset(settings, dataset_id)
    away = _away(settings) / dataset.id
    away.parent.mkdir(exist_ok=True)
    _discard(settings, away)
    dataset.folder.rename(away)
    return dataset


def list_away(settings: Settings) -> list[Dataset]:
    """Return the data sets that were put away, newest first."""
    return _newest_first(_away(settings))


def put_back(settings: Settings, dataset_id: str) -> Dataset:
    """Undo `put_away`; a data set that was prepared again meanwhile is kept. Raises NotFound."""
    away, home = _away(settings) / dataset_id, settings.workspace.datasets / dataset_id
    if has_dataset(settings, dataset_id):
        _discard(settings, away)
    elif (away / "dataset.json").exists():
        away.rename(home)
    return open_dataset(settings, dataset_id)


def _away(settings: Settings) -> Path:
    return settings.workspace.datasets / ".away"


def _discard(settings: Settings, folder: Path) -> None:
    """Delete a folder so that nobody sees half of it: first it is renamed away."""
    if folder.exists():
        gone = settings.workspace.tmp / f"gone-{new_id()}"
        folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
