"""Pictures go in, a model comes out, and it shows where it looks. In both languages, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from engine.datasets.demo.phantoms import LABELS, as_zip, generate
from tests.browser.journey import BOTH, JOB_MS, check, keep, read_in_the_other_language, read_results, train, upload
from tests.browser.server import Dashboard
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
PAGE = "/medical_imaging"
PATIENTS = 45
COLOURED = """(coloured) => {
    const image = document.querySelector("[data-testid=stImage] img");
    if (!image?.complete || !image.naturalWidth) return false;
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 0; i < pixels.length; i += 4) if (pixels[i] !== pixels[i + 2]) return coloured;
    return !coloured;
}"""


def shows(one: Visitor, *, colour: bool) -> None:
    """Wait until the first picture of the page, as the browser has drawn it, has a place in colour, or none."""
    one.page.wait_for_function(COLOURED, arg=colour, timeout=JOB_MS)


def to_a_heat_map(one: Visitor, name: str, run: str) -> None:
    """Open the results of a run, then see where its model looks, with colour and without."""
    read_results(one, PAGE, run, "Where should the threshold be?", name)
    one.open(PAGE, step="try", run=run)
    one.see("Heat map")
    shows(one, colour=True)
    slider = one.keyed("opacity").get_by_role("slider")
    slider.press("Home")
    expect(slider).to_have_value("0")
    shows(one, colour=False)
    assert one.sideways() == 0


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
    expect(one.keyed(f"positive-{LABELS[0]}")).to_have_count(0)
    one.settled()
    one.see("Store the data set", patience_ms=JOB_MS)
    one.settled()
    keep(one)
    card = one.page.url
    assert one.sideways() == 0
    one.press("Fine-tune on this data")
    run = train(one, "baseline")
    trained = one.page.url
    to_a_heat_map(one, name, run)
    read_in_the_other_language(one, card, trained)
    to_a_heat_map(one, name, run)
