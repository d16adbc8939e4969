"""The Costs page without a browser: what it says with a run, with two, with nothing, and with what cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.analytics.own_facts import OwnFact, enter, own_facts
from engine.config import load_settings
from engine.datasets.answers import read_answers
from engine.datasets.dataset import Dataset
from engine.errors import BadInput
from engine.jobs.bought import delete_bought, store_bought
from engine.jobs.curve import curve_runs
from engine.jobs.runs import RunFolder
from tests.pages.test_pages import said

Open = Callable[..., AppTest]
Finish = Callable[..., RunFolder]


def metric(test: AppTest, label: str, place: int = 0) -> str:
    """Return what a figure shows; `place` counts those of the same name."""
    return str([m for m in test.metric if m.label == label][place].value).replace("\\", "")


def quantity(test: AppTest, name: str) -> str:
    """Return what the card of the load as it is now says."""
    return str(test.table[0].value.set_index("Quantity")["Value"][name]).replace("\\", "")


def with_facts(test: AppTest) -> AppTest:
    """Open the part of the page that has every fact and the forms for one's own."""
    test.session_state["facts"] = True
    return test.run()


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_an_empty_workspace_says_what_will_be_there(page: Open, language: str) -> None:
    test = page("costs", lang=language)
    assert test.title[0].value
    assert not test.error


def test_the_figures_are_those_of_a_hand(page: Open, finished: Finish) -> None:
    finished("probe", train_seconds=36.0)
    test = page(
        "costs", lang="en", n="2628000000", p95="200", day="flat", fewest="1", headroom="0", scaled="0",
        instance="aws/us-east-1/c6i.xlarge", build="0", buy="0", retrain="9", tries="0", failed="10", text="30",
    )  # fmt: skip
    # 1,000 a second of 2.5 ms in the mean, 2.0 at the median: 2.5 servers are busy, and a machine holds 2 of them.
    assert quantity(test, "Machines").startswith("2 · busy 62%")
    # M/M/4 with 2.5 busy on average: C = 0.31986, and the mean wait is C x 2.5 ms / (4 - 2.5).
    assert quantity(test, "Wait for a free one, busiest hour").startswith("0.53 ms on average")
    serving, training = 2 * 730 * 0.17, 10 * 0.01 * 0.17
    assert metric(test, "Build, a month") == f"${serving + training:.2f}"
    # (30 + 60) × 0.2 + 5 × 1.25 USD a million tokens, 2,628,000 thousands.
    assert metric(test, "Buy, a month") == f"${2_628_000 * (90 * 0.2 + 5 * 1.25) / 1000:,.0f}"
    assert "Building is cheaper" in test.header[0].value


def test_a_vendor_measured_on_the_same_rows_can_be_what_is_bought(
    page: Open, finished: Finish, dataset: Dataset, tmp_path: Path
) -> None:
    run = finished(right=0.85)
    stored = [bring_in(dataset, tmp_path, name, price) for name, price in (("Acme", 0.4), ("Freeware", None))]
    alone = {"lang": "en", "n": "1000000", "buy": "0", "build": "0"}
    test = page("costs", **alone, run=run.run_id, hosted=stored[0].run_id)
    assert metric(test, "Buy, a month") == "$400.00"
    assert stored[1].run_id not in test.selectbox(key="hosted").options
    assert any("Acme reaches Macro-F1 1.000, this run 0.8" in s.value for s in test.subheader)
    table = next(d.value for d in test.dataframe if "Who answers" in d.value).set_index("Who answers")
    assert str(table.loc["Acme", "Per 1,000"]).replace("\\", "") == "$0.40"
    # Six trainings of 8 s are next to nothing: two machines of 0.17 USD an hour are 248 USD, 0.62 million answers.
    assert str(table.loc["Acme", "Building pays"]).startswith("from 62")
    assert table.loc["Freeware", "Building pays"] == "no price was given"
    delete_bought(load_settings(), stored[0])
    test = page("costs", **alone, run=run.run_id, hosted=stored[0].run_id)
    assert any("not, or no longer, in the catalogue" in c.value for c in test.caption)


def bring_in(dataset: Dataset, folder: Path, name: str, price: float | None) -> RunFolder:
    """Store answers of a vendor that is always right."""
    path = folder / f"{name}.csv"
    dataset.rows("test")[["row", "label"]].to_csv(path, index=False)
    answers = read_answers(path, path.name, dataset)
    return store_bought(load_settings(), "finance_sentiment", dataset, answers, name=name, price=price)


