"""How patients are told apart, with what that finds in the names of the files."""

from __future__ import annotations

import streamlit as st

from engine.datasets.images.look import patients_told
from engine.datasets.images.options import PATIENT
from pages.shared import address
from pages.shared.i18n import md, tr, trn
from pages.shared.numbers import number
from pages.shared.pictures import choices

EXAMPLES = 3


def draw(kind: str, names: tuple[str, ...]) -> str:
    """Draw the choice and what it finds among `names`; return the option. Raises BadInput for a wrong pattern."""
    ways = choices.patients(kind)
    guess = guessed(names) if kind == "folders" else ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = address.choice(st.selectbox, tr("Patients are told by"), ways, key="patient", fallback=guess, width=320)
        pattern = ""
        if way == choices.OWN:
            pattern = st.text_input(
                tr("Regular expression"), key="patient-pattern", placeholder=r"^(\w+?)_",
                help=tr("What it matches in a file name, or its first group, is the patient."), width=230,
            )  # fmt: skip
    option = PATIENT + pattern if way == choices.OWN else way
    if option.startswith(PATIENT) and option != PATIENT:
        found(names, option)
    elif kind != "dicom":
        st.caption(
            tr(
                "If a patient has several pictures, some may be learnt from and others judged on: figures look too "
                "good."
            )
        )
    return "" if option == PATIENT else option


def found(names: tuple[str, ...], option: str) -> None:
    """Say how many patients the names tell, and name a few."""
    counts = patients_told(names, option)
    nobody = counts.pop("", 0)
    examples = ", ".join(list(counts)[:EXAMPLES]) + ("…" if len(counts) > EXAMPLES else "")
    line = trn("{n} patient", "{n} patients", len(counts)) + (f": {examples}" if counts else "")
    if nobody:
        line += " · " + tr("{n} pictures name nobody", n=number(nobody))
    st.caption(md(line))


def guessed(names: tuple[str, ...]) -> str:
    """Return the separator that tells patients with several pictures each, if one does of nearly all names."""
    for mark in choices.SEPARATORS:
        counts = patients_told(names, PATIENT + mark)
        nobody = counts.pop("", 0)
        if len(counts) > 10 and nobody * 20 < len(names) and len(counts) * 1.2 < len(names):
            return PATIENT + mark
    return ""
