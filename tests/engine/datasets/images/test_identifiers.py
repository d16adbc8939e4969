"""No identifier survives: planted in every kind of element, then searched for in every byte of the workspace."""

import io
import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import Image, ImageDraw

from engine.config import Settings
from engine.datasets.images import profile
from engine.datasets.images.decode import decode_picture
from engine.datasets.images.deidentify import deidentify
from engine.datasets.images.dicom import parse
from engine.datasets.images.intake import deidentify_archive, intake
from engine.datasets.images.options import ImageOptions
from engine.datasets.images.prepare import check, prepare
from engine.datasets.images.quiet import quiet
from engine.datasets.images.secret import Keyed, workspace_key
from engine.datasets.images.text_in_picture import has_text
from engine.datasets.raw import add_raw
from engine.errors import BadInput, Cancelled
from tests.engine.datasets.files import left_over
from tests.engine.datasets.images.files import Pixels, checked, dicom, pixels, problem, stored, study, written, zipped
from tests.engine.datasets.images.planted import VALUES, archive, contents, planted, tokens

KEYED = Keyed(bytes(32))


def test_the_search_finds_what_is_planted() -> None:
    """Each identifier stands in the archive that comes in, so that not finding it later means something."""
    told = b"".join(data for _, data in _inside(archive(1)))
    short = [t for t in tokens() if t.isascii() and not t.startswith(b"QZX") and b"\0" not in t]
    assert not [t for t in tokens() if t not in told and b"\0" not in t]
    assert short
    whole = parse(planted(0).removesuffix(b"QZXTAIL7" * 3))
    assert {e.VR for e in whole.iterall()} >= {*VALUES, "SQ"}


def _inside(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        inside = [(i.filename, i.filename.encode() + i.comment + i.extra + opened.read(i)) for i in opened.infolist()]
        return [("comment", opened.comment), *inside]


def test_no_identifier_is_in_any_byte_of_the_workspace(settings: Settings, tmp_path: Path) -> None:
    upload = tmp_path / "QZXNAME7 scans.zip"
    upload.write_bytes(archive())
    raw = intake(upload, upload.name, settings)
    options = ImageOptions("scans", positive="sick")
    card = check(raw, options, settings, folder=settings.workspace.home / "card")
    dataset = prepare(raw, options, settings, task="image_classification")
    (settings.workspace.home / "card.json").write_text(json.dumps(card.to_json(), ensure_ascii=False))
    assert card.rows_used == 36
    assert card.patients == 12
    assert sum(len(dataset.rows(part)) for part in ("train", "validation", "test")) == 36
    wanted, seen = tokens(), 0
    for where, data in contents(settings.workspace.home):
        seen += 1
        assert not [token for token in wanted if token in data], where
    assert seen > 36 * 3
    assert left_over(settings) == []


def test_the_card_says_what_was_removed_and_never_a_value(settings: Settings) -> None:
    card = checked(settings, archive())
    assert card.removed["PatientID"] == card.removed["AccessionNumber"] == 36
    assert card.removed["private attributes"] > 36 * 20
    assert card.removed["overlays"] == 36 * 2
    assert "assists and guarantees nothing" in problem(card, "identifiers_removed")
    assert card.slices["age_band"] == {"90+": 36}
    assert list(card.slices["site"]) == [profile.site("QZXPLACE7", workspace_key(settings))]


def test_what_is_kept_says_how_it_was_made() -> None:
    made = pydicom.dcmread(io.BytesIO(deidentify(parse(planted(5)), KEYED).data))
    assert made.PatientIdentityRemoved == "YES"
    assert [c.CodeValue for c in made.DeidentificationMethodCodeSequence] == ["113100", "113107", "113108"]
    assert {c.CodingSchemeDesignator for c in made.DeidentificationMethodCodeSequence} == {"DCM"}
    assert made.StudyDate == "19440101"
    assert made.PatientName == made.PatientID == ""
    assert not [e for e in made.iterall() if e.tag.is_private or 0x6000 <= e.tag.group <= 0x60FF]
    assert made.preamble == bytes(128)
    with quiet():
        assert (made.pixel_array == parse(planted(5)).pixel_array).all()


def test_the_same_uid_becomes_the_same_uid_in_every_file_and_under_another_key_another() -> None:
    first, second = (deidentify(parse(written(dicom(n, StudyInstanceUID="1.2.3.4"))), KEYED) for n in (0, 1))
    other = deidentify(parse(written(dicom(0, StudyInstanceUID="1.2.3.4"))), Keyed(b"\1" * 32))
    one, two, three = (pydicom.dcmread(io.BytesIO(c.data)) for c in (first, second, other))
    assert one.StudyInstanceUID == two.StudyInstanceUID != three.StudyInstanceUID
    assert one.StudyInstanceUID.startswith("2.25.")
    assert one.StudyInstanceUID.is_valid
    assert one.SOPInstanceUID != two.SOPInstanceUID
    assert first.patient == second.patient != other.patient


def test_the_picture_shows_the_same_before_and_after() -> None:
    shown: tuple[dict[str, Any], ...] = (
        {"RescaleSlope": "0.37", "RescaleIntercept": "-12.5", "WindowCenter": "300", "WindowWidth": "410.5"},
        {"PhotometricInterpretation": "MONOCHROME1"},
        {},
    )
    for tags in shown:
        data = written(dicom(7, **tags))
        before, after = decode_picture(data), decode_picture(deidentify(parse(data), KEYED).data)
        assert np.abs(before.astype(int) - after).max() <= 1


def test_the_key_is_of_its_owner_alone_and_stays(settings: Settings) -> None:
    assert workspace_key(settings).patient("a") == workspace_key(settings).patient(" a ")
    (path,) = (settings.workspace.home / "keys").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes()) == 32


