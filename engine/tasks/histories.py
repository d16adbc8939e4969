"""What a recommender reads: the items a person took, newest last, as codes; and the table of items beside a graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from engine.errors import BadInput
from engine.files import read_json, write_json, written_aside
from engine.tasks.encoder import TensorSpec, padded

TASK = "ranking"
TOP = 100
"""How many items a graph returns at most: enough that rules can reorder a page of them."""
PAD = -1
ITEMS_FILE = "items.parquet"


@dataclass(frozen=True)
class Catalogue:
    """The items that can be recommended, in the order of their codes."""

    ids: tuple[str, ...]
    """As in the data, leading zeros kept."""
    titles: tuple[str, ...] = ()
    """Empty when the data has none."""
    categories: tuple[tuple[str, ...], ...] = ()
    counts: tuple[int, ...] = ()
    """How many people of the training data took each; what recommendations without a person are sorted by."""
    codes: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        codes = {item: code for code, item in enumerate(self.ids)}
        if len(codes) != len(self.ids):
            raise BadInput("The list of items names one of them twice; prepare the data again.")
        object.__setattr__(self, "codes", codes)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def taken(self) -> frozenset[str]:
        """The items that somebody of the training data took; all of them where nobody counted."""
        counts = self.counts or (1,) * len(self.ids)
        return frozenset(item for item, count in zip(self.ids, counts, strict=True) if count)

    def title(self, code: int) -> str:
        """Return the title of an item, its id when it has none."""
        return (self.titles[code] if self.titles else "") or self.ids[code]

    def categories_of(self, code: int) -> tuple[str, ...]:
        return self.categories[code] if self.categories else ()

    def save(self, folder: Path) -> None:
        """Write `items.parquet` into `folder`."""
        import pandas as pd

        size = len(self.ids)
        frame = pd.DataFrame(
            {
                "id": list(self.ids),
                "title": list(self.titles) or [""] * size,
                "categories": [list(c) for c in self.categories] or [[] for _ in range(size)],
                "count": list(self.counts) or [0] * size,
            }
        )
        with written_aside(folder / ITEMS_FILE) as aside:
            frame.to_parquet(aside, index=False)

    @classmethod
    def load(cls, folder: Path) -> Catalogue:
        """Return what `save` wrote. Raises BadInput when it is not there."""
        import pandas as pd

        if not (folder / ITEMS_FILE).is_file():
            raise BadInput("{folder} has no items.parquet; choose a finished run.", folder=str(folder))
        frame = pd.read_parquet(folder / ITEMS_FILE)
        return cls(
            tuple(frame["id"].astype(str)),
            tuple(frame["title"].astype(str)),
            tuple(tuple(map(str, c)) for c in frame["categories"]),
            tuple(int(n) for n in frame["count"]),
        )


class HistoryEncoder:
    """Histories as item codes. Unknown items are dropped, an item taken twice counts once, where it was last."""

    kind: ClassVar[str] = "history"
    takes: ClassVar[str] = "history"
    inputs: ClassVar[tuple[str, ...]] = ("history",)

    def __init__(self, items: Catalogue, *, max_history: int = 500, recipe: str = "", top: int = TOP) -> None:
        """Only the newest `max_history` items of a history are read; `top` is how many items the graph returns."""
        self.items = items
        self.max_history = max_history
        self.recipe = recipe
        self.top = min(top, len(items))
        self.labels: tuple[str, ...] = ()
        self.temperature = 1.0

    @property
    def tensors(self) -> tuple[TensorSpec, ...]:
        return (TensorSpec("history", "INT64", (-1,)),)

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        return (
            TensorSpec("items", "INT64", (self.top,)),
            TensorSpec("scores", "FP32", (self.top,)),
            TensorSpec("all_scores", "FP32", (len(self.items),)),
        )

    def row_length(self, row: np.ndarray) -> int:
        return len(row)

    def rows(self, histories: Sequence[Sequence[str]]) -> list[np.ndarray]:
        """Return each history's codes, int64, newest last, at most `max_history`. A history of strangers is empty."""
        return [self._row(history) for history in histories]

    def unknown(self, histories: Sequence[Sequence[str]]) -> list[int]:
        """Return how many items of each history nobody of the training data took, those not in the catalogue too."""
        return [sum(item not in self.items.taken for item in history) for history in histories]

    def collate(self, rows: Sequence[np.ndarray], *, multiple: int = 1) -> dict[str, np.ndarray]:
        """Return `history` (B, T) int64, the newest last in each row, padded in front with -1; T is at least 1."""
        width = padded(np.array([len(row) for row in rows], dtype=np.int64), multiple)
        history = np.full((len(rows), width), PAD, dtype=np.int64)
        for place, row in enumerate(rows):
            history[place, width - len(row) :] = row
        return {"history": history}

    def encode(self, histories: Sequence[Sequence[str]]) -> dict[str, np.ndarray]:
        """Return the ONNX input for `histories` as one batch."""
        return self.collate(self.rows(histories))

    def lengths(self, histories: Sequence[Sequence[str]]) -> np.ndarray:
        """Return the number of known items of each history, (N,) int64."""
        return np.array([len(row) for row in self.rows(histories)], dtype=np.int64)

    def save(self, folder: Path) -> None:
        """Write `items.parquet` and `task.json` into `folder`."""
        self.items.save(folder)
        write_json(
            folder / "task.json",
            {
                "schema_version": 1,
                "task": TASK,
                "encoder": self.kind,
                "inputs": list(self.inputs),
                "max_history": self.max_history,
                "recipe": self.recipe,
                "top": self.top,
            },
        )

    @classmethod
    def load(cls, folder: Path) -> HistoryEncoder:
        """Return the encoder that `save` wrote. Raises BadInput when a file is missing or damaged."""
        if not (folder / "task.json").is_file():
            raise BadInput("{folder} holds no model: task.json is missing. Choose a finished run.", folder=str(folder))
        task: dict[str, Any] = read_json(folder / "task.json")
        if task.get("encoder") != cls.kind:
            raise BadInput(
                "{path} names the encoder {encoder}; recommendations need history. Choose a run of this scenario.",
                path=str(folder / "task.json"),
                encoder=str(task.get("encoder")),
            )
        return cls(Catalogue.load(folder), max_history=task["max_history"], recipe=task["recipe"], top=task["top"])

    def _row(self, history: Sequence[str]) -> np.ndarray:
        codes = self.items.codes
        known = [codes[item] for item in reversed(history) if item in codes]
        return np.array(list(dict.fromkeys(known))[: self.max_history][::-1], dtype=np.int64)
