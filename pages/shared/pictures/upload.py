"""An archive of pictures on its way in, and a first look at it: what it holds, a few pictures, how it is read.

DICOM loses its identifiers before anything is stored, which takes a while for a large archive and is shown as it goes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from engine.datasets.images.archive import open_archive
from engine.datasets.images.intake import holds_dicom, intake
from engine.datasets.images.look import Look, look
from engine.datasets.images.options import ImageOptions
from engine.datasets.raw import Raw, open_raw
from engine.errors import BadInput, BreakevenError
from engine.jobs.queue import submit_prepare
from engine.messages import Message
from engine.scenarios import Scenario
from pages.shared import address
from pages.shared.frame import say, show_error, strong
from pages.shared.i18n import md, tr, trn
from pages.shared.numbers import number, size
from pages.shared.pictures import choices, told
from pages.shared.pictures.tiles import Tile
from pages.shared.pictures.tiles import draw as draw_tiles
from pages.shared.resources import settings
from pages.shared.uploads import take_file

SUFFIXES = ("zip", "npz")
KEYS = ("modality", "patient", "positive", "parts", "frames")
SHOWN_CLASSES = 12


def invite() -> str:
    return tr(
        "Upload pictures: a ZIP with a folder a class, a .npz like MedMNIST's, or a ZIP of DICOM with a labels CSV"
    )


def take_in(_scenario: Scenario, file: Any) -> Raw:
    """Store an upload, DICOM without its identifiers; while its labels are not understood, ask for them and stop."""
    beside = st.session_state.get("labels-file")
    bar = st.progress(0.0, text=tr("Reading the archive"))

    def progress(fraction: float, phase: Message) -> None:
        bar.progress(min(1.0, fraction), text=say(phase))

    try:
        return intake(
            file,
            file.name,
            settings(),
            labels=beside.getvalue() if beside else None,
            label_column=str(st.session_state.get("labels-column", "")).strip(),
            progress=progress,
        )
    except BadInput as error:
        bar.empty()
        show_error(error)
        if is_dicom(file):
            ask_for_labels()
        st.stop()


def is_dicom(file: Any) -> bool:
    """Return whether an upload is a safe archive with DICOM files in it."""
    try:
        with open_archive(file, file.name) as archive:
            return holds_dicom(archive)
    except BadInput:
        return False


def ask_for_labels() -> None:
    """Draw the places for a labels CSV that lies beside the archive and for the name of its column."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        take_file(tr("Labels CSV, if it is not in the archive"), ["csv", "tsv"], key="labels-file")
        st.text_input(tr("Column with the label"), key="labels-column", width=230)


def draw(scenario: Scenario, raw_id: str) -> None:
    """Draw the first look at a stored archive, the choices about it, and the way to its check."""
    raw = open_raw(settings(), raw_id)
    try:
        seen = first_look(raw.id, raw.filename)
    except BreakevenError as error:
        show_error(error)
        st.button(tr("Choose another file"), icon=":material/upload_file:", on_click=address.forget, args=("raw",))
        return
    st.subheader(md(headline(seen)), anchor=False)
    st.caption(
        md(tr("{file}, {size}, stored. Nothing has been prepared yet.", file=raw.filename, size=size(raw.size_bytes)))
    )
    if seen.kind == "dicom":
        identifiers_removed()
    pictures(seen)
    options = chosen(raw, seen)
    with st.container(horizontal=True):
        if st.button(tr("Check the pictures"), type="primary", icon=":material/fact_check:", disabled=options is None):
            start_check(scenario, raw, options)
        st.button(tr("Choose another file"), on_click=address.forget, args=("raw", *KEYS))


@st.cache_data(show_spinner=False, max_entries=8)
def first_look(raw_id: str, filename: str) -> Look:
    """Return the first look at a stored file."""
    return look(open_raw(settings(), raw_id).path, filename, settings())


def headline(seen: Look) -> str:
    """Return what the archive holds, in one line."""
    kinds = {
        "folders": tr("folders of pictures"),
        "npz": tr("arrays of pictures (.npz)"),
        "dicom": tr("DICOM files"),
    }
    labels = [label for label in seen.labels if label]
    classes = trn("{n} class", "{n} classes", len(labels))
    return tr("{kind}: {count} pictures, {classes}", kind=kinds[seen.kind], count=number(seen.count), classes=classes)


def identifiers_removed() -> None:
    st.info(
        tr(
            "Names, dates, numbers, private attributes and overlays were removed on the way in; only what an "
            "allow-list names was kept. This assists and guarantees nothing: look at the pictures before "
            "you pass them on."
        ),
        title=tr("Identifiers were removed before anything was stored"),
        icon=":material/shield_person:",
    )


def pictures(seen: Look) -> None:
    """Draw how many pictures each class has and a few of them."""
    nameless = tr("without a label")
    counts = [f"{label or nameless} ({number(n)})" for label, n in list(seen.labels.items())[:SHOWN_CLASSES]]
    more = "…" if len(seen.labels) > SHOWN_CLASSES else ""
    st.markdown(md(tr("Classes: {classes}", classes=", ".join(counts) + more)))
    draw_tiles([Tile(p.png, tr("A picture of class {label}", label=p.label), (p.label,)) for p in seen.pictures])
    if seen.set_aside:
        st.caption(
            tr("Names or dates may be written in {n} more; you decide about those after the check.", n=seen.set_aside)
        )


def chosen(raw: Raw, seen: Look) -> ImageOptions | None:
    """Draw the choices about the archive and return its options; None while they make no sense."""
    strong(tr("What should be known about them"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        positive = pick(tr("Class that is looked for"), choices.positives(list(seen.labels)), "positive")
        modality = pick(tr("Kind of pictures"), choices.modalities(seen.kind), "modality")
        parts = pick(tr("Parts"), choices.file_parts(seen.parts), "parts") if seen.parts else "pool"
        frames = pick(tr("Frames of a film"), choices.frames(), "frames") if seen.kind == "dicom" else "middle"
    st.caption(
        tr(
            "Sensitivity, the cost of a miss and net benefit are about the class that is looked for: the "
            "lesion, not the healthy case."
        )
    )
    try:
        patient = told.draw(seen.kind, seen.names)
        return ImageOptions(
            name=Path(raw.filename).stem,
            positive=positive,
            modality=modality,
            patient=patient,
            file_parts=parts,
            frames=frames,
        )
    except BadInput as error:
        show_error(error)
        return None


def pick(label: str, names: dict[str, str], key: str) -> str:
    """Draw one choice whose value stands in the URL; return its id."""
    return address.choice(st.selectbox, label, names, key=key, fallback=next(iter(names)), width=260)


def start_check(scenario: Scenario, raw: Raw, options: ImageOptions | None) -> None:
    """Queue the check of the archive under `options` and open it."""
    assert options is not None
    run = submit_prepare(settings(), raw.id, options, scenario.name, store=False)
    address.forget("raw", *KEYS)
    address.remember("check", run.run_id)
    st.rerun()