def test_a_gpu_is_projected_from_the_share_of_the_peak_that_was_reached_here(page: Open, finished: Finish) -> None:
    finished(train_seconds=10.0)  # 1e12 FLOPs in 10 s, of a peak of 1e12 a second: a tenth
    words = said(page("costs", lang="en")).replace("\\", "")
    assert "Training here reached 100 GFLOP/s, 10% of what large matrix products do on this machine." in words


def test_three_sizes_of_the_load_and_every_figure_wears_its_kind(page: Open, finished: Finish) -> None:
    finished()
    test = page("costs", lang="en")
    words = said(test)
    assert all(title in words for title in ("Now", "At 10 times the load", "At 100 times the load"))
    assert len([m for m in test.metric if m.label == "Build, a month"]) == 3
    assert "projected" in words
    assert "assumed" in words


def test_a_change_says_what_moved_and_why(page: Open, finished: Finish) -> None:
    finished()
    test = page("costs", lang="en", n="1000000")
    assert not [i for i in test.info if "Building" in i.value]
    test.select_slider(key="n").set_value(2e6).run()
    moved = [i.value for i in test.info if "Building" in i.value]
    assert len(moved) == 1
    assert "1,000,000 → 2,000,000" in moved[0]
    assert test.query_params["n"] == "2000000"


def test_a_change_of_what_labels_and_errors_cost_says_what_moved(page: Open, finished: Finish) -> None:
    finished()
    test = page("costs", lang="en")

    def moved() -> str:
        (text,) = [i.value.replace("\\", "") for i in test.info if "Building" in i.value]
        return text

    test.number_input(key="look").set_value(1.5).run()
    assert moved().startswith("Price of a review: $0.50 → $1.50. Building unchanged")
    assert "A reviewed label +$0.10 (now $0.19)." in moved()
    test.number_input(key="answers").set_value(5).run()
    assert moved().startswith("Answers a row: 3 → 5.")
    test.number_input(key="review").set_value(20).run()
    assert moved().startswith("Rows reviewed: 10% → 20%.")
    test.number_input(key="err-negative-positive").set_value(0.0).run()
    assert moved().startswith("negative taken for positive: $")
    assert "Left per 1,000 decisions +$" in moved() or "Left per 1,000 decisions −$" in moved()


def test_machines_that_hardly_work_are_busy_less_than_the_least_share_shown(page: Open, finished: Finish) -> None:
    finished()
    assert "busy less than 0.1% of their time" in quantity(page("costs", lang="en", n="1000"), "Machines")


def test_two_runs_stand_side_by_side(page: Open, finished: Finish) -> None:
    first, second = finished("baseline", right=0.6, train_seconds=1), finished("probe", right=0.9)
    test = page("costs", lang="en", run=second.run_id, **{"with": first.run_id})
    assert test.selectbox(key="run").value == second.run_id
    table = next(t.value for t in test.table if len(t.value.columns) == 3)
    assert "Build, a month" in list(table["Quantity"])


@pytest.mark.parametrize(
    ("parameters", "explained"),
    [
        ({"n": "-5"}, "The address says -5"),
        ({"n": "nan"}, "The address says nan"),
        ({"p95": "soon"}, "The address says soon"),
        ({"instance": "aws/us-east-1/gone.large"}, "not, or no longer, in the catalogue"),
        ({"hosted": "gpt-1"}, "not, or no longer, in the catalogue"),
        ({"customers": "0"}, "The address says 0"),
        ({"region": "aws/moon"}, "not, or no longer, in the catalogue"),
        ({"growth": "-100"}, "The address says -100"),
        ({"headroom": "inf"}, "The address says inf"),
        ({"growth": "100", "months": "60", "n": "1e12"}, "The load without growth is used"),
        ({"failed": "100"}, "The address says 100"),
        ({"text": "0"}, "The address says 0"),
        ({"err-negative-positive": "-3"}, "The address says -3"),
    ],
)
def test_what_cannot_be_is_explained_at_its_field(
    page: Open, finished: Finish, parameters: dict[str, str], explained: str
) -> None:
    finished()
    test = page("costs", lang="en", **parameters)
    assert any(explained in c.value.replace("\\", "") for c in test.caption)
    assert test.header
    no_number(test)


def no_number(test: AppTest) -> None:
    """Fail when the page shows what is none."""
    assert not re.search(r"\b(nan|NaN|inf|None)\b|∞", re.sub("The address says \\S+", "", said(test)))
    assert not [m for m in test.metric if re.search("nan|inf|None|∞", str(m.value), re.IGNORECASE)]


