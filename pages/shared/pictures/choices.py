"""What a person says about pictures: their kind, how patients are told apart, which class is looked for."""

from __future__ import annotations

from collections.abc import Sequence

from engine.datasets.images.options import MODALITIES, PATIENT
from pages.shared.i18n import tr
from pages.shared.numbers import number

SEPARATORS = ("_", "-", " ")
OWN = "own"
"""The patient is told by a pattern that the reader writes."""


def modality_name(name: str) -> str:
    """Return what a kind of pictures is called; "" is one that is not known."""
    names = {
        "": tr("Not known"),
        "ultrasound": tr("Ultrasound"),
        "x-ray": tr("X-ray"),
        "mammography": tr("Mammography"),
        "ct": tr("Computed tomography (CT)"),
        "mr": tr("Magnetic resonance (MR)"),
        "nuclear": tr("Nuclear medicine"),
        "fundus": tr("Fundus photography"),
        "oct": tr("Optical coherence tomography (OCT)"),
        "endoscopy": tr("Endoscopy"),
        "microscopy": tr("Microscopy"),
        "photo": tr("Photographs"),
    }
    return names.get(name, name)


def modalities(kind: str) -> dict[str, str]:
    """Return the kinds of pictures that can be chosen for a file, by id; DICOM says its own."""
    first = tr("As DICOM says") if kind == "dicom" else tr("Not known")
    return {"": first} | {name: modality_name(name) for name in MODALITIES}


def patients(kind: str) -> dict[str, str]:
    """Return the ways to tell patients apart that a file of this kind offers, by option."""
    if kind == "dicom":
        return {
            "": tr("By the labels CSV and by DICOM"),
            "column": tr("By the labels CSV"),
            "tag": tr("By DICOM's PatientID"),
        }
    if kind == "npz":
        return {"": tr("Not told: each picture stands alone")}
    marks = {f"{PATIENT}{mark}": tr("What stands before the first “{mark}”", mark=mark) for mark in SEPARATORS}
    return {"": tr("Not told: each picture stands alone")} | marks | {OWN: tr("By a pattern of my own")}


def positives(classes: Sequence[str]) -> dict[str, str]:
    """Return the classes that may be looked for, by name; "" is none yet."""
    return {"": tr("Not said yet")} | {label: label for label in classes if label}


def file_parts(parts: dict[str, int]) -> dict[str, str]:
    """Return what can be done with the parts that a file names."""
    known = {"train": tr("training"), "validation": tr("validation"), "test": tr("test")}
    said = ", ".join(f"{known.get(name, name)} {number(n)}" for name, n in parts.items())
    return {"pool": tr("Put together and split anew"), "keep": tr("As the file has them: {parts}", parts=said)}


def frames() -> dict[str, str]:
    """Return which frames of a film can become pictures."""
    return {
        "middle": tr("The middle one"),
        "every:2": tr("Every second one"),
        "every:5": tr("Every fifth one"),
        "every:10": tr("Every tenth one"),
    }
