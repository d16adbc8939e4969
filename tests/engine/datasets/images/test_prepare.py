import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.config import Settings
from engine.datasets.dataset import PARTS
from engine.datasets.images.card import ImageCard
from engine.datasets.images.decode import decode_picture
from engine.datasets.images.open import pictures
from engine.datasets.images.options import ImageOptions
from engine.datasets.images.prepare import check, prepare
from engine.datasets.store import open_dataset
from engine.errors import BadInput, Cancelled
from engine.messages import Message
from tests.engine.datasets.files import kinds, left_over
from tests.engine.datasets.images.files import (
    card_of,
    checked,
    encoded,
    folders,
    medmnist,
    npz,
    pixels,
    prepared,
    problem,
    repeated,
    stored,
    study,
    zipped,
)


def test_a_zip_of_class_folders_becomes_a_data_set(settings: Settings) -> None:
    dataset = prepared(settings, zipped(folders(60)), positive="c1", modality="ct", licence="own")
    card = card_of(dataset)
    assert dataset.labels == ("c0", "c1")
    assert dataset.positive == "c1"
    assert (card.rows_read, card.rows_used, card.classes) == (60, 60, {"c0": 30, "c1": 30})
    assert {part: sum(n.values()) for part, n in card.parts.items()} == {"train": 42, "validation": 6, "test": 12}
    assert all(len(set(n.values())) == 1 for n in card.parts.values())
    assert card.width["min"] == card.height["max"] == 24
    assert card.colours == {"grey": 60}
    assert kinds(card) == {"patient_unknown"}
    assert left_over(settings) == []


def test_pictures_stand_beside_their_rows(settings: Settings) -> None:
    dataset = prepared(settings, zipped(folders(60)))
    for part in PARTS:
        rows, found = dataset.rows(part), pictures(dataset, part)
        assert len(rows) == len(found) > 0
        for name, data in zip(rows["name"], found, strict=True):
            assert (decode_picture(data) == pixels(int(name.split("/")[1][:3]))).all()
        assert found[-2:][1] == found[len(found) - 1]


def test_samples_are_small_pictures_beside_the_card(settings: Settings, tmp_path: Path) -> None:
    raw = stored(settings, zipped(folders(60)))
    options = ImageOptions("pictures")
    dataset = prepare(raw, options, settings)
    for card, folder in (
        (check(raw, options, settings, folder=tmp_path), tmp_path),
        (card_of(dataset), dataset.folder),
    ):
        assert [s["label"] for s in card.samples[:2]] in (["c0", "c1"], ["c1", "c0"])
        assert all(decode_picture((folder / s["file"]).read_bytes()).shape == (24, 24) for s in card.samples)
    assert (dataset.folder / "card.json").stat().st_size < 20_000


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        (["{c}/{i}.png"], {"c0", "c1"}),
        (["study/{c}/{i}.png"], {"c0", "c1"}),
        (["a/b/{c}/deep/{i}.png"], {"c0", "c1"}),
        (["train/{c}/{i}.png", "test/{c}/{i}.png", "val/{c}/{i}.png"], {"c0", "c1"}),
        (["{c}\\{i}.png"], {"c0", "c1"}),
        (["良性{c}/{i}.png"], {"良性c0", "良性c1"}),
    ],
)
def test_the_class_is_the_folder(settings: Settings, names: list[str], classes: set[str]) -> None:
    members = {names[i % len(names)].format(c=f"c{i // 3 % 2}", i=i): encoded(pixels(i)) for i in range(60)}
    assert set(checked(settings, zipped(members)).classes) == classes


def test_a_medmnist_file_becomes_a_data_set(settings: Settings) -> None:
    more: dict[str, Any] = {"val_images": np.stack([pixels(i) for i in range(60, 70)]), "val_labels": np.arange(10) % 2}
    dataset = prepared(
        settings, medmnist(**more), "tiny.npz", label_map={"0": "malignant", "1": "benign"}, positive="malignant"
    )
    assert dataset.labels == ("benign", "malignant")
    assert card_of(dataset).labels_found == {"0": 35, "1": 35}
    assert sum(len(dataset.rows(p)) for p in PARTS) == 70


