"""A stored table before anything is prepared: how its bytes are read, to be corrected, and which lines cannot be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

from engine.datasets.decode import ENCODINGS
from engine.datasets.dialect import DELIMITERS
from engine.datasets.raw import Raw
from engine.datasets.store import open_raw
from engine.datasets.table import Reject
from engine.errors import BreakevenError
from pages.shared import address
from pages.shared.frame import show_error
from pages.shared.i18n import md, tr
from pages.shared.numbers import size
from pages.shared.resources import settings

Seen = TypeVar("Seen")


def looked_into(
    raw_id: str, keys: tuple[str, ...], look: Callable[[Raw, dict[str, str]], Seen]
) -> tuple[Raw, dict[str, str], Seen] | None:
    """Draw the heading of a stored file; return it, what the URL gives for `keys`, and what `look` says of the two.

    None when it cannot be read so: then the reason is drawn, with the way back.
    """
    raw = open_raw(settings(), raw_id)
    st.subheader(tr("What is in {file}?", file=md(raw.filename)), anchor=False)
    given = {key: address.recall(key) for key in keys}
    try:
        seen = look(raw, given)
    except BreakevenError as error:
        show_error(error)
        if any(given.values()):
            st.button(tr("Detect again"), icon=":material/restart_alt:", on_click=address.forget, args=keys)
        else:
            st.button(tr("Choose another file"), icon=":material/upload_file:", on_click=address.forget, args=("raw",))
        return None
    st.caption(
        tr(
            "{size}, stored. Change what was detected wrongly; nothing has been prepared yet.",
            size=size(raw.size_bytes),
        )
    )
    return raw, given, seen


def choices(seen: Any) -> None:
    """Draw encoding and delimiter of a previewed CSV, kept in the URL; nothing for Parquet."""
    if seen.kind != "csv":
        return
    encodings = {e: encoding_name(e) for e in dict.fromkeys((seen.encoding, *seen.encodings, *ENCODINGS))}
    address.choice(st.selectbox, tr("Encoding"), encodings, key="encoding", fallback=seen.encoding, width=230)
    delimiters = {d: delimiter_name(d) for d in dict.fromkeys((seen.delimiter, *DELIMITERS))}
    address.choice(st.selectbox, tr("Delimiter"), delimiters, key="delimiter", fallback=seen.delimiter, width=190)


def encoding_name(name: str) -> str:
    """Return an encoding as people call it."""
    names = {
        "utf-8": "UTF-8",
        "utf-8-sig": tr("UTF-8 with a mark"),
        "utf-16": "UTF-16",
        "gb18030": tr("GB 18030 (Simplified Chinese)"),
        "big5": tr("Big5 (Traditional Chinese)"),
        "cp1252": tr("Windows-1252 (Western)"),
        "cp1251": tr("Windows-1251 (Cyrillic)"),
    }
    return names.get(name, name)


def delimiter_name(mark: str) -> str:
    return {",": tr("Comma ,"), "\t": tr("Tab"), ";": tr("Semicolon ;"), "|": tr("Bar |")}.get(mark, mark)


def left_out(rejects: Sequence[Reject]) -> None:
    """Draw which lines cannot be read."""
    if not rejects:
        return
    lines = ", ".join(str(r.line) for r in rejects[:10])
    st.warning(tr("Lines that cannot be read and will be left out: {lines}", lines=lines), icon=":material/warning:")
