from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import BadInput
from engine.tasks.explain_picture import evidence, shares
from engine.tasks.image_classification import IMAGE_CLASSIFICATION
from engine.tasks.pictures import PictureEncoder, colours_of

LABELS = ("a", "b")


def gradient(height: int = 50, width: int = 70) -> np.ndarray:
    return np.broadcast_to(np.linspace(0, 255, width).astype(np.uint8), (height, width)).copy()


def png(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def test_a_file_and_its_pixels_are_the_same_row() -> None:
    encoder = PictureEncoder(LABELS, 32, colours="grey")
    rows = encoder.rows([png(gradient()), gradient()])
    assert rows[0].shape == (3, 32, 32)
    assert rows[0].dtype == np.uint8
    assert (rows[0] == rows[1]).all()
    batch = encoder.encode([gradient()] * 5)
    assert batch["image"].shape == (5, 3, 32, 32)
    assert encoder.encode([])["image"].shape == (0, 3, 32, 32)


def test_a_large_picture_is_averaged_not_sampled() -> None:
    stripes = np.tile(np.array([[0, 255]], np.uint8), (640, 320))
    row = PictureEncoder(LABELS, 32, colours="grey").rows([stripes])[0]
    assert np.abs(row.astype(int) - 127).max() < 12


def test_colour_is_kept_or_made_grey() -> None:
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 200
    kept = PictureEncoder(LABELS, 8).rows([red])[0]
    assert (kept[0] == 200).all()
    assert (kept[1:] == 0).all()
    made = PictureEncoder(LABELS, 8, colours="grey").rows([red])[0]
    assert (made == made[0]).all()
    assert 0 < made[0, 0, 0] < 200
    assert colours_of([gradient(), red]) == "colour"
    assert colours_of([gradient(), np.repeat(gradient()[..., None], 3, 2)]) == "grey"


def test_an_encoder_is_read_back_as_it_was(tmp_path: Path) -> None:
    encoder = PictureEncoder(LABELS, 64, colours="grey", grid=4, positive="b", temperature=1.5)
    encoder.save(tmp_path)
    assert IMAGE_CLASSIFICATION.load_encoder(tmp_path) == encoder


def test_what_is_no_picture_is_said(tmp_path: Path) -> None:
    encoder = PictureEncoder(LABELS, 16)
    with pytest.raises(BadInput, match=r"A picture is float64 of shape \(4, 4\); give 8-bit pixels"):
        encoder.rows([np.zeros((4, 4))])
    with pytest.raises(BadInput, match=r"of shape \(4, 4, 2\)"):
        encoder.rows([np.zeros((4, 4, 2), np.uint8)])
    with pytest.raises(BadInput, match="cannot be read"):
        encoder.rows([b"no picture"])
    with pytest.raises(BadInput, match="colours is red; give one of grey, colour"):
        PictureEncoder(LABELS, 16, colours="red")
    with pytest.raises(BadInput, match="json is missing"):
        PictureEncoder.load(tmp_path)
    (tmp_path / "task.json").write_text('{"labels": ["a"]}')
    with pytest.raises(BadInput, match="is damaged: temperature is missing"):
        PictureEncoder.load(tmp_path)


def test_evidence_speaks_for_one_class_where_it_speaks_against_the_other() -> None:
    maps = np.zeros((2, 2, 2), np.float32)
    maps[1, 1, 1], maps[0, 0, 0] = 8.0, 4.0
    found = evidence(maps, 1)
    assert found.mean() == pytest.approx(8 / 4 - 4 / 4)
    np.testing.assert_allclose(shares(found), [[-0.5, 0.0], [0.0, 1.0]])
    np.testing.assert_allclose(shares(evidence(maps, 0)), [[0.5, 0.0], [0.0, -1.0]])


def test_evidence_is_against_the_mean_of_the_others_and_nothing_is_dark() -> None:
    maps = np.stack([np.full((2, 2), v) for v in (3.0, 1.0, 0.0)])
    np.testing.assert_allclose(evidence(maps, 0), 2.5)
    assert not shares(np.zeros((2, 2), np.float32)).any()
