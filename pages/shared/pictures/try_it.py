"""The try step: a picture in, its class out, with the places that speak for it."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from engine.datasets.images.decode import open_picture
from engine.datasets.images.open import pictures
from engine.datasets.images.picture import Picture, percentile_window, png
from engine.datasets.store import has_dataset, open_dataset
from engine.errors import BreakevenError
from engine.scenarios import Scenario
from pages.shared import address
from pages.shared.charts import quality, style
from pages.shared.frame import badge, show_error
from pages.shared.i18n import md, tr
from pages.shared.numbers import milliseconds, percent
from pages.shared.pictures.view import overlaid, windowed
from pages.shared.resources import client, settings
from pages.shared.scenario.choose import choose_model
from pages.shared.scenario.warming import warming_up

OFFERED = 60
"""Pictures of the test part that can be chosen from."""
SUFFIXES = ("png", "jpg", "jpeg", "tif", "tiff", "bmp", "dcm")


def draw(scenario: Scenario) -> None:
    """Draw the try step of `scenario`: choose a run and a picture, read the answer, see where it comes from."""
    report = choose_model(scenario, tr("Train one, and it answers here within a second."), ":material/image:")
    if report is None:
        return
    run_id = report["run_id"]
    try:
        picture = given(report)
        if picture is None:
            st.caption(tr("Upload a picture above, and its class appears here."))
        elif not client().ready():
            warming_up()
        else:
            answer(run_id, picture, report)
    except BreakevenError as error:
        show_error(error)


def given(report: dict[str, Any]) -> Picture | None:
    """Draw the choice of a picture of the test part and the place for one's own; return it with all its bits."""
    file = st.file_uploader(
        tr("Your own picture, which is looked at and not stored"), type=list(SUFFIXES), key="try-picture"
    )
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


def answer(run_id: str, picture: Picture, report: dict[str, Any]) -> None:
    """Draw the picture with the places that moved the answer, and the answer beside it.

    Only its pixels are sent, not the file that came: of DICOM no tag leaves this page.
    """
    sent = png(picture)
    found = client().predict_pictures(run_id, [sent])
    shares = [float(p) for p in found.probabilities[0]]
    place = max(range(len(shares)), key=shares.__getitem__)
    label = str(found.labels[place])
    left, right = st.columns([3, 2], gap="large")
    with left:
        shown(run_id, picture, sent, place, label)
    with right:
        st.metric(tr("Answer"), md(label))
        st.caption(tr("with a probability of {p}", p=percent(shares[place])))
        table = pd.DataFrame({tr("Class"): list(found.labels), tr("Probability"): [round(s, 4) for s in shares]})
        alt = tr("{label} has a probability of {p}.", label=label, p=percent(shares[place]))
        made = quality.probability_bars(list(found.labels), shares, style.recipe_color(report["recipe"]))
        style.draw(made, alt, table, key="probabilities")
        st.caption(
            md(tr("One picture in {time} · {provider}", time=milliseconds(found.latency_ms), provider=found.provider))
        )
        badge("measured", tr("From the request to the answer of the inference service, decoding included."))


def shown(run_id: str, picture: Picture, sent: bytes, place: int, label: str) -> None:
    """Draw the picture under its window, with the heat map of the answer over it."""
    low, high = scale(picture)
    most, key = max(high, 255, int(picture.pixels.max())), sha256(sent).hexdigest()[:8]
    with st.container(horizontal=True):
        opacity = st.slider(tr("Heat map"), 0, 100, 40, format="%d%%", key="opacity")
        level = st.slider(tr("Level (brightness)"), 0, most, (low + high + 1) // 2, key=f"level-{key}")
        width = st.slider(tr("Window (contrast)"), 1, most, max(1, high - low), key=f"window-{key}")
    seen = windowed(picture.pixels, level, width)
    if opacity:
        seen = overlaid(seen, client().heat_map(run_id, sent)[place], opacity / 100)
    st.image(seen, width="stretch", alt=tr("The picture, with what speaks for {label} in orange", label=label))
    st.caption(
        tr("Orange speaks for “{label}”: how much each place of the network's own map adds to it.", label=md(label))
        + " "
        + tr("Level and window change what you see, not what the model sees.")
    )


def scale(picture: Picture) -> tuple[int, int]:
    """Return the values that are shown as black and as white before anything is moved, as the model sees them."""
    if picture.pixels.dtype == np.uint8:
        return 0, 255
    return picture.window or percentile_window(picture.pixels)


def example() -> dict[str, Any]:
    """Return the input of a request with one tiny picture."""
    tiny = base64.b64encode(png(Picture(np.zeros((8, 8), dtype=np.uint8)))).decode("ascii")
    return {"name": "image", "datatype": "BYTES", "shape": [1], "data": [tiny]}
