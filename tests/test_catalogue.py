"""Both languages say everything: nothing untranslated, nothing fuzzy, every place kept, no sentence outside `tr`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from pages.shared import catalogue

ROOT = Path(__file__).resolve().parent.parent
PO_FILES = sorted(catalogue.LOCALE.glob("*/LC_MESSAGES/messages.po"))
DRAWS = {
    "Page", "badge", "button", "caption", "chat_input", "checkbox", "date_input", "dialog", "download_button",
    "error", "expander", "feedback", "file_uploader", "form", "form_submit_button", "header", "info",
    "link_button", "markdown", "metric", "multiselect", "number_input", "page_link", "pills", "popover",
    "progress", "radio", "segmented_control", "select_slider", "selectbox", "slider", "spinner", "status",
    "subheader", "success", "tabs", "text", "text_area", "text_input", "title", "toast", "toggle", "warning",
    "write",
}  # fmt: skip
"""Streamlit's commands that show their first argument."""
SHOWN = {"label", "help", "title", "placeholder", "caption", "body", "text", "page_title"}
"""Keywords whose value is shown."""
NAMES = {"Breakeven", "Latin-1", "UTF-8", "ONNX", "JSON", "Markdown", "CSV", "Parquet"}
"""The same in every language."""


@pytest.fixture(params=PO_FILES, ids=lambda path: path.parent.parent.name)
def po(request: pytest.FixtureRequest) -> dict[str, str]:
    """Translations of one language: English → translation; nothing in it may be fuzzy."""
    catalog = catalogue.read(request.param)
    assert not [m.id for m in catalog if m.id and m.fuzzy]
    return {text: m.string for m in catalog if m.id for text in ([m.id] if isinstance(m.id, str) else m.id)}


def _messages() -> set[str]:
    return {text for _, message in catalogue.extract() for text in ([message] if isinstance(message, str) else message)}


def test_every_message_of_the_code_is_translated(po: dict[str, str]) -> None:
    missing = sorted(text for text in _messages() if not po.get(text))
    assert not missing, f"{len(missing)} without a translation; python -m pages.shared.catalogue update lists them"


def test_nothing_is_translated_that_nobody_says(po: dict[str, str]) -> None:
    assert not sorted(set(po) - _messages())


def test_a_translation_keeps_the_places_of_its_message(po: dict[str, str]) -> None:
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert not [text for text, translated in po.items() if translated and places(text) != places(translated)]


def test_chinese_is_typeset_as_chinese() -> None:
    """Full-width punctuation between Chinese characters."""
    po_file = catalogue.po_file("zh_CN")
    half_width = re.compile(r"[\u4e00-\u9fff][,;?!](?:\s|[\u4e00-\u9fff]|$)")
    assert not [m.string for m in catalogue.read(po_file) if m.id and half_width.search(str(m.string))]


def _bare(path: Path) -> Iterator[str]:
    """Yield every literal with words in it that a page hands to Streamlit."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DRAWS):
            continue
        owner = node.func.value
        if isinstance(owner, ast.Name) and owner.id in {"log", "logging"}:
            continue
        if node.func.attr in {"text", "title"} and not isinstance(owner, ast.Name):
            continue
        first = node.args[:1] if node.func.attr not in {"form", "Page"} else []
        for value in [*first, *(k.value for k in node.keywords if k.arg in SHOWN)]:
            pieces = value.values if isinstance(value, ast.JoinedStr) else [value]
            words = "".join(str(p.value) for p in pieces if isinstance(p, ast.Constant) and isinstance(p.value, str))
            plain = re.sub(r":[a-z_/]+[:\[]|-badge\[|<[^>]+>|https?://\S+|`[^`]*`", "", words)
            if re.search(r"[A-Za-z]{2,}", plain) and plain.strip() not in NAMES:
                yield f"{path.relative_to(ROOT)}:{node.lineno}: {words!r}"


@pytest.mark.parametrize("path", sorted((ROOT / "pages").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_sentence_reaches_streamlit_untranslated(path: Path) -> None:
    assert not list(_bare(path))
