"""A card as data, and its rendering as Markdown that nothing a user wrote can break.

Sentences are Messages: a page may hand over its own translation. Whatever fills a place of a sentence or a cell of a
table counts as written by somebody else and is escaped here, once, for every card.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.messages import Message

Translate = Callable[[Message], str]
Cell = Message | str | int | float
SPECIAL = re.compile(r"([\\`*_\[\]<>#|~$&])")
LEADING = re.compile(r"^([-+=])|^(\d+)([.)])(?=\s|$)")
ADDRESS = re.compile(r"(?i)(?<=\w)(:)(?=//)|\b(www)(\.)|(@)")
MOST_CHARACTERS = 300


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[Message, ...]


@dataclass(frozen=True)
class Table:
    """A table; cells are messages, or text and numbers from elsewhere."""

    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Code:
    """Lines for a shell. Only ids made by the program may stand in them."""

    text: str


Block = Message | Bullets | Table | Code


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    heading: Message
    blocks: tuple[Block, ...]


def render(title: Message, sections: Sequence[Section], translate: Translate = str) -> str:
    """Return the card as CommonMark with tables; one level-1 heading, a level-2 heading a section."""
    parts = [f"# {sentence(title, translate)}"]
    for section in sections:
        parts.append(f"## {sentence(section.heading, translate)}")
        parts.extend(_block(block, translate) for block in section.blocks)
    return "\n\n".join(parts) + "\n"


def to_json(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """Return the sections as plain data; sentences keep their template and values."""
    return [{"heading": s.heading.to_json(), "blocks": [_block_json(b) for b in s.blocks]} for s in sections]


def sentence(message: Message, translate: Translate = str) -> str:
    """Return `message` translated, every text in its places escaped."""
    return translate(_escaped(message))


def escape(text: str) -> str:
    r"""Return `text` as one line that Markdown shows as it is: no markup, link, HTML, formula, or control character.

    >>> escape("<b>*bold*</b>")
    '\\<b\\>\\*bold\\*\\</b\\>'
    """
    cut = text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
    visible = "".join(" " if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else c for c in cut)
    plain = SPECIAL.sub(r"\\\1", " ".join(visible.split()))
    plain = ADDRESS.sub(lambda m: f"{m[2]}\\{m[3]}" if m[2] else f"\\{m[1] or m[4]}", plain)
    return LEADING.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", plain)


def _escaped(message: Message) -> Message:
    def safe(value: Any) -> Any:
        if isinstance(value, Message):
            return _escaped(value)
        return escape(value) if isinstance(value, str) else value

    return Message(message.text, **{name: safe(value) for name, value in message.values.items()})


def _block(block: Block, translate: Translate) -> str:
    if isinstance(block, Message):
        return sentence(block, translate)
    if isinstance(block, Bullets):
        return "\n".join(f"- {sentence(item, translate)}" for item in block.items)
    if isinstance(block, Code):
        return f"```sh\n{block.text}\n```"
    rows = [[_cell(cell, translate) for cell in row] for row in (block.head, *block.rows)]
    rows.insert(1, ["---"] * len(block.head))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(cell: Cell, translate: Translate) -> str:
    if isinstance(cell, Message):
        return sentence(cell, translate)
    return escape(str(cell))


def _block_json(block: Block) -> dict[str, Any]:
    def plain(cell: Any) -> Any:
        return cell.to_json() if isinstance(cell, Message) else cell

    if isinstance(block, Message):
        return {"paragraph": block.to_json()}
    if isinstance(block, Bullets):
        return {"list": [item.to_json() for item in block.items]}
    if isinstance(block, Code):
        return {"code": block.text}
    return {"table": {"head": [plain(h) for h in block.head], "rows": [[plain(c) for c in r] for r in block.rows]}}
