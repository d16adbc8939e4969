"""docs/demo.md, followed word for word from a fresh start. With BREAKEVEN_PICTURES it renews docs/images."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.browser import server
from tests.browser.script import follow, instructions
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]
DOCUMENT = server.ROOT / "docs" / "demo.md"


def save_picture(png: bytes, path: Path) -> None:
    """Write a screenshot with 256 colours, so that the repository stays small."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def test_the_script_can_be_followed(visitor: Callable[..., Visitor], tmp_path: Path) -> None:
    folder = server.ROOT / "docs" if os.environ.get("BREAKEVEN_PICTURES") else tmp_path / "docs"
    text = DOCUMENT.read_text("utf-8")
    with server.dashboard(tmp_path / "workspace", demo_on_first_run=1) as running:
        one = visitor(running.url)
        count = follow(one, text, lambda path: save_picture(one.page.screenshot(), folder / path))
    assert count == len(list(instructions(text))) > 20
    assert "Traceback" not in running.log, running.log
    pictures = list((folder / "images").glob("*.png"))
    assert pictures
    assert all(path.stat().st_size < 200_000 for path in pictures)
