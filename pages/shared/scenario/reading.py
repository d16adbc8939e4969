"""How the bytes of a table are read: the encoding and the delimiter, to be corrected before anything is prepared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from engine.datasets.decode import ENCODINGS
from engine.datasets.dialect import DELIMITERS
from engine.datasets.table import Reject
from pages.shared import address
from pages.shared.i18n import tr


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
