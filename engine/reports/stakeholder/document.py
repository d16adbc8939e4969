"""What the report says, whatever it is drawn as. Every figure is already written, so that all formats say the same."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Paragraph:
    """A sentence or two; `lead` stands out."""

    text: str
    lead: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Stat:
    """One figure with its name, its kind ("measured", …, as said to the reader) and what stands beneath it."""

    label: str
    value: str
    kind: str
    note: str = ""


@dataclass(frozen=True)
class Stats:
    """Figures side by side."""

    items: tuple[Stat, ...]


@dataclass(frozen=True)
class Table:
    """Rows under a head; `caption` says what it shows."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Series:
    """Bars of one colour: a value an option, and how it is written."""

    name: str
    values: tuple[float, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Bars:
    """Horizontal bars; `title` states the answer."""

    title: str
    axis: str
    names: tuple[str, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True)
class Point:
    """One option in a picture of two quantities, with its interval upwards."""

    name: str
    x: float
    y: float
    y_low: float
    y_high: float
    x_text: str
    y_text: str
    lead: bool = False
    front: bool = False


@dataclass(frozen=True)
class Points:
    """Options by two quantities; `title` states the answer."""

    title: str
    x_axis: str
    y_axis: str
    points: tuple[Point, ...]


Block = Paragraph | Bullets | Stats | Table | Bars | Points


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Labels:
    """The few words that a format needs of its own, in the document's language."""

    back: str


@dataclass(frozen=True)
class Document:
    """The report in one language."""

    language: str
    """"en" or "zh_CN"."""
    title: str
    subtitle: str
    date: str
    headline: str
    link: str
    """The page it was made on, which shows the same figures."""
    sections: tuple[Section, ...]
    labels: Labels
    notes: tuple[str, ...] = field(default=())
    """What has to stand wherever the figures do: the data was generated, or may not be sold."""

    def texts(self) -> list[str]:
        """Return every written figure and sentence, in order."""
        found = [self.title, self.headline, *self.notes]
        for section in self.sections:
            found.append(section.heading)
            for block in section.blocks:
                found += _texts(block)
        return found


def _texts(block: Block) -> list[str]:
    match block:
        case Paragraph(text):
            return [text]
        case Bullets(items):
            return list(items)
        case Stats(items):
            return [t for s in items for t in (s.label, s.value, s.kind, s.note) if t]
        case Table():
            return [block.caption, *block.head, *(cell for row in block.rows for cell in row)]
        case Bars():
            return [block.title, *block.names, *(t for s in block.series for t in (s.name, *s.texts))]
        case Points():
            return [block.title, *(p.name for p in block.points)]
