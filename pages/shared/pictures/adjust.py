"""What can be changed about checked pictures before they are stored: what is known, what was set aside, labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from engine.datasets.dataset import DataCard
from engine.datasets.images.card import ImageCard
from engine.datasets.images.look import Look
from engine.datasets.images.options import PATIENT, ImageOptions
from engine.datasets.store import open_raw
from engine.jobs.runs import RunFolder
from engine.scenarios import Scenario
from pages.shared import data
from pages.shared.frame import strong
from pages.shared.i18n import md, tr, trn
from pages.shared.pictures import card as pictures_card
from pages.shared.pictures import choices
from pages.shared.pictures.tiles import Tile
from pages.shared.pictures.tiles import draw as draw_tiles
from pages.shared.pictures.upload import SUFFIXES, first_look
from pages.shared.resources import settings
from pages.shared.scenario import label_map, test_file

Again = Callable[..., None]
LEGIBLE = 260
"""Pixels that a picture set aside has at least: a person has to be able to read what stands in it."""


def draw(scenario: Scenario, run: RunFolder, card: DataCard, options: Any, again: Again) -> None:
    """Draw samples, what was set aside, and the choices; `again` checks the archive under other options."""
    assert isinstance(card, ImageCard)
    assert isinstance(options, ImageOptions)
    pictures_card.grid(card, data.attempt_file(run.run_id, ""))
    set_aside(scenario, run, card, options, again)
    known(scenario, run, card, options, again)
    label_map.draw(scenario, run, card, options, following(options, again))
    test_file.draw(scenario, run, options, again, SUFFIXES)


def set_aside(scenario: Scenario, run: RunFolder, card: ImageCard, options: ImageOptions, again: Again) -> None:
    """Draw the pictures in which names may be written, with a tick to release each, and what was released."""
    if options.released:
        with st.container(horizontal=True, vertical_alignment="center"):
            n = len(options.released)
            st.markdown(trn("You released {n} picture.", "You released {n} pictures.", n))
            st.button(
                tr("Undo"), key="undo-release", icon=":material/undo:", type="tertiary",
                on_click=again, args=(scenario, run, replace(options, released=())),
            )  # fmt: skip
    if not card.aside:
        return
    strong(trn("{n} picture set aside", "{n} pictures set aside", card.aside_count))
    st.caption(
        tr(
            "Names or dates may be written in them. Look at each at full size and tick those that show nobody; the "
            "rest stay out."
        )
    )
    if card.aside_count > len(card.aside):
        st.caption(tr("The first {n} are shown; the next ones come after these.", n=len(card.aside)))
    with st.form(f"aside-{run.run_id}"):
        ticked: list[str] = []
        draw_tiles(aside_tiles(run, card), width=LEGIBLE, beneath=partial(tick, run, card, ticked))
        n = len(card.aside)
        if n > 1 and st.checkbox(
            tr("I looked at all {n}: none of them shows anybody", n=n), key=f"release-{run.run_id}-all"
        ):
            ticked = [entry["name"] for entry in card.aside]
        released = st.form_submit_button(tr("Release the ticked ones"), icon=":material/visibility:")
    if released and ticked:
        again(scenario, run, replace(options, released=(*options.released, *ticked)))
        st.rerun()


def aside_tiles(run: RunFolder, card: ImageCard) -> list[Tile]:
    reasons = {
        "tag": tr("the file says that text is burned in"),
        "secondary capture": tr("a copy of a screen or a film"),
        "looks like text": tr("it looks as if text stood in its border"),
    }
    return [
        Tile(
            data.attempt_file(run.run_id, entry["file"]),
            tr("Picture {name}, set aside", name=entry["name"]),
            (f"{entry['name']} · {entry['label']}", reasons.get(entry["reason"], entry["reason"])),
        )
        for entry in card.aside
    ]


def tick(run: RunFolder, card: ImageCard, ticked: list[str], number: int) -> None:
    """Draw the tick of one picture; its name is added to `ticked` when it stands."""
    if st.checkbox(tr("Shows nobody"), key=f"release-{run.run_id}-{number}"):
        ticked.append(card.aside[number]["name"])


def known(scenario: Scenario, run: RunFolder, card: ImageCard, options: ImageOptions, again: Again) -> None:
    """Draw what is known of the pictures, to be changed in one go; first of all which class is looked for."""
    if card.classes and not options.positive:
        strong(tr("Which class is looked for?"))
        st.caption(tr("A miss is then told from a false alarm. Without it, no class is special."))
        with st.container(horizontal=True, gap="xsmall"):
            for label in list(card.classes)[:20]:
                st.button(
                    md(label), key=f"positive-{label}", icon=":material/target:",
                    on_click=again, args=(scenario, run, replace(options, positive=label)),
                )  # fmt: skip
    with st.expander(tr("What is known of these pictures"), icon=":material/tune:"), st.form(f"known-{run.run_id}"):
        changed = answers(run, card, options)
        apply = st.form_submit_button(tr("Check again"), icon=":material/fact_check:")
    if apply and changed != options:
        again(scenario, run, changed)
        st.rerun()


def answers(run: RunFolder, card: ImageCard, options: ImageOptions) -> ImageOptions:
    """Draw the questions and return the options as they are answered."""
    seen = seen_of(run)
    ways = choices.patients(card.kind)
    left, right = st.columns(2)
    with left:
        positive = one(tr("Class that is looked for"), choices.positives(list(card.classes)), options.positive)
        modality = one(tr("Kind of pictures"), choices.modalities(card.kind), options.modality)
        parts = one(tr("Parts"), choices.file_parts(seen.parts), options.file_parts) if seen.parts else "pool"
    with right:
        patient = one(tr("Patients are told by"), ways, options.patient)
        pattern = ""
        if choices.OWN in ways:
            given = options.patient.removeprefix(PATIENT)
            pattern = st.text_input(
                tr("Regular expression"),
                given if len(given) > 2 else "",
                help=tr("What it matches in a file name, or its first group, is the patient."),
            )
        frames = one(tr("Frames of a film"), choices.frames(), options.frames) if card.kind == "dicom" else "middle"
    if patient == choices.OWN:
        patient = PATIENT + pattern if pattern else options.patient
    return replace(options, positive=positive, modality=modality, patient=patient, file_parts=parts, frames=frames)


def seen_of(run: RunFolder) -> Look:
    """Return the first look at the archive of a check."""
    raw = open_raw(settings(), run.spec.dataset["raw_id"])
    return first_look(raw.id, raw.filename)


def one(label: str, names: dict[str, str], value: str) -> str:
    """Draw one question with the answer as it is; a value that is not offered stands as itself."""
    names = names if value in names else names | {value: value}
    order = list(names)
    return str(st.selectbox(label, order, order.index(value), format_func=lambda k: names[k]))


def following(options: ImageOptions, again: Again) -> Again:
    """Return `again` for a new map of labels: the class that is looked for goes by its new name."""

    def renamed(scenario: Scenario, run: RunFolder, changed: ImageOptions) -> None:
        again(scenario, run, replace(changed, positive=new_name(options, changed, list(labels(run)))))

    def labels(run: RunFolder) -> dict[str, int]:
        return seen_of(run).labels

    return renamed


def new_name(before: ImageOptions, after: ImageOptions, found: list[str]) -> str:
    """Return what the class that is looked for is called under `after`; "" when it was left out or split up."""
    if not before.positive:
        return ""
    sources = [label for label in found if before.label_map.get(label, label) == before.positive]
    names = {after.label_map.get(label, label) for label in sources}
    return names.pop() if len(names) == 1 else "" if names else before.positive
