"""Pictures go in, a model comes out, and it shows where it looks. In both languages, wide and narrow."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from engine.datasets.demo.phantoms import LABELS, as_zip, generate
from tests.browser.journey import BOTH, JOB_MS, check, keep, train, upload
from tests.browser.server import Dashboard
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
PAGE = "/medical_imaging"
PATIENTS = 45


def seen(one: Visitor, picture: Locator) -> np.ndarray:
    """Return the pixels (H, W, 3) that the browser was given for an image of the page."""
    source = picture.get_attribute("src")
    assert source
    answer = one.page.request.get(urljoin(one.page.url, source))
    return np.asarray(Image.open(io.BytesIO(answer.body())).convert("RGB")).astype(int)


@pytest.mark.slow
@pytest.mark.parametrize(("language", "width"), BOTH)
def test_from_pictures_to_a_heat_map(
    dashboard: Dashboard, visitor: Callable[..., Visitor], tmp_path: Path, language: str, width: int
) -> None:
    one = visitor(dashboard.url, language=language, width=width)
    name = f"phantoms-{language}-{width}"
    path = tmp_path / f"{name}.zip"
    path.write_bytes(as_zip(generate(width + len(language), patients=PATIENTS)))
    upload(one, PAGE, path)
    assert name in one.text()
    check(one, "Check the pictures")
    one.keyed(f"positive-{LABELS[0]}").get_by_role("button").click()
    one.settled()
    keep(one)
    assert one.sideways() == 0
    one.press("Fine-tune on this data")
    train(one, "baseline")
    one.open(PAGE, step="results")
    one.see("Where should the threshold be?")
    assert name in one.text()
    assert one.sideways() == 0
    one.open(PAGE, step="try")
    one.see("Heat map")
    picture = one.page.get_by_test_id("stImage").locator("img").first
    expect(picture).to_be_visible(timeout=JOB_MS)
    one.settled()
    red, _, blue = np.moveaxis(seen(one, picture), -1, 0)
    assert (red != blue).any(), "nothing speaks for or against the answer"
    slider = one.keyed("opacity").get_by_role("slider")
    slider.press("Home")
    one.settled()
    expect(slider).to_have_value("0")
    red, _, blue = np.moveaxis(seen(one, picture), -1, 0)
    assert (red == blue).all()
    assert one.sideways() == 0
