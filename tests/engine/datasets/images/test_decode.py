import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin, features
from pydicom.data import get_testdata_file
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import pixel_array

from engine.datasets.images import codecs
from engine.datasets.images.decode import MAX_PIXELS, decode_picture, read_picture
from engine.datasets.images.dicom import chosen, parse, read_frames
from engine.datasets.images.picture import MAX_SIDE, png, rendered
from engine.errors import BadInput
from tests.engine.datasets.images.files import dicom, encoded, pixels, written


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_grey_and_colour_come_back_as_they_are(kind: str) -> None:
    grey, colour = pixels(1), np.stack([pixels(i) for i in range(3)], axis=-1)
    assert (decode_picture(encoded(grey, kind)) == grey).all()
    assert (decode_picture(encoded(colour, kind)) == colour).all()


def test_a_picture_saved_in_colour_without_any_is_grey() -> None:
    grey = pixels(1)
    assert decode_picture(encoded(np.stack([grey] * 3, axis=-1))).shape == grey.shape


def test_exif_rotation_is_honoured() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    wide = np.zeros((10, 40), np.uint8)
    wide[:, :20] = 250
    turned = decode_picture(encoded(wide, "JPEG", exif=exif, quality=95))
    assert turned.shape == (40, 10)
    assert turned[:18].mean() > 240 > 20 > turned[22:].mean()


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_seen_through_a_window_that_outliers_do_not_move(kind: str) -> None:
    deep = pixels(2, side=64, top=4000)
    deep[0, 0] = 65535
    shown = decode_picture(encoded(deep, kind))
    assert shown.dtype == np.uint8
    assert shown.min() == 0
    assert (shown > 200).mean() > 0.02


@pytest.mark.parametrize("white_is_zero", [False, True])
def test_a_tiff_of_sixteen_bits_may_be_dark_where_its_numbers_are_high(white_is_zero: bool) -> None:
    ramp = np.tile(np.linspace(0, 60_000, 64).astype(np.uint16), (64, 1))
    photometric = TiffImagePlugin.ImageFileDirectory_v2()
    photometric[262] = 0 if white_is_zero else 1
    shown = decode_picture(encoded(ramp, "TIFF", tiffinfo=photometric))
    assert (shown[0, 0] > shown[0, -1]) == white_is_zero


def test_transparent_pixels_are_black() -> None:
    both = np.full((8, 8, 4), 200, np.uint8)
    both[:4, :, 3] = 0
    shown = decode_picture(encoded(both))
    assert (shown[:4] == 0).all()
    assert (shown[4:] > 150).all()


