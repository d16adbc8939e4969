"""A file for a finished run, in the codes of the data set that the run knows."""

from pathlib import Path

import pytest

from engine.config import Settings
from engine.datasets.dataset import PARTS
from engine.datasets.interactions.given import read_given
from engine.datasets.interactions.open import read_histories, read_items, read_users
from engine.errors import BadInput
from tests.engine.datasets.files import left_over
from tests.engine.datasets.interactions.files import START, catalogue, interactions, lines, prepared


def test_the_same_file_is_the_same_histories(settings: Settings, tmp_path: Path) -> None:
    dataset = prepared(settings, interactions(), items=catalogue(extra=3))
    path = tmp_path / "again.csv"
    path.write_text("user,item,rating,timestamp\n" + "".join(reversed(lines())), encoding="utf-8")
    given, whole = read_given(path, dataset, settings), read_histories(dataset, PARTS)
    for name in ("indptr", "items", "times", "ratings", "weights"):
        assert (getattr(given.histories, name) == getattr(whole, name)).all()
    assert (given.rows_read, given.rows_used, given.new_users, given.new_items) == (600, 600, 0, 0)
    assert left_over(settings) == []


def test_strangers_are_counted_and_left_out(settings: Settings, tmp_path: Path) -> None:
    dataset = prepared(settings, interactions(), items=catalogue(extra=1))
    path = tmp_path / "later.csv"
    path.write_text("who;what\nu3;i30\nu3;i4\nnobody;i4\nu3;nothing\n;\n", encoding="utf-8")
    given = read_given(path, dataset, settings, columns={"user": "who", "item": "what"})
    user = list(read_users(dataset)).index("u3")
    assert {read_items(dataset).ids[code] for code in given.histories.of(user)} == {"i30", "i4"}
    assert (given.rows_used, given.new_users, given.new_items) == (2, 1, 1)
    assert given.histories.user_count == 60


def test_a_file_that_fits_nothing_is_refused(settings: Settings, tmp_path: Path) -> None:
    dataset, path = prepared(settings, interactions()), tmp_path / "other.csv"
    path.write_text(f"user,item,timestamp\nx,y,{START}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"No row of other\.csv has a user and an item that the data of the run has"):
        read_given(path, dataset, settings)
    path.write_text("remark\n" + "so it goes " * 20 + "\n", encoding="utf-8")
    with pytest.raises(BadInput, match="name the user column"):
        read_given(path, dataset, settings)
    with pytest.raises(BadInput, match="There is no file"):
        read_given(tmp_path / "gone.csv", dataset, settings)
