"""What a reader chose stays chosen when the browser still sends the address from before."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def script() -> None:
    """A page with two choices, as a script of its own."""
    import streamlit as st

    from pages.shared import address, fields

    address.choice(st.selectbox, "Machine", {"a": "A", "b": "B", "c": "C"}, key="machine", fallback="a")
    fields.number("Load", key="n", fallback=1, low=0, high=9)
    fields.toggle("Exact", key="exact", fallback=False)
    st.button("Usual load", on_click=address.forget, args=("n",))
    st.json(address.query())


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_function(script).run()


def test_a_late_address_takes_nothing_back(page: AppTest) -> None:
    page.selectbox[0].select("b").run()
    page.query_params.clear()
    page.number_input[0].set_value(4).run()
    assert (page.selectbox[0].value, page.number_input[0].value) == ("b", 4)
    assert dict(page.query_params) == {"machine": "b", "n": "4"}
    page.query_params["machine"] = "b"
    page.query_params.pop("n")
    page.toggle[0].set_value(True).run()
    assert (page.number_input[0].value, page.toggle[0].value) == (4, True)
    assert page.json[0].value == '{"machine": "b", "n": "4", "exact": "1"}'


def test_every_value_before_is_late(page: AppTest) -> None:
    for option in "bca":
        page.selectbox[0].select(option).run()
    for late in "bc":
        page.query_params["machine"] = late
        page.run()
        assert page.selectbox[0].value == "a"


def test_what_was_taken_out_stays_out(page: AppTest) -> None:
    page.number_input[0].set_value(4).run()
    page.button[0].click().run()
    page.query_params["n"] = "4"
    page.run()
    assert page.number_input[0].value == 1
    assert "n" not in page.query_params


def test_an_address_nobody_wrote_here_is_followed(page: AppTest) -> None:
    page.selectbox[0].select("b").run()
    page.query_params["machine"] = "c"
    page.run()
    assert page.selectbox[0].value == "c"
    page.query_params.pop("machine")
    page.run()
    assert page.selectbox[0].value == "c"
