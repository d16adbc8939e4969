"""Follows a script that people follow: every list item of docs/demo.md is one instruction, every picture is taken.

    - Open `/compare`.                          - Press **Compare**.
    - Choose **Probe** under **Recipe**.        - Type "Profit rose." into **Sentences**.
    - Press **Choose** beside **Probe**.        - See **Macro-F1**.
    - Wait until you see **Finished**.          - Move **Price** one step.
    - Download **PDF**.

Anything else in a list item is an error; text outside lists is for the person who speaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import reduce
from pathlib import Path
from typing import Literal

from playwright.sync_api import Locator, expect

from tests.browser.visitor import Visitor

PATIENCE_MS = 600_000
"""For what trains meanwhile."""
PICTURE = re.compile(r"!\[[^\]]*\]\((images/[\w-]+\.png)\)")
PRESSED: tuple[Literal["link", "button", "radio", "tab", "option"], ...] = ("link", "button", "radio", "tab", "option")


def instructions(document: str) -> Iterator[str]:
    """Yield the list items and pictures of a Markdown text, in order; a list item may go on in the next line."""
    text = re.sub(r"\n {2,}(?=\S)", " ", document)
    for line in text.splitlines():
        if line.startswith("- ") or PICTURE.match(line):
            yield line.removeprefix("- ").strip()


def follow(visitor: Visitor, document: str, take_picture: Callable[[Path], None]) -> int:
    """Do everything the document says; return how many instructions there were."""
    count = 0
    for instruction in instructions(document):
        count += 1
        if picture := PICTURE.match(instruction):
            visitor.settled().to_the_top()
            take_picture(Path(picture[1]))
        else:
            _follow_one(visitor, instruction)
    return count


def _follow_one(visitor: Visitor, instruction: str) -> None:
    for pattern, action in VERBS.items():
        if found := re.fullmatch(pattern, instruction):
            action(visitor, *found.groups())
            return
    raise AssertionError(f"nobody can follow this: {instruction}")


def _open(visitor: Visitor, path: str) -> None:
    visitor.open(path)


def press(visitor: Visitor, name: str) -> None:
    """Press the first visible link, button or choice that is called `name`."""
    roles = [visitor.page.get_by_role(role, name=name) for role in PRESSED]
    reduce(Locator.or_, roles).locator("visible=true").first.click()
    visitor.settled()


def press_beside(visitor: Visitor, name: str, beside: str) -> None:
    """Press the button called `name` in the smallest box that also says `beside`."""
    button = visitor.page.get_by_role("button", name=name, exact=True)
    box = visitor.page.get_by_test_id("stVerticalBlock").filter(has=button).filter(has_text=beside).last
    box.get_by_role("button", name=name, exact=True).click()
    visitor.settled()


def choose(visitor: Visitor, option: str, label: str) -> None:
    """Choose an option of the select box, or of the row of choices, that is called `label`, once the page is drawn."""
    visitor.settled()
    pick(visitor, option, label)
    visitor.settled()


def pick(visitor: Visitor, option: str, label: str) -> None:
    """Choose an option of what is called `label` at once, and wait for nothing."""
    box = visitor.page.get_by_role("combobox", name=label).locator("visible=true").first
    row = visitor.page.get_by_role("radiogroup", name=label).locator("visible=true").first
    expect(box.or_(row)).to_be_visible()
    if box.is_visible():
        box.click()
        if box.is_editable():  # of a long list only a part is drawn
            box.press_sequentially(option)
        visitor.page.get_by_role("option", name=option).first.click()
    else:
        row.get_by_text(option).first.click()


def enter(visitor: Visitor, text: str, label: str) -> None:
    """Type into the field that is called `label` and leave it."""
    field = visitor.page.get_by_role("textbox", name=label).first
    field.fill(text)
    field.blur()
    visitor.settled()


def _see(visitor: Visitor, text: str, *, patience_ms: int = 30_000) -> None:
    expect(visitor.page.get_by_text(text).locator("visible=true").first).to_be_visible(timeout=patience_ms)


def _wait(visitor: Visitor, text: str) -> None:
    _see(visitor, text, patience_ms=PATIENCE_MS)
    visitor.settled()


def move(visitor: Visitor, label: str) -> None:
    """Move the slider that is called `label` one step to the right."""
    visitor.page.get_by_role("slider", name=label).locator("visible=true").first.press("ArrowRight")
    visitor.settled()


def download(visitor: Visitor, name: str) -> Path:
    """Press the button called `name`; return the file that the browser was given, which holds something."""
    with visitor.page.expect_download() as started:
        visitor.page.get_by_role("button", name=name).locator("visible=true").first.click()
    path = started.value.path()
    assert path.stat().st_size > 0
    return path


VERBS: dict[str, Callable[..., object]] = {
    r"Open `(/\S*)`\.": _open,
    r"Press \*\*([^*]+)\*\*\.": press,
    r"Press \*\*(.+)\*\* beside \*\*(.+)\*\*\.": press_beside,
    r"Choose \*\*(.+)\*\* under \*\*(.+)\*\*\.": choose,
    r'Type "(.+)" into \*\*(.+)\*\*\.': enter,
    r"See \*\*(.+)\*\*\.": _see,
    r"Move \*\*(.+)\*\* one step\.": move,
    r"Download \*\*(.+)\*\*\.": download,
    r"Wait until you see \*\*(.+)\*\*\.": _wait,
}
