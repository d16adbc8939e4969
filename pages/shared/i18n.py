"""The reader's language: sentences, numbers, money, times.

`tr("English {x}", x=…)` is the only way a sentence reaches the screen. The English text is the key of the catalogue in
`pages/shared/locale`; `pages.shared.catalogue` keeps that catalogue in step with the code. A `Message` of the engine
is rendered by `tr_message`. Nothing here escapes Markdown; `md` does, for text that people or files wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from string import Formatter
from typing import Any

import streamlit as st

from engine.messages import Message
from pages.shared import catalogue, numbers

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
NEVER_GROUPED = {"port", "value", "seed", "version", "known"}
"""Places for numbers that are names rather than amounts: 8501 is a port, not 8,501."""

_forced: ContextVar[str | None] = ContextVar("language", default=None)


def language() -> str:
    """Return the language of this session: a key of LANGUAGES."""
    chosen = _forced.get() or st.session_state.get("lang") or browser_language()
    return chosen if chosen in LANGUAGES else "en"


def browser_language() -> str:
    """Return the language the browser asks for, else English."""
    locale = st.context.locale or ""
    return "zh_CN" if locale.lower().startswith("zh") else "en"


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Render in the language `code` inside the block, whatever the session chose."""
    token = _forced.set(code)
    try:
        yield
    finally:
        _forced.reset(token)


def tr(text: str, /, **values: Any) -> str:
    """Return `text` in the reader's language with its `{named}` places filled."""
    return render(text, values, language())


def trn(one: str, many: str, n: int, /, **values: Any) -> str:
    """Return `one` or `many` in the reader's language, by the number `n`, which fills the place `{n}`."""
    return tr(one if n == 1 else many, n=n, **values)


def tr_message(message: Message | str) -> str:
    """Return what the engine said, in the reader's language. Text that is no message is returned as it is."""
    if isinstance(message, str):
        return message
    return render(message.text, message.values, language())


def render(text: str, values: dict[str, Any], code: str) -> str:
    """Return the translation of `text` into `code`, filled with `values`; a broken one falls back to English."""
    translated = _messages(code).get(text) or text
    if not values:
        return translated
    filler = _Filler(code)
    try:
        return filler.vformat(translated, (), values)
    except (KeyError, IndexError, ValueError):
        return filler.vformat(text, (), values)


class _Filler(Formatter):
    """`str.format` with numbers as the language writes them and messages translated."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.name = ""

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        self.name = field_name
        return super().get_field(field_name, args, kwargs)

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Message):
            return render(value.text, value.values, self.code)
        if isinstance(value, int | float) and not isinstance(value, bool) and not format_spec:
            return str(value) if self.name in NEVER_GROUPED else numbers.number(value, code=self.code)
        return str(super().format_field(value, format_spec))


@lru_cache(maxsize=len(LANGUAGES))
def _messages(code: str) -> dict[str, str]:
    return {} if code == "en" else catalogue.load(code)


MARKDOWN = re.compile(r"([\\`*_\[\]$~<>|#:{}])")
LIST_START = re.compile(r"(?m)^(\s*)([-+]|\d+(?=\.))")


def md(text: object) -> str:
    """Return `text` so that Markdown shows it as it is."""
    escaped = MARKDOWN.sub(r"\\\1", str(text))
    return LIST_START.sub(lambda m: m[1] + (f"\\{m[2]}" if m[2] in "-+" else f"{m[2]}\\"), escaped)
