"""Archives and arrays that are broken, or are not what they say: one clear sentence, bounded memory, nothing left."""

import io
import pickle
import stat
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.config import Settings
from engine.datasets.images import archive
from engine.datasets.images import npz as npz_files
from engine.datasets.images.look import look
from engine.datasets.images.options import ImageOptions
from engine.datasets.images.prepare import prepare
from engine.errors import BadInput
from tests.engine.datasets.files import kinds, left_over
from tests.engine.datasets.images.files import (
    checked,
    dicom,
    encoded,
    folders,
    medmnist,
    npz,
    pixels,
    prepared,
    problem,
    stored,
    study,
    written,
    zipped,
)


def named(name: str) -> bytes:
    return zipped(folders(4) | {name: encoded(pixels(9))})


def locked() -> bytes:
    data = bytearray(zipped(folders(2)))
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = data.find(mark)
        data[start + place] |= 1
    return bytes(data)


def overlapping() -> bytes:
    """Return a ZIP whose many members are one and the same run of bytes."""
    data = bytearray(zipped({"a/0.png": bytes(9 << 20)}))
    start, end = data.find(b"PK\x01\x02"), data.find(b"PK\x05\x06")
    entry, count = bytes(data[start:end]), 3000
    tail = bytearray(data[end:])
    tail[8:12], tail[12:16] = struct.pack("<HH", count, count), struct.pack("<I", len(entry) * count)
    return bytes(data[:start]) + entry * count + bytes(tail)


