"""The message catalogue: read the code, keep the translations in step, compile them.

    python -m pages.shared.catalogue          compile what is stale (make does this)
    python -m pages.shared.catalogue update   take new English messages into every language's messages.po

A message is the first argument of `tr`, `Message` or one of the engine's errors; `trn` has two.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
LOCALE = Path(__file__).resolve().parent / "locale"
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("tr", "Message", "BreakevenError", "BadInput", "NotFound", "Failure", "Cancelled"), None),
    "trn": (1, 2),
}
FOLDERS = ("engine", "pages")


def po_file(code: str) -> Path:
    return LOCALE / code / "LC_MESSAGES" / "messages.po"


def load(code: str) -> dict[str, str]:
    """Return English → translation for `code`, from the compiled catalogue, compiling it first when it is stale."""
    po = po_file(code)
    mo = po.with_suffix(".mo")
    if not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime:
        return _texts(compile_po(po))
    return _texts(mo.read_bytes())


def _texts(compiled: bytes) -> dict[str, str]:
    translations = GNUTranslations(BytesIO(compiled))
    return {k: v for k, v in translations._catalog.items() if isinstance(k, str) and k and v}  # type: ignore[attr-defined]


def compile_po(po: Path) -> bytes:
    """Return the compiled catalogue of `po`, and leave it beside it where the folder can be written."""
    from babel.messages.mofile import write_mo

    from engine.errors import Failure
    from engine.files import written_aside

    buffer = BytesIO()
    write_mo(buffer, read(po))
    try:
        with written_aside(po.with_suffix(".mo")) as aside:
            aside.write_bytes(buffer.getvalue())
    except Failure as failure:
        print(failure, file=sys.stderr)
    return buffer.getvalue()


def read(po: Path) -> Any:
    """Return babel's catalogue of `po`."""
    from babel.messages.pofile import read_po

    with po.open("rb") as file:
        return read_po(file)


def extract() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Yield (file, message) for every message in the code."""
    from babel.messages.extract import extract_from_dir

    for folder in FOLDERS:
        found = extract_from_dir(ROOT / folder, [("**.py", "python")], keywords=KEYWORDS)
        for name, _line, message, _comments, _context in found:
            yield f"{folder}/{name}", message


def template() -> Any:
    """Return a catalogue of every message in the code, without translations."""
    from babel.messages.catalog import Catalog

    catalog = Catalog(project="Breakeven", charset="utf-8", fuzzy=False)
    for name, message in extract():
        for text in (message,) if isinstance(message, str) else message:
            catalog.add(text, locations=[(name, 0)])
    return catalog


def update(po: Path) -> tuple[int, int]:
    """Take the messages of the code into `po`; return how many there are and how many wait for a translation."""
    from babel.messages.pofile import write_po

    from engine.files import written_aside

    catalog = read(po)
    catalog.update(template(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    with written_aside(po) as aside, aside.open("wb") as file:
        write_po(file, catalog, width=120, include_lineno=False, sort_output=True)
    return len(catalog), sum(1 for message in catalog if message.id and not message.string)


def main(arguments: list[str]) -> None:
    for po in sorted(LOCALE.glob("*/LC_MESSAGES/messages.po")):
        if arguments == ["update"]:
            total, missing = update(po)
            print(f"{po.relative_to(ROOT)}: {total} messages, {missing} to translate")
        compile_po(po)


if __name__ == "__main__":
    main(sys.argv[1:])
