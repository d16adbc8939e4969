"""The part of a data card that only pictures have: sizes, depths, patients, samples, what DICOM lost, slices."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from engine.datasets.dataset import DataCard, Dataset
from engine.datasets.images.card import ImageCard
from pages.shared.frame import strong
from pages.shared.i18n import md, tr, trn
from pages.shared.numbers import number
from pages.shared.pictures import choices
from pages.shared.pictures.tiles import Tile
from pages.shared.pictures.tiles import draw as draw_tiles

SHOWN_SAMPLES = 24


def figures(card: DataCard, _dataset: Dataset | None) -> None:
    """Draw sizes, depths and patients, what was removed from DICOM, and the groups that results are looked at by."""
    assert isinstance(card, ImageCard)
    strong(tr("The pictures"))
    rows = [
        (tr("Class that is looked for"), card.positive or tr("Not said yet")),
        (tr("Kind of pictures"), choices.modality_name(card.modality)),
        (tr("Size (pixels)"), sizes(card)),
        (tr("Bits a pixel"), ", ".join(f"{bits} ({number(n)})" for bits, n in card.bits.items())),
        (tr("Colours"), colours(card)),
        (tr("Patients"), patients(card)),
    ]
    st.markdown("\n".join(f"- {md(name)}: **{md(value)}**" for name, value in rows if value))
    removed(card)
    slices(card)


def sizes(card: ImageCard) -> str:
    """Return width and height of the middle picture, and from where to where they go."""
    if not card.width:
        return ""
    middle = f"{number(card.width['p50'])} × {number(card.height['p50'])}"
    if card.width["min"] == card.width["max"] and card.height["min"] == card.height["max"]:
        return middle
    return tr(
        "half up to {middle}; {w0}–{w1} wide, {h0}–{h1} high",
        middle=middle,
        w0=number(card.width["min"]),
        w1=number(card.width["max"]),
        h0=number(card.height["min"]),
        h1=number(card.height["max"]),
    )


def colours(card: ImageCard) -> str:
    names = {"grey": tr("grey"), "colour": tr("in colour")}
    return ", ".join(f"{names.get(name, name)} {number(n)}" for name, n in card.colours.items())


def patients(card: ImageCard) -> str:
    """Return how many patients there are, by part, or that they cannot be told apart."""
    if not card.patients:
        return tr("cannot be told apart")
    names = {"train": tr("training"), "validation": tr("validation"), "test": tr("test")}
    parts = ", ".join(f"{names[p]} {number(card.patients_by_part[p])}" for p in names if p in card.patients_by_part)
    return number(card.patients) + (f" ({parts})" if parts else "")


def removed(card: ImageCard) -> None:
    """Draw which attributes of DICOM were removed, and from how many files; never a value."""
    if not card.removed:
        return
    with st.expander(
        trn(
            "Removed from DICOM: {n} kind of attribute",
            "Removed from DICOM: {n} kinds of attributes",
            len(card.removed),
        ),
        icon=":material/shield_person:",
    ):
        st.caption(tr("By an allow-list after DICOM PS3.15 Annex E. Assisted, never guaranteed."))
        frame = pd.DataFrame({tr("Attribute"): list(card.removed), tr("Files"): list(card.removed.values())})
        st.dataframe(frame, hide_index=True, height=240, alt=tr("Attributes removed and from how many files"))


def slices(card: ImageCard) -> None:
    """Draw the groups that DICOM tells, by which results can be looked at."""
    rows = [(slice_name(name), value, n) for name, values in card.slices.items() for value, n in values.items()]
    if not rows:
        return
    with st.expander(tr("Sites, scanners, sex and age"), icon=":material/groups:"):
        frame = pd.DataFrame(rows, columns=[tr("By"), tr("Group"), tr("Pictures")])
        st.dataframe(frame, hide_index=True, alt=tr("Pictures by site, scanner, sex and age"))


def slice_name(name: str) -> str:
    """Return what a column of groups is called."""
    names = {"site": tr("Site"), "scanner": tr("Scanner"), "sex": tr("Sex"), "age_band": tr("Age")}
    return names.get(name, name)


def facts(card: DataCard) -> tuple[str, ...]:
    """Return kind, patients and what was left out, in a few words each."""
    assert isinstance(card, ImageCard)
    found = [tr("Patients: {n}", n=number(card.patients))] if card.patients else []
    if card.aside_count:
        found.append(tr("Set aside: {n}", n=number(card.aside_count)))
    return tuple(found)


def samples(card: DataCard, dataset: Dataset | None) -> None:
    """Draw a few pictures of each class of a stored data set; those of a check stand where they can be changed."""
    assert isinstance(card, ImageCard)
    if dataset is not None:
        grid(card, dataset.folder)


def grid(card: ImageCard, folder: Path) -> None:
    """Draw the card's samples, which lie in `folder`, class by class."""
    if not card.samples:
        return
    strong(tr("A few of each class"))
    tiles = [
        Tile(
            folder / str(entry["file"]),
            tr("A picture of class {label}", label=str(entry["label"])),
            (str(entry["label"]), str(entry["name"])),
        )
        for entry in sorted(card.samples[:SHOWN_SAMPLES], key=lambda entry: list(card.classes).index(entry["label"]))
    ]
    draw_tiles(tiles)
    st.caption(md(tr("Shrunk for this page; a model sees them at the size you choose.")))
