"""What being right is worth, on the Costs page: of one run, of every run and vendor, and of lists."""

from __future__ import annotations

from pathlib import Path

from engine.datasets.dataset import Dataset
from pages.shared.numbers import money
from tests.pages.ranked import finished_run
from tests.pages.test_costs import Finish, Open, bring_in, metric, no_number


def test_errors_at_their_price_make_it_pay_or_not(page: Open, finished: Finish) -> None:
    finished(right=0.85)
    assert any("It pays" in s.value for s in page("costs", lang="en").subheader)
    free = {
        f"err-{a}-{b}": "0" for a in ("negative", "neutral", "positive") for b in ("negative", "neutral", "positive")
    }
    test = page("costs", lang="en", **free)
    assert any("costs more than even a faultless model" in s.value for s in test.subheader)


def test_every_run_and_vendor_on_the_same_rows_stands_with_what_it_is_worth(
    page: Open, finished: Finish, dataset: Dataset, tmp_path: Path
) -> None:
    finished(right=0.85)
    bring_in(dataset, tmp_path, "Acme", 0.4)
    test = page("costs", lang="en", n="1000000", buy="0", build="0", retrain="0", tries="0")
    table = next(t.value for t in test.dataframe if "Left a month" in t.value)
    assert len(table) == 2
    (acme,) = [row for row in table.to_dict("records") if "Acme" in row["Run"]]
    assert (acme["Right answers"], acme["Errors per 1,000"]) == ("100.0%", "$0.00")
    assert acme["Running cost per 1,000"] == "$0.40"
    # 168 rows of the training part: 0.012 USD an answer, three answers a row, a tenth reviewed at 0.50 USD.
    assert metric(test, "The labels it learned from") == f"${168 * (3 * 0.012 + 0.1 * 0.5):.2f}"
    no_number(test)


def test_a_poor_recommendation_has_a_price(page: Open, stored: Dataset) -> None:
    run = finished_run(stored)
    more = run.report()["quality"]["against_popularity"]["hit_rate_at_10"]["value"]
    test = page("costs", lang="en", scenario="recommendation", **{"err-list": "2"})
    assert metric(test, "Saved per 1,000 decisions") == money(2000 * more, code="en")
    free = page("costs", lang="en", scenario="recommendation", **{"err-list": "0"})
    assert any("more than lists could save" in s.value for s in free.subheader)
    no_number(free)
