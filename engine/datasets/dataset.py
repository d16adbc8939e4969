"""What a prepared data set is: its description, its card, and its rows by part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from engine.errors import BadInput
from engine.files import read_json, sha256_json
from engine.messages import Message

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Every choice between the bytes of an upload and a data set; with the raw id it makes the data set's id.

    Here are the choices that every form of data has; `engine.datasets.forms` names the forms.
    """

    name: str = field(kw_only=False)
    """What people call the data set."""
    cleaning: tuple[str, ...] = ()
    """Cleaning steps, in order; which there are depends on the form."""
    split_seed: int = 0
    """Seeds the split."""
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

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return the options that `to_json` wrote, lists being tuples again."""
        known: dict[str, Any] = {k: _tuples(v) for k, v in data.items()}
        return cls(**known)

    def dataset_id(self, raw_id: str) -> str:
        """Return the id of the data set these options make of `raw_id`: 64 hex digits. The name does not count."""
        return sha256_json({"raw_id": raw_id} | replace(self, name="").to_json())


@dataclass(frozen=True)
class Problem:
    """Something about the data that a person should know before training on it."""

    level: Literal["block", "warn", "note"]
    """A block stops training; a warning wants a decision; a note is only said."""
    kind: str
    """A stable name: "missing_text", "duplicates", "conflicts", "one_class", "personal_data", …"""
    message: Message
    rows: tuple[int, ...] = ()
    """Row numbers in the file, counted from 1 below the header; the first hundred."""
    count: int = 0
    """How many rows it touches."""
    remedy: str = ""
    """The cleaning step or mask that would mend it ("drop_duplicates", "mask:email"); empty: none."""
    examples: tuple[str | Message, ...] = ()
    """Short examples, personal data already masked; messages where they hold words of the engine."""

    def to_json(self) -> dict[str, Any]:
        examples = [e.to_json() if isinstance(e, Message) else e for e in self.examples]
        return {**asdict(self), "message": self.message.to_json(), "examples": examples}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Problem:
        return cls(
            **{
                **data,
                "message": Message.from_json(data["message"]),
                "rows": tuple(data["rows"]),
                "examples": tuple(Message.from_json(e) if isinstance(e, dict) else e for e in data["examples"]),
            }
        )


LEVELS = ("block", "warn", "note")


def by_level(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems as a card lists them: what blocks first, what is only said last."""
    return tuple(sorted(problems, key=lambda p: LEVELS.index(p.level)))


@dataclass(frozen=True, kw_only=True)
class DataCard:
    """What was found out about the rows of one data set, before and after cleaning: what every form of data has."""

    rows_read: int
    """Rows in the file."""
    rows_used: int
    """Rows left after mapping and cleaning."""
    classes: dict[str, int] = field(default_factory=dict)
    """Label → rows, among the rows used, most frequent first; empty where rows have no label."""
    problems: tuple[Problem, ...] = ()
    licence: str = ""
    commercial_use: bool | None = None
    synthetic: bool = False
    parts: dict[str, dict[str, int]] = field(default_factory=dict)
    """Part → label → rows."""
    steps: tuple[dict[str, Any], ...] = ()
    """Cleaning steps as done: {"step", "rows_dropped"}."""
    samples: tuple[dict[str, Any], ...] = ()
    """A few rows."""
    labels_found: dict[str, int] = field(default_factory=dict)
    """Label as it stands in the file → rows, before any mapping; the two hundred most frequent."""

    @property
    def blocked(self) -> bool:
        """Whether training on this data makes no sense."""
        return any(problem.level == "block" for problem in self.problems)

    def refuse_blocked(self) -> None:
        """Raise BadInput with the first problem that blocks, if there is one."""
        if self.blocked:
            raise BadInput(next(p.message for p in self.problems if p.level == "block"))

    def part_rows(self, part: Part) -> int:
        """Return how many rows a part has."""
        return sum(self.parts.get(part, {}).values())

    def to_json(self) -> dict[str, Any]:
        return {"schema_version": 1, **asdict(self), "problems": [p.to_json() for p in self.problems]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return the card that `to_json` wrote, lists being tuples again."""
        known = {k: _tuples(v) for k, v in data.items() if k not in {"schema_version", "problems"}}
        return cls(**known, problems=tuple(Problem.from_json(p) for p in data["problems"]))


def _tuples(value: Any) -> Any:
    """Return a list as a tuple, and the lists within it too."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


@dataclass(frozen=True)
class Dataset:
    """A prepared data set on disk: `dataset.json`, `card.json`, `rows.parquet` and what its form adds, in `folder`.

    `rows.parquet` has the columns row (1-based row number in its file), source ("data" or "test"), part, and those of
    its form: text and label for texts.
    """

    id: str
    folder: Path
    name: str
    task: str
    raw_id: str
    options: Options
    labels: tuple[str, ...]
    """The classes in the order of the model's outputs; empty where there are none."""
    test_id: str
    """Hash of the test part's rows; runs compare only where it is the same."""
    created_at: str
    """UTC, ISO 8601."""
    share: float = 1.0
    """How much of the training part is learned from; validation and test are always whole."""
    share_seed: int = 0
    """Seeds which rows the share has."""

    @classmethod
    def open(cls, folder: Path) -> Dataset:
        """Return the data set stored in `folder`."""
        from engine.datasets.forms import form_of

        data = read_json(folder / "dataset.json")
        return cls(
            id=data["id"],
            folder=folder,
            name=data["name"],
            task=data["task"],
            raw_id=data["raw_id"],
            options=form_of(data["task"]).options.from_json(data["options"]),
            labels=tuple(data["labels"]),
            test_id=data["test_id"],
            created_at=data["created_at"],
        )

    @property
    def card(self) -> DataCard:
        from engine.datasets.forms import form_of

        return form_of(self.task).card.from_json(read_json(self.folder / "card.json"))

    @property
    def positive(self) -> str:
        """The class that is looked for; empty where no class is special."""
        return str(getattr(self.options, "positive", ""))

    @property
    def rows_file(self) -> Path:
        return self.folder / "rows.parquet"

    def shared(self, share: float, *, seed: int = 0) -> Dataset:
        """Return this data set with only a share of its training part. Raises BadInput unless 0 < `share` ≤ 1."""
        from engine.datasets.share import checked_share

        return replace(self, share=checked_share(share), share_seed=seed)

    def rows(self, part: Part) -> pd.DataFrame:
        """Return the rows of one part: every column but part, in a fixed order; of train, those of the share."""
        import pandas as pd

        found = pd.read_parquet(self.rows_file, filters=[("part", "==", part)]).drop(columns="part")
        if part != "train" or self.share == 1:
            return found
        from engine.datasets.share import nested

        return found[nested(found, self.share, seed=self.share_seed)].reset_index(drop=True)

    def part_rows(self, part: Part) -> int:
        """Return how many rows a part has; of train, how many are learned from."""
        return len(self.rows(part)) if part == "train" and self.share != 1 else self.card.part_rows(part)

    def labelled_rows(self, part: Part) -> tuple[pd.DataFrame, np.ndarray]:
        """Return the rows of one part and (N,) int64, the position of each one's label among `labels`.

        Raises BadInput when the part is empty.
        """
        import numpy as np

        rows = self.rows(part)
        if rows.empty:
            raise BadInput("The data set {name} has no rows for {part}; prepare it again.", name=self.name, part=part)
        position = {label: i for i, label in enumerate(self.labels)}
        return rows, np.array([position[label] for label in rows["label"]], dtype=np.int64)
