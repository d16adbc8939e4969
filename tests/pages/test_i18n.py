"""Words, numbers and Markdown as the reader's language has them."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from engine.messages import Message
from pages.shared import catalogue, numbers
from pages.shared.i18n import md, render, speaking, tr, tr_message, trn

PAGES = Path(catalogue.ROOT / "pages")


def test_a_message_is_rendered_in_the_language_with_its_inner_message() -> None:
    message = Message("{kind} from {minimum} to {maximum}", kind=Message("a number"), minimum=0.5, maximum=12000)
    with speaking("en"):
        assert tr_message(message) == "a number from 0.5 to 12,000"
    with speaking("zh_CN"):
        assert tr_message(message) == "0.5 到 12,000 的数值"


def test_a_port_is_a_name_and_not_an_amount() -> None:
    text = "{name} is {value}; give a port from 1 to 65535."
    assert render(text, {"name": "port", "value": 99999}, "en").startswith("port is 99999;")


def test_a_translation_that_lost_a_place_falls_back_to_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.shared.i18n._messages", lambda code: {"{n} rows": "{m} 行"})
    assert render("{n} rows", {"n": 3}, "zh_CN") == "3 rows"


def test_one_and_many() -> None:
    with speaking("en"):
        assert trn("{n} job waits", "{n} jobs wait", 1) == "1 job waits"
        assert trn("{n} job waits", "{n} jobs wait", 2) == "2 jobs wait"


def test_words_that_nobody_translated_stay_english() -> None:
    with speaking("zh_CN"):
        assert tr("Nobody translated this sentence.") == "Nobody translated this sentence."


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0, "$0.00", "US$0.00"),
        (1234.6, "$1,235", "US$1,235"),
        (0.0000791, "$0.000079", "US$0.000079"),
        (2.5, "$2.50", "US$2.50"),
        (-89.21, "−$89.21", "−US$89.21"),
    ],
)
def test_money(value: float, english: str, chinese: str) -> None:
    assert numbers.money(value, code="en") == english
    assert numbers.money(value, code="zh_CN") == chinese


def test_a_slip_of_the_keyboard_is_still_a_number() -> None:
    assert numbers.number(2.0**100, code="en") == "1.27E30"
    assert numbers.money(-(2.0**100), code="zh_CN") == "−US$1.27E30"
    assert numbers.percent(2.0**100, code="en") == "1.27E32%"


def test_numbers_that_are_not_there_are_a_dash() -> None:
    with speaking("en"):
        missing = (numbers.number, numbers.percent, numbers.money, numbers.duration, numbers.size, numbers.carbon)
        assert {write(None) for write in missing} == {numbers.DASH}
        assert numbers.number(float("nan")) == numbers.DASH


@pytest.mark.parametrize(
    ("seconds", "english"), [(0.02, "20 ms"), (4.2, "4.2 s"), (59.9, "60 s"), (150, "2 min 30 s"), (4000, "1 h 6 min")]
)
def test_durations(seconds: float, english: str) -> None:
    with speaking("en"):
        assert numbers.duration(seconds) == english


def test_a_time_without_a_zone_is_utc() -> None:
    naive, aware = datetime(2026, 11, 22, 3, 0), datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    assert numbers.moment(naive, code="zh_CN") == numbers.moment(aware, code="zh_CN") == "11月22日 03:00"


def test_what_people_write_is_shown_as_it_is() -> None:
    assert md("5 * 3 [x](y) :red[z] $a$ # 1") == r"5 \* 3 \[x\](y) \:red\[z\] \$a\$ \# 1"
    assert md("1. first\n- second") == "1\\. first\n\\- second"


@cache
def extracted() -> frozenset[str]:
    return frozenset(t for _, found in catalogue.extract() for t in ([found] if isinstance(found, str) else found))


@pytest.mark.parametrize("path", sorted(PAGES.rglob("*.py")), ids=lambda p: str(p.relative_to(PAGES)))
def test_every_call_of_tr_is_seen_by_the_extraction(path: Path) -> None:
    """A literal inside an f-string is not seen, and would stay English for ever."""
    seen = extracted()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"tr", "trn"}:
            texts = [a.value for a in node.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            assert set(texts) <= seen, f"{path.name}:{node.lineno} {texts}"
