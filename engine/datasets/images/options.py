"""Every choice between an upload of pictures and a data set."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from engine.errors import BadInput
from engine.files import sha256_json

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


@dataclass(frozen=True)
class ImageOptions:
    """Every choice between the bytes of an upload and a data set of pictures; with the raw id it makes its id."""

    name: str
    """What people call the data set."""
    label_map: dict[str, str] = field(default_factory=dict)
    """Label as found → label as used; a label mapped to "" is left out with its pictures."""
    positive: str = ""
    """The class that is looked for, as used; empty: unknown, and the card asks."""
    modality: str = ""
    """What kind of pictures they are, a key of MODALITIES; empty: from DICOM, else unknown."""
    patient: str = ""
    """How the patient of a picture is told: "tag" (DICOM), "column" (of the labels CSV; it goes before the tag),
    "prefix:" and a separator or a regular expression on the file name; empty: by DICOM if it says so, else not."""
    frames: str = "middle"
    """Which frames of a DICOM film become pictures: "middle", or "every:3" for each third."""
    file_parts: str = "pool"
    """Of a .npz with parts: "pool" puts them together and splits anew, "keep" takes them as they are."""
    released: tuple[str, ...] = ()
    """Pictures with text in them that a person looked at and released, by name."""
    cleaning: tuple[str, ...] = ()
    """Cleaning steps, in order: see STEPS."""
    split_seed: int = 0
    """Seeds the stratified split."""
    fractions: tuple[float, float, float] = (0.7, 0.1, 0.2)
    """Shares of train, validation and test. With a test file, test is that file and the first two share the rest."""
    test_raw_id: str = ""
    """The raw id of a separate test file; empty: a part is split off."""
    licence: str = ""
    """The licence of the data, as the user knows it; empty: unknown."""
    commercial_use: bool | None = None
    """Whether that licence allows commercial use; None: unknown."""
    synthetic: bool = False
    """Whether the data was generated; every screen then says so."""

    def __post_init__(self) -> None:
        if len(self.fractions) != 3 or min(self.fractions) <= 0 or abs(sum(self.fractions) - 1) > 1e-9:
            raise BadInput(
                "The shares of train, validation and test are {fractions}; give three shares above 0 that sum to 1.",
                fractions=", ".join(str(f) for f in self.fractions),
            )
        _one_of("cleaning step", self.cleaning, STEPS)
        _one_of("modality", (self.modality,), ("", *MODALITIES))
        _one_of("way to use the parts of a file", (self.file_parts,), ("pool", "keep"))
        if not (self.patient in ("", "tag", "column") or self.patient.startswith(PATIENT)):
            _one_of("way to tell patients apart", (self.patient,), ("tag", "column", "prefix:_"))
        word, _, number = self.frames.partition(":")
        if self.frames != "middle" and not (word == "every" and number.isdecimal() and int(number) > 0):
            _one_of("choice of frames", (self.frames,), ("middle", "every:2", "every:5"))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ImageOptions:
        lists: dict[str, Any] = {k: tuple(data[k]) for k in ("cleaning", "fractions", "released") if k in data}
        return cls(**{**data, **lists})

    def dataset_id(self, raw_id: str) -> str:
        """Return the id of the data set these options make of `raw_id`: 64 hex digits. The name does not count."""
        return sha256_json({"raw_id": raw_id} | replace(self, name="").to_json())


def _one_of(what: str, given: tuple[str, ...], choices: tuple[str, ...]) -> None:
    for value in given:
        if value not in choices:
            raise BadInput(
                "There is no {what} {value}; choose from: {choices}.",
                what=what,
                value=value,
                choices=", ".join(c for c in choices if c),
            )
