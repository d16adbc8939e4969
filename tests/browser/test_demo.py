"""docs/demo.md, followed word for word from a fresh start.

With BREAKEVEN_PICTURES it renews docs/images, and waits at first until everything of the first start is trained.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from engine.jobs.runs import all_runs
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


def wait_for_every_job(home: Path) -> None:
    """Wait until nothing of the first start is left in the queue."""
    while not (runs := list(all_runs(home / "runs"))) or any(run.state in {"queued", "running"} for run in runs):
        time.sleep(1)


def test_the_script_can_be_followed(visitor: Callable[..., Visitor], tmp_path: Path) -> None:
    renewed = bool(os.environ.get("BREAKEVEN_PICTURES"))
    folder = server.ROOT / "docs" if renewed else tmp_path / "docs"
    text = DOCUMENT.read_text("utf-8")
    with server.dashboard(tmp_path / "workspace", demo_on_first_run=1) as running:
        if renewed:
            wait_for_every_job(running.home)
        one = visitor(running.url)
        count = follow(one, text, lambda path: save_picture(one.page.screenshot(), folder / path))
    assert count == len(list(instructions(text))) > 20
    assert "Traceback" not in running.log, running.log
    pictures = list((folder / "images").glob("*.png"))
    assert pictures
    assert all(path.stat().st_size < 200_000 for path in pictures)
