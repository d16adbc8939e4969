import io
from pathlib import Path

import pytest

from engine.config import Settings
from engine.datasets import store
from engine.errors import BadInput, NotFound
from engine.files import write_json
from tests.engine.datasets.files import HEADER, left_over, prepared, rows, stored


def test_the_same_bytes_are_stored_once_from_a_path_or_a_stream(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEADER + rows(30), encoding="utf-8")
    first = store.add_raw(path, "a.csv", settings)
    written = first.path.stat().st_mtime_ns
    again = store.add_raw(io.BytesIO(path.read_bytes()), "b.csv", settings)
    assert (again.id, again.filename) == (first.id, "b.csv")
    assert first.path.stat().st_mtime_ns == written
    assert store.open_raw(settings, first.id[:8]) == again
    assert left_over(settings) == []
    with pytest.raises(NotFound, match=r"no file .*c\.csv"):
        store.add_raw(tmp_path / "c.csv", "c.csv", settings)


def test_an_upload_that_breaks_off_leaves_nothing(settings: Settings) -> None:
    def break_off() -> None:
        with store.RawWriter(settings, "a.csv") as writer:
            writer.write(b"text,label\n")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        break_off()
    assert list(settings.workspace.raw.iterdir()) == []
    assert left_over(settings) == []


def test_preparing_again_is_the_same_data_set_under_its_new_name(settings: Settings) -> None:
    first = prepared(settings, HEADER + rows(60), name="one")
    again = prepared(settings, HEADER + rows(60), name="two")
    assert (again.id, again.created_at, again.name) == (first.id, first.created_at, "two")
    assert [d.name for d in store.list_datasets(settings)] == ["two"]
    assert store.open_dataset(settings, first.id[:10]) == again
    assert store.open_dataset(settings, "two") == again
    with pytest.raises(NotFound, match=r"no one data set three; the newest are: .*\(two\)"):
        store.open_dataset(settings, "three")


def test_deleting_says_what_depends_on_it_and_takes_the_file_along(settings: Settings) -> None:
    dataset = prepared(settings, HEADER + rows(60))
    write_json(settings.workspace.runs / "01RUN" / "spec.json", {"schema_version": 1, "dataset_id": dataset.id})
    assert store.dependents(settings, dataset.id) == ["01RUN"]
    with pytest.raises(BadInput, match="used by 1 runs"):
        store.delete_dataset(settings, dataset.id)
    store.delete_dataset(settings, dataset.id, force=True)
    assert store.list_datasets(settings) == []
    assert list(settings.workspace.raw.iterdir()) == []
    assert left_over(settings) == []


def test_a_raw_file_that_another_data_set_needs_stays(settings: Settings) -> None:
    raw = stored(settings, HEADER + rows(60))
    one, two = (prepared(settings, HEADER + rows(60), split_seed=seed) for seed in (0, 1))
    store.delete_dataset(settings, one.id)
    assert store.open_raw(settings, raw.id).id == two.raw_id


def test_a_data_set_that_was_put_away_can_be_put_back(settings: Settings) -> None:
    dataset = prepared(settings, HEADER + rows(60))
    store.put_away(settings, dataset.id)
    assert store.list_datasets(settings) == []
    assert [d.id for d in store.list_away(settings)] == [dataset.id]
    assert store.put_back(settings, dataset.id) == dataset
    assert store.list_away(settings) == []
    with pytest.raises(NotFound):
        store.put_back(settings, "0" * 64)


def test_a_file_is_kept_for_a_data_set_that_was_put_away(settings: Settings) -> None:
    first = prepared(settings, HEADER + rows(60))
    second = prepared(settings, HEADER + rows(60), split_seed=1)
    store.put_away(settings, first.id)
    store.delete_dataset(settings, second.id)
    assert store.open_raw(settings, first.raw_id).path.exists()
    assert prepared(settings, HEADER + rows(60)) == store.put_back(settings, first.id)
    assert store.list_away(settings) == []
