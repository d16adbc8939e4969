"""Every picture, DICOM file and archive of BREAKEVEN_DEV_DATA is read or refused; how many were run is printed."""

import os
import shutil
from pathlib import Path

import pytest

from engine.config import Settings
from engine.datasets.images.decode import decode_picture
from engine.datasets.images.options import ImageOptions
from engine.datasets.images.prepare import check
from engine.errors import BadInput
from tests.engine.datasets.files import left_over
from tests.engine.datasets.images.files import checked, folders, problem, stored, study, zipped

DEV_DATA = Path(os.environ.get("BREAKEVEN_DEV_DATA", "/nowhere"))
HOSTILE = DEV_DATA / "adversarial"


def files(folder: str) -> list[Path]:
    """Return the files of one kind, without the texts that say where they come from."""
    texts = {"README.txt", "PILLOW_LICENSE", "SOURCE.txt"}
    return sorted(p for p in (HOSTILE / folder).glob("*") if p.is_file() and p.name not in texts)


def told(capsys: pytest.CaptureFixture[str], what: str, read: int, refused: int) -> None:
    with capsys.disabled():
        print(f"\n{read + refused} {what} of BREAKEVEN_DEV_DATA: {read} read, {refused} refused")


def tried(found: list[Path]) -> tuple[int, int]:
    """Return how many pictures can be read, and how many are refused with one sentence."""
    read = refused = 0
    for path in found:
        try:
            assert decode_picture(path.read_bytes()).size
            read += 1
        except BadInput:
            refused += 1
    return read, refused


@pytest.mark.parametrize("folder", ["images", "dicom", "zip"])
def test_every_picture_is_read_or_refused(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = files(folder)
    read, refused = tried(found)
    told(capsys, f"files in {folder} taken as pictures", read, refused)
    assert read + refused == len(found)


def test_pictures_among_good_ones_are_used_or_named_on_the_card(settings: Settings) -> None:
    found = [p for p in files("images") if p.suffix in (".png", ".jpg", ".tif", ".bmp")]
    card = checked(settings, zipped(folders(60) | {f"c0/{p.name}": p.read_bytes() for p in found}))
    assert card.rows_read == 60 + len(found)
    assert card.rows_used + card.unreadable == card.rows_read
    assert not found or "cannot be read" in problem(card, "unreadable")


def test_dicom_among_good_ones_is_used_set_aside_or_named_on_the_card(settings: Settings) -> None:
    members = study(60)
    found = files("dicom")
    members["labels.csv"] += "".join(f"{p.name},well\n" for p in found).encode()
    card = checked(settings, zipped(members | {f"scans/{p.name}": p.read_bytes() for p in found}))
    assert card.rows_read == 60 + len(found)
    assert card.rows_used + card.unreadable + card.aside_count == card.rows_read
    assert left_over(settings) == []


def test_every_archive_is_refused_with_one_sentence(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [*files("zip"), *files("images"), *files("dicom")]
    for path in found:
        copy = tmp_path / path.name
        shutil.copy(path, copy)
        with pytest.raises(BadInput) as raised:
            stored(settings, copy, path.name)
        assert str(raised.value).endswith(".")
    told(capsys, "files taken as uploads", 0, len(found))
    assert list(settings.workspace.raw.iterdir()) == []
    assert left_over(settings) == []


def test_breastmnist_is_ultrasound_with_likenesses(settings: Settings) -> None:
    path = DEV_DATA / "breastmnist_train_val.npz"
    if not path.exists():
        return
    card = check(
        stored(settings, path, path.name), ImageOptions("breast", label_map={"0": "malignant", "1": "other"}), settings
    )
    assert card.classes == {"other": 456, "malignant": 168}
    assert 80 < card.near_duplicates < 130
    assert card.duplicates == card.unreadable == 0
    assert "malignant" in problem(card, "positive_unknown")