def test_the_parts_of_a_file_are_kept_when_asked_and_nothing_crosses_them(settings: Settings) -> None:
    def part(start: int, count: int) -> dict[str, Any]:
        return {"images": np.stack([pixels(i) for i in range(start, start + count)]), "labels": np.arange(count) % 2}

    parts = {"train": part(0, 40), "val": part(40, 10), "test": part(38, 12)}
    data = npz(**{f"{name}_{what}": array for name, two in parts.items() for what, array in two.items()})
    card = card_of(prepared(settings, data, "a.npz", file_parts="keep"))
    assert {name: sum(n.values()) for name, n in card.parts.items()} == {"train": 38, "validation": 0, "test": 12}


def test_a_file_that_does_not_name_all_parts_is_split_anew(settings: Settings) -> None:
    card = checked(settings, medmnist(), "a.npz", file_parts="keep")
    assert "split anew" in problem(card, "parts_not_named")
    assert sum(card.parts["test"].values()) == 12


@pytest.mark.parametrize(
    ("images", "top"),
    [(np.uint16, 4000), (np.float32, 1), (np.int64, 255), (np.bool_, 1), (np.uint8, 255), (np.float64, 9e9)],
)
def test_numbers_of_every_kind_are_pictures(settings: Settings, images: Any, top: float) -> None:
    values = np.stack([pixels(i).astype(np.float64) * top / 255 for i in range(60)]).astype(images)
    dataset = prepared(settings, npz(train_images=values, train_labels=np.arange(60) % 2), "a.npz")
    shown = decode_picture(pictures(dataset, "train")[0])
    assert shown.std() > 20
    assert shown.max() > 150


def test_dicom_with_a_labels_csv_becomes_a_data_set(settings: Settings) -> None:
    tags = {"InstitutionName": "St Mary", "Manufacturer": "SIEMENS", "PatientSex": "F", "PatientAge": "061Y"}
    dataset = prepared(settings, zipped(study(60, **tags)), positive="sick")
    card, rows = card_of(dataset), dataset.rows("train")
    assert (card.kind, card.modality, card.patients) == ("dicom", "ct", 20)
    assert card.bits == {"16": 60}
    assert set(rows["sex"]) == {"F"}
    assert set(rows["age_band"]) == {"60-69"}
    assert rows["site"].str.startswith("site ").all()
    assert rows["scanner"].str.startswith("Siemens ").all()
    patients = [set(dataset.rows(part)["patient"]) for part in PARTS]
    assert sum(map(len, patients)) == len(set.union(*patients)) == 20


def test_labels_may_name_uids_bare_names_or_stand_beside_the_archive(settings: Settings) -> None:
    from engine.datasets.images.intake import intake

    members = study(30)
    del members["labels.csv"]
    for name in ("1.2.3.{n}", "{i:03d}", "{i:03d}.DCM"):
        lines = "".join(f"{name.format(i=i, n=i + 1)};{'sick' if i % 2 else 'well'};p{i // 2}\n" for i in range(30))
        table = f"image;Diagnosis;Patient ID\n{lines}".encode()
        raw = intake(io.BytesIO(zipped(members)), "a.zip", settings, labels=table)
        card = check(raw, ImageOptions("a", patient="column"), settings)
        assert card.classes == {"sick": 15, "well": 15}
        assert card.patients == 15
        assert check(raw, ImageOptions("a", patient="tag"), settings).patients == 10


