"""Small pictures in rows, each with a line beneath it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from pages.shared.i18n import md

WIDTH = 128
"""Pixels that a tile has at least; it grows with the room there is."""


@dataclass(frozen=True)
class Tile:
    """One small picture."""

    png: bytes | Path
    alt: str
    """What it shows, in words, for who cannot see it."""
    lines: tuple[str, ...] = ()
    """What stands beneath it."""


def draw(tiles: Sequence[Tile], *, width: int = WIDTH, beneath: Callable[[int], object] | None = None) -> None:
    """Draw the tiles in as many columns as fit; `beneath` draws more under the tile of that number."""
    with st.grid("auto", min_column_width=width, gap="small"):
        for number, tile in enumerate(tiles):
            with st.container(gap="xxsmall"):
                show(tile)
                if beneath is not None:
                    beneath(number)


def show(tile: Tile) -> None:
    """Draw one tile; a file that has gone leaves its words."""
    if isinstance(tile.png, bytes) or tile.png.exists():
        st.image(tile.png, width="stretch", alt=tile.alt)
    for line in tile.lines:
        st.caption(md(line))
