"""The place for a file, in the reader's language: Streamlit's own speaks English alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import streamlit as st

from pages.shared.i18n import language, tr

NATIVE = "en"
"""The language that Streamlit's own words are in."""


def take_file(
    label: str, types: Iterable[str], *, key: str, max_mib: int | None = None, help: str | None = None
) -> Any:
    """Draw the place for one file of `types`, endings without a dot; return the file, or None before there is one.

    `max_mib` is how large it may be; without it the server's own limit holds. `key` has letters, digits, - and _.
    """
    kinds = list(types)
    if language() != NATIVE:
        limit = max_mib or int(st.get_option("server.maxUploadSize"))
        names = ", ".join(kind.upper() for kind in kinds)
        st.html(_translated(key, tr("Upload"), tr("Up to {n} MB a file: {names}", n=limit, names=names)))
    return st.file_uploader(label, type=kinds, key=key, max_upload_size=max_mib, help=help or None)


def _translated(key: str, button: str, limits: str) -> str:
    """Return a style that puts `button` and `limits` where the uploader `key` has its words.

    Streamlit has no parameter for them. A style alone takes no room on the page.
    """
    place = f".st-key-{key} [data-testid='stFileUploaderDropzone"
    words = {f"{place}'] button p": button, f"{place}Instructions'] span": limits}
    return "<style>" + "".join(_instead(where, said) for where, said in words.items()) + "</style>"


def _instead(where: str, said: str) -> str:
    quoted = json.dumps(said, ensure_ascii=False).replace("<", "\\3c ")
    return f"{where} {{ font-size: 0 }} {where}::after {{ content: {quoted}; font-size: 0.875rem }} "