def test_labels_that_name_missing_files_are_counted(settings: Settings) -> None:
    members = study(60)
    members["labels.csv"] = members["labels.csv"].replace(b"scans/059.dcm", b"scans/999.dcm")
    members["scans/058.dcm"] = b"DICM"
    members["scans/notes.txt"] = b"hello"
    card = checked(settings, zipped(members))
    assert "not there: 1" in problem(card, "missing_files")
    assert "without a label: 1" in problem(card, "unlabelled")
    assert card.unreadable == 2
    unreadable = next(p for p in card.problems if p.kind == "unreadable")
    assert str(unreadable.examples[0]).startswith("00059.dcm: ")
    assert str(unreadable.examples[1]).endswith("it is no DICOM file, and the others in the archive are")


@pytest.mark.parametrize(
    ("options", "kind", "level"),
    [
        ({}, "positive_unknown", "warn"),
        ({"positive": "c7"}, "positive_missing", "block"),
        ({"label_map": {"c0": "c1"}}, "one_class", "block"),
        ({"label_map": {"c0": ""}}, "one_class", "block"),
        ({"commercial_use": False, "licence": "CC BY-NC"}, "non_commercial", "warn"),
        ({}, "modality_unknown", "note"),
    ],
)
def test_choices_that_are_missing_or_wrong_are_said(
    settings: Settings, options: Mapping[str, Any], kind: str, level: str
) -> None:
    assert kind in kinds(checked(settings, zipped(folders(60)), **options), level)


def test_too_few_pictures_or_patients_block(settings: Settings) -> None:
    assert "too_few_rows" in kinds(checked(settings, zipped(folders(20))), "block")
    same = {f"c{i % 2}/p{i % 2}_{i}.png": data for i, data in enumerate(folders(60).values())}
    assert "tiny_class" in kinds(checked(settings, zipped(same), patient="prefix:_"), "block")
    with pytest.raises(BadInput, match="fewer than 3 patients"):
        prepared(settings, zipped(same), patient="prefix:_")
    assert left_over(settings) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"cleaning": ("drop_all",)}, "no cleaning step drop_all; choose from: drop_unreadable"),
        ({"modality": "sonar"}, "no modality sonar; choose from: ultrasound"),
        ({"patient": "name"}, "choose from: tag, column, prefix:_"),
        ({"frames": "every:0"}, "choose from: middle"),
        ({"file_parts": "some"}, "choose from: pool, keep"),
        ({"fractions": (0.5, 0.5, 0.5)}, "three shares above 0"),
    ],
)
def test_an_option_that_does_not_exist_names_those_that_do(options: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        ImageOptions("a", **options)


def test_options_and_cards_survive_a_round_trip(settings: Settings) -> None:
    options = ImageOptions("a", released=("x",), cleaning=("drop_duplicates",), label_map={"0": "no"}, positive="no")
    assert ImageOptions.from_json(options.to_json()) == options
    card = checked(settings, zipped(repeated() | {"c0/cut.png": b"\x89PNG"}))
    assert ImageCard.from_json(card.to_json()) == card


def test_preparing_again_is_the_same_data_set_under_its_new_name(settings: Settings) -> None:
    first = prepared(settings, zipped(folders(60)))
    raw = stored(settings, zipped(folders(60)))
    again = prepare(raw, ImageOptions("two"), settings)
    assert (again.id, again.created_at, again.name) == (first.id, first.created_at, "two")
    assert open_dataset(settings, first.id[:10]) == again


def test_work_says_how_far_it_is_and_stops_when_asked(settings: Settings) -> None:
    raw, said = stored(settings, zipped(folders(60))), list[float]()

    def progress(fraction: float, _phase: Message) -> None:
        said.append(fraction)

    prepare(raw, ImageOptions("a"), settings, progress=progress)
    assert said == sorted(said)
    assert said[-1] >= 0.9
    with pytest.raises(Cancelled):
        prepare(raw, ImageOptions("b", split_seed=1), settings, should_stop=lambda: len(said) > 0)
    assert left_over(settings) == []
