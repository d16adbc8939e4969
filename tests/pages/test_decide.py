"""The Decide page without a browser: the recommendation, limits, weights, the log, the empty states."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from engine.analytics.asked import asked_again
from engine.analytics.database import index_for
from engine.analytics.deciding import answer, gather
from engine.analytics.decision_log import decisions
from engine.config import load_settings
from engine.datasets.dataset import Dataset
from engine.jobs.runs import RunFolder
from engine.reports.speech import ENGLISH
from engine.reports.stakeholder.build import document
from tests.pages.test_bought import answers, give
from tests.pages.test_costs import bring_in
from tests.pages.test_pages import said

Open = Callable[..., AppTest]
Finish = Callable[..., RunFolder]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_an_empty_workspace_offers_the_first_training(page: Open, language: str) -> None:
    test = page("decide", lang=language)
    assert test.title[0].value
    assert not test.error
    assert "### " in said(test)


def test_data_that_may_not_be_sold_is_to_be_trained_again_at_this_cost(page: Open, finished: Finish) -> None:
    finished("baseline", right=0.6, train_seconds=1)
    finished("probe", right=0.9)
    test = page("decide", lang="en")
    headline = test.header[0].value.replace("\\", "")
    assert headline.startswith("Quality is shown with Probe")
    assert "Train it again on licensed data before selling; that costs $" in headline
    assert any("does not allow commercial use" in w.value for w in test.warning)


def test_where_nobody_sells_the_best_is_recommended_with_its_reasons(page: Open, finished: Finish) -> None:
    finished("baseline", right=0.6, train_seconds=1)
    finished("probe", right=0.9)
    test = page("decide", lang="en", sold="0", wt="1")
    words = said(test)
    assert test.header[0].value.startswith("Use Probe")
    for part in ("Why", "What it costs", "What would change it", "What is not known"):
        assert f"**{part}**" in words
    assert "Of 2 options, the limits are held by 2; beaten in everything by no other" in words


def test_the_address_holds_limits_and_weights(page: Open, finished: Finish) -> None:
    finished("baseline", right=0.6, train_seconds=1)
    finished("probe", right=0.9)
    test = page("decide", lang="en", sold="0", wq="0", wt="10", wc="0", wl="0", wg="0", budget="90000", p95="50")
    assert test.select_slider(key="wt").value == 10
    assert test.header[0].value.startswith("Use Bag of words")
    test.select_slider(key="wq").set_value(10.0).run()
    assert test.query_params["wq"] == "10"
    moved = [i.value for i in test.info if "Weight of" in i.value]
    assert len(moved) == 1


def test_when_nothing_holds_the_nearest_limit_is_named_and_one_click_loosens_it(page: Open, finished: Finish) -> None:
    finished("probe", right=0.9)
    test = page("decide", lang="en", sold="0", p95="2")
    assert "no option holds the limits" in test.header[0].value
    assert "Latency p95 is 2.6 ms, 0.60 ms above the limit of 2.0 ms" in said(test).replace("\\", "")
    test.button(key="loosen").click().run()
    assert test.header[0].value.startswith("Use Probe")


def test_no_weight_at_all_is_one_sentence(page: Open, finished: Finish) -> None:
    finished()
    test = page("decide", lang="en", wq="0", wc="0", wl="0", wg="0", wt="0")
    assert any("Every weight is 0" in e.value for e in test.error)


def test_a_decision_is_recorded_and_compared_with_what_was_measured_later(page: Open, finished: Finish) -> None:
    run = finished("probe", right=0.9)
    test = page("decide", lang="en", sold="0")
    test.text_area(key="record-note").input("The board agreed.")
    next(b for b in test.button if b.label == "Record this decision").click().run()
    assert not test.exception
    (one,) = decisions(load_settings())
    assert one.run_id == run.run_id
    assert one.note == "The board agreed."
    expected = {e.name: e for e in one.expected}
    assert expected["latency"].value == 2.6
    test.selectbox(key=f"what-{one.id}").set_value("latency")
    test.number_input(key=f"value-{one.id}").set_value(9.0)
    next(b for b in test.button if b.label == "Add").click().run()
    assert not test.exception
    (one,) = decisions(load_settings())
    assert {e.name: e.outcome for e in one.expected}["latency"] == "worse"
    assert "worse than expected" in test.table[-1].value.to_string()


def test_bought_answers_are_an_option_where_everything_that_counts_is_known(
    page: Open, finished: Finish, dataset: Dataset
) -> None:
    finished("probe", right=0.5)
    compare = give(page("compare", lang="en"), answers(dataset, right=0.97))
    next(n for n in compare.number_input if n.label.startswith("Price of 1,000")).set_value(0.4)
    compare.button(key="bought-store").click().run()
    usual = page("decide", lang="en", sold="0", p95="1000")
    assert usual.header[0].value.startswith("Use Probe")
    left_out = usual.dataframe[-1].value
    assert left_out["Why it is out"].str.contains("Carbon per 1,000 predictions is not known").any()
    test = page("decide", lang="en", sold="0", p95="1000", wg="0", wc="0", wl="0")
    assert test.header[0].value.startswith("Use vendor")
    assert "it was answered on the test part alone" in said(test)


def test_a_figure_of_the_page_has_its_kind_and_the_options_their_reasons(page: Open, finished: Finish) -> None:
    finished("baseline", right=0.6, train_seconds=1)
    finished("probe", right=0.9)
    test = page("decide", lang="en", sold="0", lq="0.7")
    words = said(test)
    assert "measured" in words
    assert "projected" in words
    reason = test.dataframe[-1].value["Why it is out"].iloc[0]
    assert "below the limit of 0.700" in reason
    assert test.query_params["lq"] == "0.7"


def test_a_run_on_two_machines_is_two_options(page: Open, finished: Finish) -> None:
    finished("probe", right=0.9)
    other = "aws/us-east-1/m7i.large"
    test = page("decide", lang="en", sold="0", machines=f"{other},moon/base-1")
    options = list(next(d.value for d in test.dataframe if "Score" in d.value)["Option"])
    assert len(options) == 2
    assert {name.rpartition(" on ")[2] for name in options} == {"aws/us-east-1/c6i.xlarge", other}
    assert "moon/base-1 is not, or no longer, in the catalogue" in said(test).replace("\\", "")
    test.multiselect(key="machines").set_value([]).run()
    assert "machines" not in test.query_params
    assert len(next(d.value for d in test.dataframe if "Score" in d.value)) == 1


def test_the_business_case_brings_its_load_its_price_and_its_limits(page: Open, finished: Finish) -> None:
    finished("probe", right=0.9)
    test = page("decide", lang="en", sold="0", case="base", at="36")
    words = said(test).replace("\\", "")
    figures = {m.label: str(m.value).replace("\\", "") for m in test.metric}
    business = page("business", lang="en", at="36")
    shown = {m.label: str(m.value).replace("\\", "") for m in business.metric}
    assert figures["Break-even"] == shown["Breaks even"]
    assert figures["Gross margin"] == shown["Gross margin"]
    assert "In the case Base it breaks even in month 53; cash lasts 60 months." in words
    assert "75,849,587 predictions a month" in words
    assert "for 1,000 predictions in month 36" in words
    test.button(key="budget-of-the-case").click().run()
    assert float(test.query_params["budget"]) > 1_000
    test.number_input(key="leven").set_value(40).run()
    assert "no option holds the limits" in test.header[0].value
    assert "Break-even: month 53, later than month 40." in said(test).replace("\\", "")
    test.button(key="loosen").click().run()
    assert test.query_params["leven"] == "53"
    assert test.header[0].value.startswith("Use Probe")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ({"case": "gone"}, "There is no case gone here, or no longer; No case is used."),
        ({"case": "base", "price.team": "-5"}, "give 0 to"),
        ({"case": "base", "leven": "99"}, "The address says 99; give 0 to 60"),
        ({"case": "base", "launch": "60"}, "the case is asked for nothing yet"),
        ({"case": "base", **{f"spend.{c}": "0" for c in ("search", "ads", "social")}}, "wins none"),
    ],
)
def test_a_case_that_cannot_be_is_explained_and_the_rest_decides(
    page: Open, finished: Finish, address: dict[str, str], words: str
) -> None:
    finished("probe", right=0.9)
    test = page("decide", lang="en", sold="0", **address)
    told = "\n".join([said(test), *(w.value for w in test.warning)])
    assert words in told.replace("\\", "")
    assert test.header[0].value.startswith("Use Probe")


def test_a_vendor_chosen_on_costs_is_what_decide_its_report_and_its_log_know(
    page: Open, finished: Finish, dataset: Dataset, tmp_path: Path
) -> None:
    run = finished("probe", right=0.9)
    vendor = bring_in(dataset, tmp_path, "Acme", 0.4).run_id
    costs = page("costs", lang="en", run=run.run_id, hosted=vendor, n="50000", buy="0")
    carried = parameters(costs, "Decide with these costs")
    assert {"hosted": vendor, "n": "50000", "buy": "0", "scenario": "finance_sentiment"}.items() <= carried.items()
    test = page("decide", **carried, sold="0")
    assert test.selectbox(key="hosted").value == vendor
    assert not any("in the catalogue" in c.value for c in test.caption)
    assert any("Acme" in name for d in test.dataframe if "Option" in d.value for name in d.value["Option"])
    next(b for b in test.button if b.label == "Record this decision").click().run()
    (logged,) = decisions(load_settings())
    question = asked_again(load_settings(), logged.scenario, logged.asked)
    found = answer(gather(index_for(load_settings()), question), question)
    texts = document(found, ENGLISH, link="http://127.0.0.1/decide", date="2026-11-27").texts()
    assert "Building, beside buying the same answers of Acme" in texts
    assert any(t.startswith("Acme, $0.40 per 1,000, measured on ") for t in texts)
    assert found.costs[run.run_id].buy.per_1000.value == 0.4
    back = parameters(test, "See it on the Costs page")
    assert {"run": run.run_id, "hosted": vendor, "n": "50000"}.items() <= back.items()


def parameters(test: AppTest, label: str) -> dict[str, str]:
    """Return the parameters that a link of the page carries."""
    link = next(e.proto for e in test.get("page_link") if e.proto.label == label)
    return dict(parse_qsl(link.query_string))
