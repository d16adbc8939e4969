"""The try step: a picture in, its class out, with the places that speak for it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from engine.datasets.images.decode import open_picture
from engine.datasets.images.open import pictures
from engine.datasets.images.picture import Picture, percentile_window, png
from engine.datasets.store import has_dataset, open_dataset
from engine.errors import BreakevenError
from engine.scenarios import Scenario
from engine.serving.client import Answers
from engine.tasks.explain_picture import evidence, shares
from pages.shared import address
from pages.shared.charts import quality, style
from pages.shared.frame import badge, show_error
from pages.shared.i18n import md, tr
from pages.shared.numbers import milliseconds, percent
from pages.shared.pictures.view import enlarged, overlaid, windowed
from pages.shared.resources import client, settings
from pages.shared.scenario.choose import choose_model
from pages.shared.scenario.warming import warming_up
from pages.shared.uploads import take_file

OFFERED = 60
"""Pictures of the test part that can be chosen from."""
SUFFIXES = ("png", "jpg", "jpeg", "tif", "tiff", "bmp", "dcm")


def draw(scenario: Scenario) -> None:
    """Draw the try step of `scenario`: choose a run and a picture, read the answer, see where it comes from."""
    report = choose_model(scenario, tr("Train one, and it answers here within a second."), ":material/image:")
    if report is None:
        return
    try:
        picture = given(report)
    except BreakevenError as error:
        show_error(error)
        return
    if picture is None:
        st.caption(tr("Upload a picture above, and its class appears here."))
    else:
        answer(report, picture)


def given(report: dict[str, Any]) -> Picture | None:
    """Draw the choice of a picture of the test part and the place for one's own; return it with all its bits."""
    file = take_file(tr("Your own picture, which is looked at and not stored"), SUFFIXES, key="try-picture")
    if file is not None:
        return open_picture(file.getvalue())
    dataset_id = report["dataset"]["id"]
    if not has_dataset(settings(), dataset_id):
        return None
    dataset = open_dataset(settings(), dataset_id)
    rows = dataset.rows("test").head(OFFERED)
    names = {
        str(i): f"{name} · {label}" for i, (name, label) in enumerate(zip(rows["name"], rows["label"], strict=True))
    }
    if not names:
        return None
    chosen = address.choice(
        st.selectbox, tr("A picture it has never seen, with its true class"), names, key="picture", fallback="0"
    )
    return open_picture(pictures(dataset, "test")[int(chosen)])


def answer(report: dict[str, Any], picture: Picture) -> None:
    """Draw the picture, and beside it the answer: while the service cannot give one, the picture stays.

    Only its pixels are sent, not the file that came: of DICOM no tag leaves this page.
    """
    left, right = st.columns([3, 2], gap="large")
    sent, maps, place, label = png(picture), None, 0, ""
    with right:
        if not client().ready():
            warming_up()
        else:
            try:
                found = client().predict_pictures(report["run_id"], [sent])
                place = int(found.probabilities[0].argmax())
                label = str(found.labels[place])
                said(found, place, report["recipe"])
                maps = client().heat_map(report["run_id"], sent)
            except BreakevenError as error:
                show_error(error)
    with left:
        shown(picture, sent, None if maps is None else shares(evidence(maps, place)), label)


def said(found: Answers, place: int, recipe: str) -> None:
    """Draw the answer in words, the probability of every class, and how long it took."""
    probabilities, label = [float(p) for p in found.probabilities[0]], str(found.labels[place])
    st.metric(tr("Answer"), md(label))
    st.caption(tr("with a probability of {p}", p=percent(probabilities[place])))
    rounded = [round(p, 4) for p in probabilities]
    table = pd.DataFrame({tr("Class"): list(found.labels), tr("Probability"): rounded})
    alt = tr("{label} has a probability of {p}.", label=label, p=percent(probabilities[place]))
    made = quality.probability_bars(list(found.labels), probabilities, style.recipe_color(recipe))
    style.draw(made, alt, table, key="probabilities")
    st.caption(
        md(tr("One picture in {time} · {provider}", time=milliseconds(found.latency_ms), provider=found.provider))
    )
    badge("measured", tr("From the request to the answer of the inference service, decoding included."))


@st.fragment
def shown(picture: Picture, sent: bytes, heat: NDArray[np.float32] | None, label: str) -> None:
    """Draw the picture under its window, with the places that speak for and against the answer over it.

    Sliders run this part alone, so that the service is not asked again.
    """
    low, high = scale(picture)
    most, key = max(high, 255, int(picture.pixels.max())), sha256(sent).hexdigest()[:8]
    with st.container(horizontal=True):
        opacity = st.slider(tr("Heat map"), 0, 100, 40, format="%d%%", key="opacity")
        level = st.slider(tr("Level (brightness)"), 0, most, (low + high + 1) // 2, key=f"level-{key}")
        width = st.slider(tr("Window (contrast)"), 1, most, max(1, high - low), key=f"window-{key}")
    seen = windowed(picture.pixels, level, width)
    if heat is None:
        st.image(enlarged(seen), width="stretch", alt=tr("The picture as it came"))
        return
    alt = tr("The picture, blue where it speaks for {label} and orange where it speaks against it", label=label)
    st.image(overlaid(seen, heat, opacity / 100), width="stretch", alt=alt)
    st.caption(
        tr(
            "Blue speaks for “{label}”, orange against it: what each place of the network's own map adds to it.",
            label=md(label),
        )
        + " "
        + tr("Level and window change what you see, not what the model sees.")
    )


def scale(picture: Picture) -> tuple[int, int]:
    """Return the values that are shown as black and as white before anything is moved, as the model sees them."""
    if picture.pixels.dtype == np.uint8:
        return 0, 255
    return picture.window or percentile_window(picture.pixels)
