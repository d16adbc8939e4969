"""How pictures become arrays: decoded, brought to one size and to three colours. Numpy and Pillow only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from engine.errors import BadInput
from engine.tasks.encoder import TensorSpec, logits_of, read_task, write_task

TASK = "image_classification"
COLOURS = ("grey", "colour")
MULTIPLE = 32
"""Sizes are multiples of the coarsest map of a network."""
OWN = ("size", "colours", "grid", "positive")
"""Fields of task.json that other encoders do not have."""
REDUCING_GAP = 3.0
"""Pillow first takes whole blocks of a picture that is more than this many times too large: faster, and as good."""


@dataclass
class PictureEncoder:
    """Turns pictures into `image` (B, 3, S, S) uint8; the graph scales them itself.

    A picture is stretched to the square: nothing is cut off, and a place in the square is a place in the picture.
    """

    kind: ClassVar[str] = "pictures"
    takes: ClassVar[str] = "image"
    inputs: ClassVar[tuple[str, ...]] = ("image",)
    labels: tuple[str, ...]
    size: int
    """Pixels a side."""
    colours: str = "colour"
    """grey: every picture is made grey first; colour: grey ones get three equal colours."""
    grid: int = 1
    """Places a side of the maps that the graph gives."""
    positive: str = ""
    """The class that is looked for; empty: none is named."""
    temperature: float = 1.0

    def __post_init__(self) -> None:
        self.labels = tuple(self.labels)
        if self.colours not in COLOURS:
            raise BadInput("colours is {value}; give one of {choices}.", value=self.colours, choices=", ".join(COLOURS))

    @property
    def grey(self) -> bool:
        """Whether the three colours of every row are equal."""
        return self.colours == "grey"

    @property
    def tensors(self) -> tuple[TensorSpec, ...]:
        return (TensorSpec("image", "UINT8", (3, self.size, self.size)),)

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """Logits, and each class's addends by place: the mean of a map is its logit."""
        return (*logits_of(self.labels), TensorSpec("maps", "FP32", (len(self.labels), self.grid, self.grid)))

    def rows(self, inputs: Sequence[bytes | np.ndarray]) -> list[np.ndarray]:
        """Return (3, S, S) uint8 for each picture: bytes of a file, or uint8 (H, W) or (H, W, 3).

        Raises BadInput for bytes that are no picture and for arrays of another shape or type.
        """
        return [self._row(picture) for picture in inputs]

    def row_length(self, row: Any) -> int:
        """Return 1: every picture takes the same room."""
        return 1

    def collate(self, rows: Sequence[np.ndarray], *, multiple: int = 1) -> dict[str, np.ndarray]:
        """Return {"image": (B, 3, S, S) uint8}."""
        return {"image": np.stack(rows) if len(rows) else np.zeros((0, 3, self.size, self.size), np.uint8)}

    def encode(self, inputs: Sequence[bytes | np.ndarray]) -> dict[str, np.ndarray]:
        """Return the ONNX inputs for pictures."""
        return self.collate(self.rows(inputs))

    def save(self, folder: Path) -> None:
        """Write `task.json`."""
        own = {name: getattr(self, name) for name in OWN}
        write_task(self, folder, task=TASK, **own)

    @classmethod
    def load(cls, folder: Path) -> PictureEncoder:
        """Return the encoder that `save` described in `folder`. Raises BadInput when it is missing or damaged."""
        task = read_task(folder)
        try:
            return cls(**{name: task[name] for name in ("labels", "temperature", *OWN)})
        except KeyError as error:
            path = str(folder / "task.json")
            raise BadInput("{path} is damaged: {name} is missing.", path=path, name=str(error.args[0])) from error

    def _row(self, picture: bytes | np.ndarray) -> np.ndarray:
        from PIL import Image

        found = Image.fromarray(pixels(picture)).convert("L" if self.grey else "RGB")
        square = found.resize((self.size, self.size), Image.Resampling.BICUBIC, reducing_gap=REDUCING_GAP)
        values = np.asarray(square)
        return np.broadcast_to(values, (3, *values.shape)) if self.grey else values.transpose(2, 0, 1)


def pixels(picture: bytes | np.ndarray) -> np.ndarray:
    """Return a picture as uint8 (H, W) or (H, W, 3). Raises BadInput when it is none."""
    if isinstance(picture, bytes | bytearray | memoryview):
        return _decode(bytes(picture))
    if picture.dtype != np.uint8 or not picture.size or picture.shape[2:] not in ((), (3,)) or picture.ndim < 2:
        raise BadInput(
            "A picture is {type} of shape {shape}; give 8-bit pixels of shape (height, width) or (height, width, 3).",
            type=str(picture.dtype),
            shape=str(picture.shape),
        )
    return picture


def colours_of(pictures: Sequence[bytes | np.ndarray], *, most: int = 64) -> str:
    """Return "grey" when none of the pictures, `most` of them taken evenly, has any colour, else "colour"."""
    for position in range(0, len(pictures), max(1, len(pictures) // most)):
        found = pixels(pictures[position])
        if found.ndim == 3 and ((found[..., 0] != found[..., 1]) | (found[..., 0] != found[..., 2])).any():
            return "colour"
    return "grey"


def _decode(data: bytes) -> np.ndarray:
    """Stand-in until engine.datasets.images is here: then this is its `decode_picture`."""
    try:
        from engine.datasets.images.decode import decode_picture  # type: ignore[import-not-found]
    except ModuleNotFoundError:
        import io

        from PIL import Image

        found = Image.open(io.BytesIO(data))
        return np.asarray(found if found.mode == "L" else found.convert("RGB"))
    return np.asarray(decode_picture(data))
