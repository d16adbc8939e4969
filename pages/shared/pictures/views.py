"""What training will see: a picture as the augmentation may change it, at the size that was chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from engine.datasets.dataset import Dataset
from engine.datasets.images.decode import decode_picture
from engine.datasets.images.open import pictures
from engine.datasets.images.picture import Picture, png
from engine.models.image_recipes import within_budget
from engine.models.recipes import Recipe, resolve_options
from engine.tasks.augmentation import AUGMENTATIONS, views
from pages.shared.i18n import tr
from pages.shared.pictures.choices import modality_name
from pages.shared.pictures.tiles import Tile
from pages.shared.pictures.tiles import draw as draw_tiles

SHOWN = 7
STEP = 17
"""Pictures that "Another picture" goes on by, so that it soon meets another patient and class."""


def draw(recipe: Recipe, given: dict[str, Any], dataset: Dataset | None) -> None:
    """Draw one picture of the training part and views of it, as `recipe` with the options `given` would make them."""
    options = resolve_options(recipe, given)
    if dataset is None or "augmentation" not in options or not dataset.part_rows("train"):
        return
    how = kind_of(str(options["augmentation"]), dataset)
    with st.expander(tr("How pictures are varied: {kind}", kind=name_of(how)), icon=":material/auto_awesome_motion:"):
        turn = st.session_state.setdefault("views-turn", 0)
        rows = dataset.rows("train")
        place = turn * STEP % len(rows)
        label = str(rows["label"].iloc[place])
        tiles = made(str(dataset.folder), place, how, int(options["size"]))
        names = [tr("As it is"), *(tr("View {n}", n=n) for n in range(1, len(tiles)))]
        alts = [tr("{name} of a picture of class {label}", name=name, label=label) for name in names]
        draw_tiles([Tile(png, alt, (name,)) for png, alt, name in zip(tiles, alts, names, strict=True)], width=110)
        st.caption(told(options, how, len(rows)))
        st.button(tr("Another picture"), icon=":material/skip_next:", type="tertiary", on_click=go_on)


def told(options: dict[str, Any], how: str, rows: int) -> str:
    """Return how views are used; a recipe that computes some once says how many it takes of so many pictures."""
    size = int(options["size"])
    if how == "none":
        return tr("Each pass sees the pictures as they are, at {size} × {size} pixels.", size=size)
    if "views" not in options:
        return tr(
            "Each pass sees another view, at {size} × {size} pixels. What this kind of picture could not have "
            "looked like is left out: a chest is never turned upside down.",
            size=size,
        )
    return tr(
        "Of each picture {k} views are computed once, at {size} × {size} pixels, and each pass sees one of them or the "
        "picture itself. What this kind of picture could not have looked like is left out: a chest is never turned "
        "upside down.",
        k=within_budget(options, rows)["views"],
        size=size,
    )


def go_on() -> None:
    st.session_state["views-turn"] += 1


def kind_of(chosen: str, dataset: Dataset) -> str:
    """Return the augmentation that is used: what was chosen, else that of the data's kind of pictures."""
    found = chosen if chosen != "auto" else str(getattr(dataset.card, "modality", "")) or "general"
    return found if found in AUGMENTATIONS else "general"


def name_of(kind: str) -> str:
    return {"none": tr("not at all"), "general": tr("as any picture may be")}.get(kind) or modality_name(kind)


@st.cache_data(show_spinner=False, max_entries=32)
def made(folder: str, place: int, kind: str, size: int) -> list[bytes]:
    """Return PNG of the picture at `place` of the training part at `size` pixels a side, then of views of it."""
    from PIL import Image

    dataset = Dataset.open(Path(folder))
    found = Image.fromarray(decode_picture(pictures(dataset, "train")[place]))
    picture = np.asarray(found.resize((size, size), Image.Resampling.BICUBIC))
    seen = views(picture, AUGMENTATIONS[kind], np.random.default_rng(place), SHOWN)
    return [png(Picture(one)) for one in (picture, *(seen if kind != "none" else ()))]
