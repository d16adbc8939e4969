"""Sentences that the engine says and a page translates.

The engine never formats a sentence for a reader. It hands over a `Message`: an English template, which is also the
key in the message catalogue, and the values that fill it. A page renders it in the reader's language; the command
line renders it in English with `str`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, init=False)
class Message:
    """An English template with `{named}` places, and the values for them.

    `Message("{rows} rows have no text.", rows=3)` renders as "3 rows have no text.". Values are numbers, strings,
    or other messages, so that a message survives a round trip through JSON.
    """

    text: str
    values: dict[str, Any] = field(default_factory=dict, hash=False)

    def __init__(self, text: str, /, **values: Any) -> None:
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "values", values)

    def __str__(self) -> str:
        return self.text.format(**self.values) if self.values else self.text

    def to_json(self) -> dict[str, Any]:
        """Return a plain dictionary that `from_json` turns back into an equal message."""
        values = {k: {"message": v.to_json()} if isinstance(v, Message) else v for k, v in self.values.items()}
        return {"text": self.text, "values": values}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Message:
        """Return the message that `to_json` wrote."""
        values = {
            k: cls.from_json(v["message"]) if isinstance(v, dict) and "message" in v else v
            for k, v in data.get("values", {}).items()
        }
        return cls(data["text"], **values)
