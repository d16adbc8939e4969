"""The worst mistakes of a run as pictures: what it missed, and what it raised a false alarm about."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.datasets.images.decode import decode_picture
from engine.datasets.images.open import pictures
from engine.datasets.images.picture import thumbnail
from engine.datasets.store import has_dataset, open_dataset
from engine.errors import BadInput
from pages.shared.frame import strong
from pages.shared.i18n import tr
from pages.shared.numbers import percent
from pages.shared.pictures.tiles import Tile
from pages.shared.pictures.tiles import draw as draw_tiles
from pages.shared.resources import settings

SHOWN = 8
"""Pictures of each kind of mistake."""
SIDE = 224
"""Pixels on the long side of what is shown."""
Places = tuple[tuple[int, str], ...]


def draw(report: dict[str, Any], mistakes: list[dict[str, Any]]) -> None:
    """Draw the mistakes that a run was surest of: by kind where a class is looked for, else all together."""
    found = report["quality"].get("detection")
    if found is None:
        row(report, tr("The mistakes it was surest of"), mistakes, "text")
        return
    label = found["positive"]
    missed = tr("Missed “{label}”, the least probable to the model first", label=label)
    alarms = tr("False alarms of “{label}”, the most probable to the model first", label=label)
    row(report, missed, found["misses"])
    row(report, alarms, found["false_alarms"])


def row(report: dict[str, Any], title: str, mistakes: list[dict[str, Any]], name: str = "name") -> None:
    """Draw one row of mistakes under its title; `name` is the field with a picture's name."""
    if not mistakes:
        return
    strong(title)
    worst = mistakes[:SHOWN]
    seen = small(report["dataset"]["id"], tuple((int(m["row"]), str(m[name])) for m in worst))
    tiles = [Tile(png, words(m, name), lines(m, name)) for m, png in zip(worst, seen, strict=True) if png]
    if tiles:
        draw_tiles(tiles)
        st.caption(tr("Look at them: some are wrong labels in the data rather than errors of the model."))
    else:
        st.caption(tr("The data was deleted, so its pictures cannot be shown: {names}.", names=names(worst, name)))


def names(mistakes: list[dict[str, Any]], name: str) -> str:
    return ", ".join(str(m[name]) for m in mistakes)


def words(mistake: dict[str, Any], name: str) -> str:
    """Return what a tile shows, for who cannot see it."""
    return tr(
        "Picture {name}: it is {truth}, the model said {said}",
        name=mistake[name],
        truth=mistake["label"],
        said=mistake["predicted"],
    )


def lines(mistake: dict[str, Any], name: str) -> tuple[str, ...]:
    """Return what stands beneath a tile; the probability is that of the class that the title of its row names."""
    said = tr("{truth}, said {said}", truth=mistake["label"], said=mistake["predicted"])
    return said, tr("probability {p}", p=percent(float(mistake["probability"]), 1)), str(mistake[name])


@st.cache_data(show_spinner=False, max_entries=32)
def small(dataset_id: str, wanted: Places) -> list[bytes]:
    """Return a small PNG of each picture of the test part by row and name; empty for one that is not there any more."""
    if not has_dataset(settings(), dataset_id):
        return [b""] * len(wanted)
    dataset = open_dataset(settings(), dataset_id)
    rows, kept = dataset.rows("test"), pictures(dataset, "test")
    places = {key: i for i, key in enumerate(zip(rows["row"].tolist(), rows["name"].tolist(), strict=True))}
    return [_small(kept[places[key]]) if key in places else b"" for key in wanted]


def _small(png: bytes) -> bytes:
    try:
        return thumbnail(decode_picture(png), SIDE)
    except BadInput:
        return b""
