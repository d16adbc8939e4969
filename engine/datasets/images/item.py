"""One picture on its way from a file into a data set."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.datasets.images.picture import Picture
from engine.messages import Message

SLICES = ("site", "scanner", "sex", "age_band")
"""What DICOM may tell of a picture to look at results by."""


@dataclass(frozen=True)
class Item:
    """A picture as a file gives it, decoded or with the reason why not."""

    row: int
    """Its place in the file, counted from 1."""
    name: str
    label: str
    """As found; "" if it has none."""
    picture: Picture | None
    reason: Message | None = None
    """Why there is no picture."""
    part: str = ""
    """The part that the file puts it in: "train", "validation", "test"; "" if it says nothing."""
    patient: str = ""
    """A keyed hash; "" if unknown."""
    together: str = ""
    """What else stays on one side with it: the film a frame is of."""
    burned_in: str = ""
    """Why text may stand in it; "" if nothing says so."""
    modality: str = ""
    """DICOM's Modality; "" if unknown."""
    slices: dict[str, str] = field(default_factory=dict)
    """SLICES → value; "" if unknown."""
