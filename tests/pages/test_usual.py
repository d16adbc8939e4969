"""The first choices of the pages are those that commands compute with: the Costs page, Decide and a plan agree."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.analytics.catalogue import catalogue_of
from engine.analytics.usual import usual_choices, usual_pricing, usual_question
from engine.config import load_settings
from engine.scenarios import SCENARIOS


def first_choices(task: str) -> None:
    """Draw every field about costs as a page without an address does; leave what they make in the session."""
    import streamlit as st

    from pages.shared import pricing
    from pages.shared.costs import chosen, inputs, work
    from pages.shared.resources import catalogue

    mine = catalogue()
    instance = inputs.machine(mine, [])
    region = inputs.electricity(mine, instance, [])
    operation = inputs.operation(inputs.predictions(), inputs.promise(), instance)
    st.session_state["found"] = chosen.choices(
        instance, region, operation, work.programme(), bought=inputs.hosted(mine, []), tokens=inputs.tokens(None),
        labels=work.labelling(task, mine, []), people=work.people(mine, []),
    )  # fmt: skip
    st.session_state["found-busy"] = pricing.busy_share()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_fields_nobody_touched_say_what_commands_take(workspace: Path, scenario: str) -> None:
    test = AppTest.from_function(first_choices, default_timeout=30, args=(SCENARIOS[scenario].task,)).run()
    assert not test.exception, test.exception
    usual = usual_pricing(load_settings())
    assert test.session_state["found"] == usual_choices(catalogue_of(load_settings()), usual, scenario)
    assert test.session_state["found-busy"] == usual.utilisation


def decide_fields(scenario: str) -> None:
    """Draw limits and weights as Decide does without an address."""
    import streamlit as st

    from pages.shared.costs import inputs
    from pages.shared.decide import choose

    st.session_state["found-limits"] = choose.limits(inputs.promise(), None)
    st.session_state["found-weights"] = choose.weights(scenario)


def test_limits_and_weights_nobody_touched_are_the_usual_ones(workspace: Path) -> None:
    test = AppTest.from_function(decide_fields, default_timeout=30, args=("finance_sentiment",)).run()
    assert not test.exception, test.exception
    usual = usual_question(load_settings(), "finance_sentiment")
    assert test.session_state["found-limits"] == usual.limits
    assert test.session_state["found-weights"] == usual.weights