@pytest.mark.parametrize(
    ("parameters", "explained"),
    [
        ({"p95": "1"}, "computing alone takes"),
        ({"n": "1000000000000"}, "nobody asks for more"),
        ({"n": "100000000000"}, "is 10,000,000,000,000; nobody asks for more"),
        ({"as-test": "0", "share-negative": "0", "share-neutral": "0", "share-positive": "0"}, "give at least one"),
    ],
)
def test_what_no_machine_can_do_is_one_sentence(
    page: Open, finished: Finish, parameters: dict[str, str], explained: str
) -> None:
    finished()
    test = page("costs", lang="en", **parameters)
    assert any(explained in e.value for e in (*test.error, *test.warning))
    no_number(test)


def test_where_no_salary_is_published_the_page_asks_and_counts_nobody(page: Open, finished: Finish) -> None:
    finished()
    test = page("costs", lang="en", country="CN")
    assert any("No salary of" in w.value for w in test.warning)
    row = "Machine Learning Engineer/CN/MI"
    enter(load_settings(), OwnFact("salary", row, (60000,), "An offer", "2026-11-01"))
    enter(load_settings(), OwnFact("employer", "CN", (1.4,), "The law", "2026-11-01"))
    with_facts(test)
    assert not [w for w in test.warning if "salary" in w.value]
    assert any("An offer" in c.value for c in test.caption)


def test_a_price_of_ones_own_is_used_and_taken_back(page: Open, finished: Finish) -> None:
    finished()
    before = metric(page("costs", lang="en"), "Build, a month")
    enter(load_settings(), OwnFact("instance", "aws/us-east-1/c6i.xlarge", (1.7,), "An offer", "2026-11-01"))
    test = page("costs", lang="en")
    assert metric(test, "Build, a month") != before
    with_facts(test).button(key="back-instance-aws/us-east-1/c6i.xlarge").click().run()
    assert metric(test, "Build, a month") == before
    assert own_facts(load_settings()) == {}


@pytest.mark.parametrize(("price", "said"), [(0.0, "0"), (-1.7, "-1.7")])
def test_a_price_that_cannot_be_is_refused_in_its_form(page: Open, finished: Finish, price: float, said: str) -> None:
    finished()
    test = with_facts(page("costs", lang="en"))
    place = "instance-aws/us-east-1/c6i.xlarge"
    test.number_input(key=f"own-{place}-instance-0").set_value(price)
    next(t for t in test.text_input if t.label == "Where it comes from").set_value("An offer")
    next(b for b in test.button if b.label == "Use this figure").click().run()
    assert any(f"is {said}; give a number above 0" in c.value.replace("\\", "") for c in test.caption)
    assert own_facts(load_settings()) == {}


def test_a_spoilt_file_of_own_figures_is_a_sentence() -> None:
    path = load_settings().workspace.home / "catalog.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("what,id,values,source,as_of\ninstance,x,many,y,z\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"catalog\.csv has a row that is no figure"):
        own_facts(load_settings())
    with pytest.raises(BadInput, match="has no source"):
        OwnFact("instance", "x", (1.0,), " ", "2026")


def test_parts_of_the_data_are_trained_on_from_the_page_and_cancelled(page: Open, finished: Finish) -> None:
    run = finished()
    test = page("costs", lang="en", run=run.run_id)
    assert any("there is 1 so far" in c.value for c in test.caption)
    test.button(key="curve").click().run()
    jobs = curve_runs(load_settings(), run)
    assert [j.spec.share for j in jobs] == [0.125, 0.25, 0.5]
    assert "2 more wait" in test.get("progress")[0].proto.text
    test.button(key="curve-cancel").click().run()
    assert {j.state for j in jobs} == {"cancelled"}
    assert not test.exception
    assert test.button(key="curve")


def test_a_curve_says_what_more_labels_bring_and_whether_they_pay(page: Open, finished: Finish) -> None:
    run = finished(right=0.85)
    for share, right in ((0.125, 0.7), (0.25, 0.76), (0.5, 0.81)):
        finished(right=right, group=run.run_id, share=share)
    test = page("costs", lang="en", run=run.run_id)
    assert any(s.value.startswith("Twice the labels: Macro-F1 of 0.8") for s in test.subheader)
    assert not [b for b in test.button if b.key == "curve"]
    assert "are repaid in" in said(test) or "never pays" in said(test)
    assert list(test.selectbox(key="run").options) == [test.selectbox(key="run").options[0]]
    assert len(page("compare", lang="en").dataframe[0].value) == 1