def test_what_is_kept_is_seen_as_what_was_sent() -> None:
    """A model sees the same array in training, from the kept PNG, and in serving, from the file."""
    sent = [
        encoded(pixels(3, side=1500), "PNG"),
        encoded(pixels(3, side=1500, top=4000), "TIFF"),
        written(dicom(3, WindowCenter="1500", WindowWidth="900", RescaleIntercept="-1024", RescaleSlope="1.5")),
        written(dicom(3, PhotometricInterpretation="MONOCHROME1")),
        written(dicom(3, pixels(3, side=1300, top=3000).astype(np.int16), WindowCenter="40.5", WindowWidth="80")),
    ]
    for data in sent:
        assert max(decode_picture(data).shape) <= MAX_SIDE
        assert (decode_picture(png(read_picture(data))) == decode_picture(data)).all()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not a PNG, JPEG, TIFF, BMP or DICOM"),
        (b"GIF89a" + bytes(40), "not a PNG, JPEG, TIFF, BMP or DICOM"),
        (encoded(pixels(1))[:-40], "damaged or cut off"),
        (encoded(pixels(1, side=200), "JPEG")[:900], "damaged or cut off"),
        (written(dicom(1))[:-200], "damaged or cut off"),
        (b"BM" + bytes(100), "no pixels"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(data: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said) as raised:
        decode_picture(data)
    assert str(raised.value).startswith("The picture cannot be read: ")


def declaring(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that declares its size to be this."""
    header = struct.pack(">II", width, height) + b"\x08\x00\x00\x00\x00"
    chunk = b"IHDR" + header
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    data = b"IDAT" + zlib.compress(bytes(1000))
    return start + struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))


def test_more_pixels_than_are_read_are_refused_by_their_header() -> None:
    huge = [
        declaring(40_000, 40_000),
        written(dicom(1, Rows=40_000, Columns=40_000)),
        b"BM" + bytes(12) + struct.pack("<IiiHH", 40, 40_000, -40_000, 1, 8) + bytes(60),
        b"\xff\xd8\xff\xc0\x00\x0b\x08" + struct.pack(">HH", 40_000, 40_000) + b"\x01\x01\x11\x00" + bytes(60),
    ]
    for data in huge:
        with pytest.raises(BadInput, match=f"40000 × 40000 pixels, more than the {MAX_PIXELS // 10**6} million"):
            decode_picture(data)


def test_a_compressed_frame_larger_than_its_header_says_is_refused() -> None:
    whole = Path(str(get_testdata_file("MR_small_jp2klossless.dcm"))).read_bytes()
    assert decode_picture(whole).shape == (64, 64)
    found = parse(whole)
    found.Rows = 32
    file = io.BytesIO()
    found.save_as(file)
    with pytest.raises(BadInput, match="damaged"):
        decode_picture(file.getvalue())


@pytest.mark.parametrize(
    "name",
    [
        "MR_small_jp2klossless.dcm", "693_J2KI.dcm", "J2K_pixelrep_mismatch.dcm", "MR_small_RLE.dcm",
        "SC_rgb_rle_16bit.dcm", "SC_rgb_dcmtk_+eb+cr.dcm", "SC_rgb_dcmtk_+eb+cy+s2.dcm",
        "SC_jpeg_no_color_transform.dcm", "rtdose_rle.dcm",
    ],
)  # fmt: skip
def test_compressed_frames_are_decoded_as_another_decoder_does(name: str) -> None:
    codecs.register()
    found = parse(Path(str(get_testdata_file(name))).read_bytes())
    others = set(get_decoder(found.file_meta.TransferSyntaxUID).available_plugins) - {codecs.NAME}
    ours = pixel_array(found, index=0, decoding_plugin=codecs.NAME)
    assert others
    assert features.check("jpg_2000")
    for other in others:
        assert (pixel_array(found, index=0, decoding_plugin=other) == ours).all()


@pytest.mark.parametrize(
    "name",
    [
        "MR_small_jpeg_ls_lossless.dcm",
        "JPGExtended.dcm",
        "SC_rgb_jpeg_gdcm.dcm",
        "image_dfl.dcm",
        "MR_small_bigendian.dcm",
    ],
)
def test_syntaxes_that_pillow_cannot_read_are_read(name: str) -> None:
    assert decode_picture(Path(str(get_testdata_file(name))).read_bytes()).std() > 5


def test_a_lossless_copy_shows_the_same_picture() -> None:
    shown = [
        decode_picture(Path(str(get_testdata_file(name))).read_bytes())
        for name in ("MR_small.dcm", "MR_small_jpeg_ls_lossless.dcm", "MR_small_jp2klossless.dcm", "MR_small_RLE.dcm",
                     "MR_small_bigendian.dcm", "MR_small_implicit.dcm")
    ]  # fmt: skip
    assert all((s == shown[0]).all() for s in shown)


def test_window_and_rescale_follow_the_standard() -> None:
    """PS3.3 C.11.2.1.2.1: y = ((x − (c − 0.5)) / (w − 1) + 0.5) × 255, here of a ramp of Hounsfield units."""
    stored = np.arange(0, 2500, dtype=np.uint16).reshape(50, 50)
    shown = decode_picture(
        written(dicom(0, stored, RescaleSlope="1", RescaleIntercept="-1024", WindowCenter=["40", "400"],
                      WindowWidth=["400", "1800"]))
    )  # fmt: skip
    units = stored.astype(float) - 1024
    wanted = np.clip(((units - 39.5) / 399 + 0.5) * 255, 0, 255)
    assert np.abs(shown - wanted).max() <= 1


def test_monochrome1_is_inverted() -> None:
    plain, inverted = (decode_picture(written(dicom(4, PhotometricInterpretation=f"MONOCHROME{n}"))) for n in (2, 1))
    assert np.abs(plain.astype(int) + inverted - 255).max() <= 1
    eight = pixels(4)
    assert (decode_picture(written(dicom(4, eight, PhotometricInterpretation="MONOCHROME1"))) == 255 - eight).all()


def test_frames_of_a_film_are_chosen() -> None:
    assert chosen(7, "middle") == [3]
    assert chosen(7, "every:3") == [0, 3, 6]
    assert chosen(100, "most:4") == [12, 37, 62, 87]
    film = np.stack([np.full((8, 8), n, np.uint8) for n in range(5)])
    data = written(dicom(0, film, NumberOfFrames=5))
    assert [int(rendered(p)[0, 0]) for p in read_frames(data, "every:2")] == [0, 2, 4]
    assert (decode_picture(data) == 2).all()


def test_a_deflated_file_that_unpacks_too_far_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    made = dicom(0, np.zeros((2000, 2000), np.uint8), syntax="1.2.840.10008.1.2.1.99")
    assert decode_picture(written(made)).shape == (1024, 1024)
    monkeypatch.setattr("engine.datasets.images.dicom.MAX_BYTES", 1 << 20)
    with pytest.raises(BadInput, match="unpacks to more than 1 MiB"):
        decode_picture(written(made))
