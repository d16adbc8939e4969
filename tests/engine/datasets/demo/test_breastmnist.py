"""The demo pictures, fetched by the real code from a server on this machine, or generated."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from engine.config import Settings
from engine.datasets.dataset import PARTS
from engine.datasets.demo.breastmnist import demo_dataset
from engine.datasets.demo.phantoms import as_zip, generate
from engine.datasets.images.card import ImageCard
from tests.engine.datasets.demo.served import server
from tests.engine.datasets.images.files import medmnist, npz, pixels, problem


def published() -> bytes:
    """Return a file of the published form, smaller."""
    more = {
        f"{part}_{what}": value
        for part, start in (("val", 60), ("test", 80))
        for what, value in (
            ("images", np.stack([pixels(i) for i in range(start, start + 20)])),
            ("labels", np.arange(20)[:, None] % 2),
        )
    }
    return medmnist(60, **more)


FILE = published()
HASH = hashlib.md5(FILE, usedforsecurity=False).hexdigest()


def test_the_published_file_becomes_the_demo_data_after_a_server_error(settings: Settings) -> None:
    with server((503, b""), (200, FILE)) as (url, asked):
        online = replace(settings, offline=False, breastmnist_url=url)
        dataset = demo_dataset(online, md5=HASH, wait_s=0.01)
        assert demo_dataset(online, md5=HASH) == dataset
    assert len(asked) == 2
    card = dataset.card
    assert (dataset.name, card.synthetic, card.commercial_use) == ("BreastMNIST", False, True)
    assert "CC BY 4.0" in card.licence
    assert dataset.positive == "malignant"
    assert {part: len(dataset.rows(part)) for part in PARTS} == {"train": 60, "validation": 20, "test": 20}


@pytest.mark.parametrize(
    ("answer", "tries", "said"),
    [
        ((200, b"something else"), 1, "has the MD5"),
        ((404, b""), 1, "answered with HTTP 404"),
        ((500, b""), 3, "did not answer: HTTP 500"),
    ],
)
def test_what_cannot_be_fetched_is_replaced_by_phantoms_that_say_so(
    settings: Settings, answer: tuple[int, bytes], tries: int, said: str
) -> None:
    with server(answer) as (url, asked):
        dataset = demo_dataset(replace(settings, offline=False, breastmnist_url=url), md5=HASH, wait_s=0.01)
    assert len(asked) == tries
    assert isinstance(dataset.card, ImageCard)
    assert dataset.card.synthetic
    assert said in problem(dataset.card, "generated")


def test_a_file_of_another_form_is_replaced_too(settings: Settings) -> None:
    other = npz(images=np.zeros((3, 4, 4)))
    with server((200, other)) as (url, _):
        online = replace(settings, offline=False, breastmnist_url=url)
        dataset = demo_dataset(online, md5=hashlib.md5(other, usedforsecurity=False).hexdigest())
    assert isinstance(dataset.card, ImageCard)
    assert "is not a file of pictures" in problem(dataset.card, "generated")


def test_phantoms_are_the_same_for_the_same_seed_and_several_a_patient(settings: Settings) -> None:
    few = generate(patients=6)
    assert as_zip(few) == as_zip(generate(patients=6))
    assert not (few[0][2] == generate(1, patients=6)[0][2]).all()
    card = demo_dataset(settings).card
    assert isinstance(card, ImageCard)
    assert "offline" in problem(card, "generated")
    assert (card.patients, card.positive, card.modality) == (170, "lesion", "ultrasound")
    assert 480 <= card.rows_used <= 540
    assert 0.35 < card.classes["lesion"] / card.rows_used < 0.45
    assert card.near_duplicates == card.duplicates == 0


def test_a_lesion_shows_on_the_mean_and_no_one_grey_tells_it() -> None:
    """Lesions darken the middle on average, and a threshold on brightness alone is hardly better than a coin."""
    found = generate(patients=80)
    grey = np.stack([p.astype(float) for _, _, p in found])
    lesion = np.array([label == "lesion" for _, label, _ in found])
    middle = grey[:, 20:46, 12:52].mean(axis=(1, 2)) - grey.mean(axis=(1, 2))
    assert middle[lesion].mean() < middle[~lesion].mean() - 1
    mean = grey.mean(axis=(1, 2))
    wins = (mean[lesion][:, None] < mean[~lesion][None, :]).mean()
    assert 0.4 < wins < 0.8
