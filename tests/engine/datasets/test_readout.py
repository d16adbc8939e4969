"""Read-outs of tests, as people export them."""

from __future__ import annotations

import io

import pytest

from engine.config import load_settings
from engine.datasets.raw import Raw, add_raw
from engine.datasets.readout import Arm, read_arms
from engine.errors import BadInput


def stored(text: str) -> Raw:
    return add_raw(io.BytesIO(text.encode()), "test.csv", load_settings())


def test_control_comes_first_whatever_the_order() -> None:
    arms = read_arms(stored("variant,visitors,conversions\nnew ranking,5000,160\ncontrol,5100,130\n"))
    assert arms == (Arm("control", 5100, 130), Arm("new ranking", 5000, 160))


def test_days_are_summed_and_chinese_names_known() -> None:
    arms = read_arms(stored("日期,组别,访客数,订单数\n1,A,100,3\n1,B,110,4\n2,A,200,5\n2,B,190,9\n"))
    assert arms == (Arm("A", 300, 8), Arm("B", 300, 13))


def test_more_rows_than_the_head_are_counted() -> None:
    rows = "".join(f"{day},{group},10,1\n" for day in range(300) for group in "AB")
    first, second = read_arms(stored("day,group,visitors,conversions\n" + rows))
    assert (first.visitors, second.conversions) == (3000, 300)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("group,visitors\nA,1\nB,2\n", "no column called conversions"),
        ("group,visitors,conversions\nA,many,1\nB,2,1\n", "Row 1 has visitors many"),
        ("group,visitors,conversions\nA,10,1.5\nB,2,1\n", "Row 1 has conversions 1.5"),
        ("group,visitors,conversions\nA,10,1\nB,2,1\nC,3,1\n", "has 3 groups"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        read_arms(stored(text))
