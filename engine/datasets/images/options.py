"""Every choice between an upload of pictures and a data set."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.datasets.dataset import Options
from engine.errors import BadInput

MODALITIES: dict[str, tuple[str, ...]] = {
    "ultrasound": ("US", "IVUS"),
    "x-ray": ("CR", "DX", "RG", "RF", "XA", "PX", "IO"),
    "mammography": ("MG",),
    "ct": ("CT",),
    "mr": ("MR",),
    "nuclear": ("NM", "PT"),
    "fundus": ("OP",),
    "oct": ("OPT", "OCT", "IVOCT"),
    "endoscopy": ("ES",),
    "microscopy": ("SM", "GM"),
    "photo": ("XC", "SC"),
}
"""What kind of pictures they are → the values of DICOM's Modality that mean it."""
STEPS = ("drop_unreadable", "drop_duplicates", "drop_near_duplicates", "drop_conflicts")
PATIENT = "prefix:"


@dataclass(frozen=True, kw_only=True)
class ImageOptions(Options):
    """The choices for pictures with a label; its cleaning steps are STEPS."""

    label_map: dict[str, str] = field(default_factory=dict)
    """Label as found → label as used; a label mapped to "" is left out with its pictures."""
    positive: str = ""
    """The class that is looked for, as used; empty: unknown, and the card asks."""
    modality: str = ""
    """What kind of pictures they are, a key of MODALITIES; empty: from DICOM, else unknown."""
    patient: str = ""
    """How patients are told apart: by DICOM's "tag", the "column" of its labels CSV, or in a ZIP of class folders by
    "prefix:" and a separator or regular expression on the file name; empty: whoever shares the column or the tag is
    one patient."""
    frames: str = "middle"
    """Which frames of a DICOM film become pictures: "middle", or "every:3" for each third."""
    file_parts: str = "pool"
    """Of a file with parts: "pool" puts them together and splits anew, "keep" takes them as they are."""
    released: tuple[str, ...] = ()
    """Pictures with text in them that a person looked at and released, by name."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _one_of("cleaning step", self.cleaning, STEPS)
        _one_of("modality", (self.modality,), ("", *MODALITIES))
        _one_of("way to use the parts of a file", (self.file_parts,), ("pool", "keep"))
        if self.patient and not self.patient.startswith(PATIENT):
            _one_of("way to tell patients apart", (self.patient,), ("tag", "column", "prefix:_"))
        word, _, number = self.frames.partition(":")
        if self.frames != "middle" and not (word == "every" and number.isdecimal() and int(number) > 0):
            _one_of("choice of frames", (self.frames,), ("middle", "every:2", "every:5"))


def _one_of(what: str, given: tuple[str, ...], choices: tuple[str, ...]) -> None:
    for value in given:
        if value not in choices:
            raise BadInput(
                "There is no {what} {value}; choose from: {choices}.",
                what=what,
                value=value,
                choices=", ".join(c for c in choices if c),
            )
