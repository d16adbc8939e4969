"""The demo data of the imaging scenario: BreastMNIST when online, generated phantoms when not.

Yang et al.: MedMNIST v2, a large-scale lightweight benchmark for 2D and 3D biomedical image classification. Scientific
Data 10:41, 2023; from Al-Dhabyani, Gomaa, Khaled, Fahmy: Dataset of breast ultrasound images. Data in Brief 28, 2020.
780 pictures of 28 × 28 in three parts. Label 0 is malignant, 1 is normal or benign.
"""

from __future__ import annotations

import io

from engine.config import Settings
from engine.datasets.dataset import Dataset, Problem
from engine.datasets.demo.download import fetch
from engine.datasets.demo.phantoms import LABELS, as_zip, generate
from engine.datasets.demo.remember import remembered
from engine.datasets.images.options import ImageOptions
from engine.datasets.images.prepare import prepare
from engine.datasets.raw import add_raw
from engine.errors import BadInput, Failure
from engine.messages import Message

MD5 = "750601b1f35ba3300ea97c75c52ff8f6"
"""Of breastmnist.npz as published: MedMNIST's own package says so, for three versions of its record, and so do several
independent programs that pin it or report to have checked it. It was not downloaded here; a file with another hash is
refused. Nothing in the file is run, whoever made it: it is read without pickle."""
TASK = "image_classification"
REAL = ImageOptions(
    name="BreastMNIST",
    label_map={"0": "malignant", "1": "normal or benign"},
    positive="malignant",
    modality="ultrasound",
    file_parts="keep",
    licence="CC BY 4.0 (MedMNIST v2, Yang et al. 2023; Al-Dhabyani et al. 2020)",
    commercial_use=True,
)
GENERATED = ImageOptions(
    name="Generated ultrasound phantoms",
    positive=LABELS[0],
    modality="ultrasound",
    patient="prefix:_",
    licence="Apache-2.0 (generated)",
    commercial_use=True,
    synthetic=True,
)


def demo_dataset(settings: Settings, *, md5: str = MD5, wait_s: float = 0.5, refresh: bool = False) -> Dataset:
    """Return the demo data set; the first time it is fetched, or generated when that fails, and prepared.

    A generated one says so: `card.synthetic` is set and a note in the card tells why. It stays the demo data until
    `refresh`, so that runs go on comparing. `md5` is the file's hash, `wait_s` the first pause between tries.
    """
    return remembered(settings, "imaging_demo", lambda: _made(settings, md5, wait_s), refresh=refresh)


def _made(settings: Settings, md5: str, wait_s: float) -> Dataset:
    try:
        return _published(settings, md5, wait_s)
    except Failure as failure:
        return _generated(settings, failure)


def _published(settings: Settings, md5: str, wait_s: float) -> Dataset:
    """Return BreastMNIST, fetched and prepared. Raises Failure when it does not come or is not what it should be."""
    if settings.offline:
        raise Failure("this program is set to work offline")
    data = fetch(settings.breastmnist_url, md5=md5, wait_s=wait_s)
    raw = add_raw(io.BytesIO(data), "breastmnist.npz", settings)
    try:
        return prepare(raw, REAL, settings, task=TASK)
    except BadInput as error:
        raise Failure(error.message) from error


def _generated(settings: Settings, failure: Failure) -> Dataset:
    message = Message(
        "BreastMNIST could not be fetched ({reason}), so these pictures are generated.", reason=failure.message
    )
    raw = add_raw(io.BytesIO(as_zip(generate())), "phantoms.zip", settings)
    notes = (Problem("note", "generated", message),)
    return prepare(raw, GENERATED, settings, task=TASK, notes=notes)