def test_the_same_upload_is_stored_once_from_a_path_a_stream_and_one_that_cannot_be_sought(
    settings: Settings, tmp_path: Path
) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    data = zipped(study(6))
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    ids = {intake(s, "a.zip", settings).id for s in (path, io.BytesIO(data), Pipe(data))}
    assert len(ids) == 1
    target = deidentify_archive(path, workspace_key(settings), tmp_path / "clean.zip")
    assert add_raw(target, "clean.zip", settings).id in ids


def test_what_breaks_off_leaves_nothing_behind(settings: Settings) -> None:
    calls = iter([False] * 5 + [True] * 100)
    with pytest.raises(Cancelled):
        intake(io.BytesIO(archive()), "a.zip", settings, should_stop=lambda: next(calls))
    with pytest.raises(BadInput):
        stored(settings, zipped({"a/1.dcm": planted(0)}))
    assert list(settings.workspace.raw.iterdir()) == []
    assert left_over(settings) == []


def test_dicom_that_came_another_way_is_refused(settings: Settings) -> None:
    raw = add_raw(io.BytesIO(archive(3)), "scans.zip", settings)
    with pytest.raises(BadInput, match="with their identifiers; delete it and upload it again"):
        check(raw, ImageOptions("scans"), settings)


def captioned(number: int, text: str = "DOE JANE 04-Mar-1912 ID 55 ST MARY") -> Pixels:
    image = Image.fromarray(pixels(number, side=256) // 2)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 255, 24), fill=0)
    draw.text((4, 6), text, fill=255)
    return np.asarray(image)


def test_text_in_the_border_is_noticed_and_tissue_is_not_text() -> None:
    assert all(has_text(captioned(n)) for n in range(5))
    assert not any(has_text(pixels(n, side=256)) for n in range(40))


@pytest.mark.parametrize("page", [0, 4])
def test_a_film_that_begins_or_ends_with_a_page_about_the_patient_is_set_aside(page: int) -> None:
    film = np.stack([captioned(1) if n == page else pixels(n, side=256) // 2 for n in range(5)])
    assert deidentify(dicom(1, film, NumberOfFrames=5), KEYED).burned_in == "looks like text"


def test_dark_text_on_bright_ground_is_noticed_and_a_bright_border_is_not_text() -> None:
    assert deidentify(dicom(1, 255 - captioned(1)), KEYED).burned_in == "looks like text"
    assert not any(deidentify(dicom(n, 255 - pixels(n, side=256)), KEYED).burned_in for n in range(10))


def test_pictures_with_text_are_set_aside_until_a_person_releases_them(settings: Settings) -> None:
    members = study(60)
    members["scans/003.dcm"] = written(dicom(3, captioned(3)))
    members["scans/004.dcm"] = written(dicom(4, BurnedInAnnotation="YES"))
    members["scans/005.dcm"] = written(dicom(5, SOPClassUID=profile.SECONDARY_CAPTURE))
    card = checked(settings, zipped(members))
    assert card.rows_used == 57
    assert [(a["name"], a["reason"]) for a in card.aside] == [
        ("00004.dcm", "looks like text"), ("00005.dcm", "tag"), ("00006.dcm", "secondary capture")
    ]  # fmt: skip
    assert "names or dates may be written: 3" in problem(card, "burned_in")
    released = checked(settings, zipped(members), released=("00005.dcm", "00006.dcm"))
    assert released.rows_used == 59
    assert released.aside_count == 1
