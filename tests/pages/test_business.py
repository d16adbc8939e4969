"""The Business page without a browser: what it says with a run, with nothing, with a link, and with what cannot be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from engine.jobs.runs import RunFolder

Open = Callable[..., AppTest]
Finish = Callable[..., RunFolder]


def metric(test: AppTest, label: str) -> str:
    """Return what a figure shows."""
    return str(next(m for m in test.metric if m.label == label).value).replace("\\", "")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_an_empty_workspace_says_what_will_be_there(page: Open, language: str) -> None:
    test = page("business", lang=language)
    assert test.title[0].value
    assert not test.metric


def test_a_run_is_planned_for_sixty_months(page: Open, finished: Finish) -> None:
    finished()
    test = page("business", lang="en")
    assert "Breaks even in month" in test.header[0].value
    assert metric(test, "Lowest cash").startswith("$")
    assert not test.error
