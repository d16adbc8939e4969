"""What belongs together stays on one side of the split, and what is in the test file is not learnt from."""

from typing import Any

import numpy as np
import pytest

from engine.config import Settings
from engine.errors import BadInput
from tests.engine.datasets.images.files import (
    by_name,
    card_of,
    checked,
    dicom,
    encoded,
    folders,
    medmnist,
    pixels,
    prepared,
    problem,
    repeated,
    stored,
    study,
    written,
    zipped,
)


def test_frames_of_a_film_stay_on_one_side(settings: Settings) -> None:
    members = study(60)
    for i in range(60):
        film = np.stack([pixels(100 * i + n) for n in range(4)])
        members[f"scans/{i:03d}.dcm"] = written(dicom(i, film, NumberOfFrames=4, PatientID=""))
    dataset = prepared(settings, zipped(members), frames="every:2")
    parts = by_name(dataset)
    assert len(parts) == 120
    assert all(parts[name] == parts[f"{name} #2"] for name in parts if "#" not in name)
    assert "several pages or frames: 120" in problem(card_of(dataset), "several_pages")


def test_a_patient_told_by_the_file_name_stays_on_one_side(settings: Settings) -> None:
    members = {f"c{i // 4 % 2}/p{i // 4}_{i}.png": data for i, data in enumerate(folders(80).values())}
    for rule in ("prefix:_", r"prefix:^p(\d+)_"):
        dataset = prepared(settings, zipped(members), patient=rule)
        assert card_of(dataset).patients == 20
        told: dict[str, set[str]] = {}
        for name, part in by_name(dataset).items():
            told.setdefault(name.split("/")[1].split("_")[0], set()).add(part)
        assert all(len(parts) == 1 for parts in told.values())
        assert "p3" not in set(dataset.rows("train")["patient"])
    with pytest.raises(BadInput, match="not a regular expression"):
        checked(settings, zipped(members), patient="prefix:(p")


@pytest.mark.parametrize(("ids", "patients"), [("patient {}", 20), ("anonymous", 60)])
def test_a_column_of_examinations_does_not_part_a_patient(settings: Settings, ids: str, patients: int) -> None:
    """The CSV numbers examinations, PatientID tells who was examined; where all bear one, it tells nothing."""
    members = study(60)
    for i in range(60):
        members[f"scans/{i:03d}.dcm"] = written(dicom(i, PatientID=ids.format(i // 3)))
    lines = members["labels.csv"].decode().splitlines()
    members["labels.csv"] = "\n".join(
        [f"{lines[0]},case", *(f"{x},case {i}" for i, x in enumerate(lines[1:]))]
    ).encode()
    dataset = prepared(settings, zipped(members))
    assert card_of(dataset).patients == patients
    if patients == 20:
        told: dict[int, set[str]] = {}
        for name, part in by_name(dataset).items():
            told.setdefault((int(name.split(".")[0]) - 1) // 3, set()).add(part)
        assert all(len(parts) == 1 for parts in told.values())


def test_copies_and_likenesses_are_found_and_never_cross(settings: Settings) -> None:
    dataset = prepared(settings, zipped(repeated()))
    card = card_of(dataset)
    assert (card.duplicates, card.near_duplicates, card.conflicts) == (20, 20, 8)
    parts = by_name(dataset)
    for start, kind in ((0, "copy {}.bmp"), (20, "near {}.jpg")):
        for i in range(start, start + 20):
            assert parts[f"c{i % 2}/{i:03d}.png"] == parts[f"c{i % 2}/{kind.format(i)}"]


def test_cleaning_drops_what_it_says(settings: Settings) -> None:
    steps = ("drop_conflicts", "drop_duplicates", "drop_near_duplicates")
    card = checked(
        settings, zipped(repeated() | {"c0/bad.png": b"\x89PNG\r\n\x1a\n"}), cleaning=(*steps, "drop_unreadable")
    )
    assert [s["rows_dropped"] for s in card.steps] == [8, 20, 20, 1]
    assert card.rows_used == 116
    assert {p.level for p in card.problems if p.remedy in steps} == {"note"}


def test_different_pictures_are_not_likenesses(settings: Settings) -> None:
    flat = {f"c{i % 2}/flat {i}.png": encoded(np.full((30, 30), 5 * i, np.uint8)) for i in range(40)}
    card = checked(settings, zipped(folders(400) | flat))
    assert (card.duplicates, card.near_duplicates) == (0, 0)


def test_the_split_does_not_depend_on_the_order_in_the_file(settings: Settings) -> None:
    members = folders(80)
    turned = dict(reversed(members.items()))
    first, second = prepared(settings, zipped(members)), prepared(settings, zipped(turned))
    assert by_name(first) == by_name(second)
    assert first.test_id == second.test_id
    assert by_name(prepared(settings, zipped(members), split_seed=1)) != by_name(first)


def test_a_test_file_is_the_test_part_and_is_not_learnt_from(settings: Settings) -> None:
    test = stored(settings, zipped(folders(30, start=50)), "test.zip")
    dataset = prepared(settings, zipped(folders(80)), test_raw_id=test.id)
    card = card_of(dataset)
    assert {p: sum(n.values()) for p, n in card.parts.items()} == {"train": 44, "validation": 6, "test": 30}
    assert "left out of training" in problem(card, "rows_of_the_test_file")
    assert set(dataset.rows("test")["source"]) == {"test"}


def test_of_a_test_file_with_parts_its_test_part_is_used(settings: Settings) -> None:
    more: dict[str, Any] = {
        "test_images": np.stack([pixels(i) for i in range(60, 80)]),
        "test_labels": np.arange(20) % 2,
    }
    test = stored(settings, medmnist(**more), "all.npz")
    card = card_of(prepared(settings, medmnist(), "train.npz", test_raw_id=test.id))
    assert sum(card.parts["test"].values()) == 20
    assert card.rows_used == 60


def test_a_test_file_with_other_labels_is_a_block(settings: Settings) -> None:
    test = stored(settings, zipped({f"x/{i}.png": encoded(pixels(900 + i)) for i in range(9)}), "test.zip")
    card = checked(settings, zipped(folders(80)), test_raw_id=test.id)
    assert "labels that the data has not: x" in problem(card, "strange_test_labels")