def array(shape: str, descr: str = "'|u1'", *, data: bytes = bytes(64)) -> bytes:
    """Return a .npy whose header declares this, whatever stands behind it."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


def arrays(images: bytes, labels: bytes) -> bytes:
    return zipped({"train_images.npy": images, "train_labels.npy": labels})


PICKLED = pickle.dumps(np.array([object()] * 3, dtype=object)[:0])
REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("a.zip", lambda: b"", "is not a ZIP"),
    "no archive": ("a.zip", lambda: b"hello" * 100, "is not a ZIP"),
    "one picture": ("a.zip", lambda: encoded(pixels(1)), "is one picture; give a ZIP"),
    "one dicom": ("a.zip", lambda: written(dicom(1)), "is one DICOM file; give a ZIP"),
    "cut off": ("a.zip", lambda: zipped(folders(20))[:-80], "is not a ZIP"),
    "empty archive": ("a.zip", lambda: zipped({}), "empty archive"),
    "path out": ("a.zip", lambda: named("../../etc/cron.d/x.png"), "leads out of the archive"),
    "path out in Windows": ("a.zip", lambda: named("..\\..\\x.png"), "leads out of the archive"),
    "absolute path": ("a.zip", lambda: named("/etc/x.png"), "leads out of the archive"),
    "drive": ("a.zip", lambda: named("C:/x.png"), "leads out of the archive"),
    "nested": ("a.zip", lambda: zipped(folders(4) | {"c0/more.zip": zipped(folders(4))}), "holds other archives"),
    "nested, disguised": ("a.zip", lambda: zipped({"c0/1.png": zipped(folders(4))}), "holds other archives"),
    "tar inside": ("a.zip", lambda: zipped(folders(4) | {"a.tar.gz": b"\x1f\x8b12"}), "holds other archives"),
    "locked": ("a.zip", locked, "locked with a password"),
    "bomb": ("a.zip", lambda: zipped({"c0/zeros.png": bytes(200 << 20)}), "unpacks to far more than it should"),
    "overlapping bomb": ("a.zip", overlapping, "unpacks to far more than it should"),
    "no pictures": ("a.zip", lambda: zipped({"c0/a.txt": b"a", "c1/b.gif": b"GIF89a"}), "holds no pictures"),
    "no folders": ("a.zip", lambda: zipped({f"{i}.png": encoded(pixels(i)) for i in range(9)}), "lie in no folders"),
    "dicom without labels": ("a.zip", lambda: zipped({"a/1.dcm": written(dicom(1))}), "0 CSV files"),
    "dicom among pictures": ("a.zip", lambda: zipped(folders(9) | {"c0/x": written(dicom(1))}), "0 CSV files"),
    "pickled": ("a.npz", lambda: npz(train_images=np.array([{}, []], object), train_labels=[0, 1]), "pickled objects"),
    "pickle as such": ("a.npz", lambda: arrays(PICKLED, array("(3,)")), "is no array of NumPy"),
    "40,000 × 40,000": ("a.npz", lambda: arrays(array("(3, 40000, 40000)"), array("(3,)")), "of 40000 × 40000"),
    "huge labels": ("a.npz", lambda: arrays(array("(3, 8, 8)"), array("(90000000000,)")), "declares 90000000000"),
    "negative": ("a.npz", lambda: arrays(array("(-3, 8, 8)"), array("(-3,)")), "is not a file of pictures"),
    "odd header": ("a.npz", lambda: arrays(array("(3, 8"), array("(3,)")), "is no array of NumPy"),
    "code in header": ("a.npz", lambda: arrays(array("__import__('os')"), array("(3,)")), "is no array of NumPy"),
    "structured": ("a.npz", lambda: arrays(array("(3, 8, 8)", "[('a', '<f4')]"), array("(3,)")), "has the shape"),
    "volumes": ("a.npz", lambda: npz(train_images=np.zeros((3, 9, 9, 9)), train_labels=[0, 1, 0]), "has the shape"),
    "several labels": ("a.npz", lambda: npz(train_images=np.zeros((3, 9, 9)), train_labels=np.eye(3)), "one label a"),
    "other counts": ("a.npz", lambda: npz(train_images=np.zeros((3, 9, 9)), train_labels=[0, 1]), "3 pictures and 2"),
    "no labels": ("a.npz", lambda: npz(train_images=np.zeros((3, 9, 9))), "has no train_labels beside it"),
    "other names": ("a.npz", lambda: npz(x=np.zeros((3, 9, 9)), y=[0, 1, 0]), "no array is called train_images"),
    "by column": ("a.npz", lambda: npz(train_images=np.ones((3, 9, 8), order="F"), train_labels=[0, 1, 0]), "C order"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_safe_or_not_pictures_is_refused_with_one_sentence(settings: Settings, what: str) -> None:
    filename, content, said = REFUSED[what]
    with pytest.raises(BadInput, match=said) as raised:
        checked(settings, content(), filename)
    sentence = str(raised.value)
    assert sentence.endswith(".")
    assert "Traceback" not in sentence
    assert "{" not in sentence
    assert left_over(settings) == []


def test_what_is_refused_on_the_way_in_is_not_stored(settings: Settings) -> None:
    for what in ("nested", "path out", "bomb", "dicom among pictures", "one dicom", "no archive"):
        with pytest.raises(BadInput):
            stored(settings, REFUSED[what][1](), REFUSED[what][0])
    assert list(settings.workspace.raw.iterdir()) == []


def test_links_and_litter_are_left_out(settings: Settings) -> None:
    file = io.BytesIO(zipped(folders(60) | {"__MACOSX/c0/._1.png": b"x", "c0/.DS_Store": b"x", "c0/Thumbs.db": b"x"}))
    with zipfile.ZipFile(file, "a") as archive:
        link = zipfile.ZipInfo("c0/link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "../../../etc/passwd")
    card = checked(settings, file.getvalue())
    assert (card.rows_read, card.unreadable) == (60, 0)
    assert not kinds(card) & {"unreadable", "other_files"}


def test_damaged_pictures_are_named_on_the_card(settings: Settings) -> None:
    members = folders(60) | {
        "c0/cut.png": encoded(pixels(70))[:60],
        "c1/wrong.jpg": b"not a picture",
        "c1/notes.txt": b"hello",
    }
    card = checked(settings, zipped(members))
    assert card.unreadable == 2
    (found,) = (p for p in card.problems if p.kind == "unreadable")
    assert {str(e).split(":")[0] for e in found.examples} == {"c0/cut.png", "c1/wrong.jpg"}
    assert "that are no pictures: 1" in problem(card, "other_files")


def test_members_that_do_not_unpack_are_damaged_pictures(settings: Settings) -> None:
    data = bytearray(zipped(folders(60), compression=zipfile.ZIP_STORED))
    place = data.find(b"IDAT")
    data[place + 8 : place + 16] = b"\xff" * 8
    card = checked(settings, bytes(data))
    assert (card.unreadable, card.rows_used) == (1, 59)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (lambda: zipped({f"c{i % 2}/{i}.png": b"\x89PNG\r\n\x1a\n" for i in range(40)}), "none_readable"),
        (lambda: zipped(folders(60, classes=1)), "one_class"),
        (lambda: zipped(folders(120, classes=60)), "too_many_classes"),
        (lambda: medmnist(12), "too_few_rows"),
        (lambda: zipped(folders(60) | {"rare/1.png": encoded(pixels(800))}), "tiny_class"),
    ],
)
def test_what_cannot_be_learnt_from_is_a_block_on_the_card(
    settings: Settings, content: Callable[[], bytes], kind: str
) -> None:
    name = "a.npz" if kind == "too_few_rows" else "a.zip"
    assert kind in kinds(checked(settings, content(), name), "block")


def test_a_npz_that_ends_early_has_damaged_pictures(settings: Settings) -> None:
    images = np.stack([pixels(i) for i in range(60)])
    header = array("(60, 24, 24)", data=images.tobytes()[: 50 * 576])
    data = arrays(header, array("(60,)", data=bytes(i % 2 for i in range(60))))
    card = checked(settings, data, "a.npz")
    assert (card.rows_used, card.unreadable) == (50, 10)


def test_pictures_without_a_number_in_them_are_damaged(settings: Settings) -> None:
    images = np.stack([pixels(i) / 255 for i in range(60)])
    images[3], images[5, :4] = np.nan, np.nan
    card = checked(settings, npz(train_images=images, train_labels=np.array([b"well", b"sick"] * 30)), "a.npz")
    assert (card.rows_used, card.unreadable) == (59, 1)
    assert set(card.classes) == {"well", "sick"}


def test_arrays_may_be_longer_than_a_picture_may_be_large(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (archive, npz_files):
        monkeypatch.setattr(module, "MAX_MEMBER_BYTES", 20_000)
    assert checked(settings, medmnist(60), "a.npz").rows_used == 60
    with pytest.raises(BadInput, match="declares pictures of 400 × 400"):
        checked(settings, arrays(array("(3, 400, 400)"), array("(3,)")), "a.npz")
    with pytest.raises(BadInput, match="unpacks to far more"):
        checked(settings, zipped(folders(4) | {"c0/x.png": bytes(20_001)}))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"", "no rows with a file and a label"),
        (b"file,label\n", "no rows with a file and a label"),
        (b"a,b,c\n" + b"".join(b"x%d,%d,%d\n" % (i, i % 2, i % 3) for i in range(9)), 'is called "label"'),
        (b"colour,label\n" + b"red,a\nblue,b\n" * 5, "No column of the labels CSV names"),
        (b"file,label\n" + b"".join(b"%03d.dcm,name %d\n" % (i, i) for i in range(60)), "60 different values"),
    ],
)
def test_labels_that_cannot_be_used_say_what_to_do(settings: Settings, table: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        checked(settings, zipped(study(60) | {"labels.csv": table}))
    assert list(settings.workspace.raw.iterdir()) == []


def test_dicom_without_pictures_is_named_by_its_place(settings: Settings) -> None:
    report = dicom(1)
    del report.PixelData
    members = {"a/0.dcm": written(report)} | study(60)
    card = checked(settings, zipped(members))
    assert card.rows_used == 60
    assert "it holds no picture" in problem(card, "unreadable")
    assert next(p.rows for p in card.problems if p.kind == "unreadable") == (1,)


def test_memory_stays_bounded_by_one_picture(settings: Settings) -> None:
    """A ZIP of 30 MB of pictures is prepared in half of that."""
    noise = np.random.default_rng(0)
    members = {
        f"c{i % 2}/{i}.bmp": encoded(noise.integers(0, 256, (1000, 1000), dtype=np.uint8), "BMP") for i in range(30)
    }
    raw = stored(settings, zipped(members, compression=zipfile.ZIP_STORED))
    del members
    prepared(settings, zipped(folders(60)))  # what is imported on the way does not count
    tracemalloc.start()
    try:
        prepare(raw, ImageOptions("a"), settings)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 15 << 20


def test_a_first_look_says_what_a_file_is(settings: Settings) -> None:
    told: dict[str, Any] = {}
    for name, content in {"a.zip": zipped(folders(60)), "b.npz": medmnist(), "c.zip": zipped(study(30))}.items():
        raw = stored(settings, content, name)
        found = look(raw.path, raw.filename, settings)
        told[name] = (found.kind, found.count, found.labels, len(found.pictures), found.set_aside)
    assert told == {
        "a.zip": ("folders", 60, {"c0": 30, "c1": 30}, 6, 0),
        "b.npz": ("npz", 60, {"0": 30, "1": 30}, 6, 0),
        "c.zip": ("dicom", 30, {"well": 15, "sick": 15}, 6, 0),
    }
