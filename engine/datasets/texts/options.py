"""The choices for a table of labelled texts, and its card."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.datasets.dataset import DataCard, Options


@dataclass(frozen=True, kw_only=True)
class TextOptions(Options):
    """The choices for a table of labelled texts."""

    encoding: str = ""
    """How bytes become text, as Python names it ("utf-8-sig", "gb18030", "cp1252"); empty: detected."""
    delimiter: str = ""
    """What separates columns of a CSV; empty: detected."""
    header: bool | None = None
    """Whether the first line of a CSV names the columns; None: detected."""
    text_column: str = ""
    """The column that holds the text; empty: detected."""
    label_column: str = ""
    """The column that holds the label; empty: detected."""
    label_map: dict[str, str] = field(default_factory=dict)
    """Label as found → label as used; a label mapped to "" is left out with its rows."""
    masks: tuple[str, ...] = ()
    """Kinds of personal data to mask: "email", "phone", "account"."""


@dataclass(frozen=True, kw_only=True)
class TextCard(DataCard):
    """The card of a table of texts."""

    encoding: str = ""
    delimiter: str = ""
    columns: tuple[str, ...] = ()
    text_column: str = ""
    label_column: str = ""
    length_words: dict[str, float] = field(default_factory=dict)
    """min, p5, p25, p50, p75, p95, max, mean of words a text."""
    length_histogram: tuple[tuple[float, float, int], ...] = ()
    """(from, to, rows) by words a text."""
    languages: dict[str, float] = field(default_factory=dict)
    """ISO 639-1 code → share of a sample."""
