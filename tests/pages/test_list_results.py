"""Results and lists of recommendation, run without a browser: against popularity, their worth, a list with rules."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from engine.config import load_settings
from engine.datasets.dataset import Dataset
from engine.datasets.interactions.open import read_items
from engine.datasets.store import add_raw
from engine.jobs.runs import RunFolder
from pages.shared.i18n import md, speaking
from pages.shared.lists import quality
from tests.pages import ranked
from tests.pages.test_pages import said

Open = Callable[..., AppTest]
PAGE = "recommendation"


def results(page: Open, run: RunFolder, **parameters: str) -> AppTest:
    return page(PAGE, step="results", lang="en", run=run.run_id, **parameters)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_results_are_against_popularity_and_say_what_they_are_worth(page: Open, stored: Dataset, language: str) -> None:
    run = ranked.finished_run(stored)
    test = page(PAGE, step="results", lang=language, run=run.run_id)
    assert not test.exception
    assert not test.error
    if language == "en":
        text = said(test)
        assert "judged once on a test part it had never seen" in text
        assert "popularity: nDCG@10" in text
        assert "of the catalogue; popularity shows" in text
        assert "It works least for people with" in text
        assert "extra conversions in 1,000 visits, if the assumptions hold" in text
        assert "assumed" in text


def test_popularity_is_the_bar_and_is_worth_nothing_beside_itself(page: Open, stored: Dataset) -> None:
    text = said(results(page, ranked.finished_run(stored, "popularity")))
    assert "This is popularity itself" in text
    assert "extra conversions" not in text


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_two_recommenders_are_compared_person_by_person(page: Open, stored: Dataset, language: str) -> None:
    popular, better = ranked.finished_run(stored, "popularity"), ranked.finished_run(stored)
    test = page(PAGE, step="results", lang=language, run=popular.run_id, **{"with": better.run_id})
    assert not test.error
    if language == "en":
        text = said(test)
        assert "the nDCG@10 of Item-item" in text
        assert "got a better list from the first" in text


def test_the_compare_page_tests_two_recommenders(page: Open, stored: Dataset) -> None:
    runs = ",".join(ranked.finished_run(stored, recipe).run_id for recipe in ("popularity", "item_item"))
    assert "the nDCG@10 of Item-item" in said(page("compare", lang="en", scenario=PAGE, runs=runs))


def test_runs_that_kept_no_lists_are_refused_in_words(page: Open, stored: Dataset) -> None:
    popular, better = ranked.finished_run(stored, "popularity"), ranked.finished_run(stored)
    assert better.published is not None
    file = better.published.folder / "predictions.parquet"
    pd.read_parquet(file).assign(part="validation").to_parquet(file)
    test = results(page, popular, **{"with": better.run_id})
    assert "asked about nobody in common" in test.error[0].value


def test_no_real_difference_is_said_in_words() -> None:
    interval = {"value": 0.01, "low": -0.01, "high": 0.03}
    block = {name: {"ndcg_at_10": interval} for name in ("metrics", "popularity", "against_popularity")}
    with speaking("en"):
        assert quality.against_words(block, "ndcg_at_10").startswith("No real difference from popularity")
        block["against_popularity"] = {"ndcg_at_10": interval | {"low": 0.001}}
        assert quality.against_words(block, "ndcg_at_10").startswith("Better than popularity")
        block["against_popularity"] = {"ndcg_at_10": {"value": -0.02, "low": -0.03, "high": -0.01}}
        assert quality.against_words(block, "ndcg_at_10").startswith("Worse than popularity")


def test_nothing_carried_over_is_worth_nothing(page: Open, stored: Dataset) -> None:
    test = results(page, ranked.finished_run(stored))
    test.slider(key="carried").set_value(0).run()
    assert "Worth 0.0 extra conversions in 1,000 visits" in said(test)


def test_a_read_out_takes_the_place_of_the_assumption(page: Open, stored: Dataset) -> None:
    run = ranked.finished_run(stored)
    file = b"group,visitors,conversions\ncontrol,5000,150\nnew,5000,210\n"
    raw = add_raw(io.BytesIO(file), "test.csv", load_settings())
    text = said(results(page, run, readout=raw.id))
    assert "The test found +12.0 extra conversions in 1,000 visits" in text
    assert "“control” is taken as the group without it, “new” as the one with it" in text
    assert "p = 0.0013" in text
    assert "if the assumptions hold" not in text
    same = add_raw(io.BytesIO(file.replace(b"210", b"152")), "test.csv", load_settings())
    assert "The test found no real difference" in said(results(page, run, readout=same.id))


def test_a_read_out_is_uploaded_and_taken_back(page: Open, stored: Dataset) -> None:
    test = results(page, ranked.finished_run(stored))
    uploader = next(u for u in test.file_uploader if u.label == "Read-out")
    uploader.upload("test.csv", b"group,visitors,conversions\ncontrol,5000,150\nnew,5000,210\n")
    test.run()
    assert "The test found +12.0" in said(test)
    next(b for b in test.button if b.label == "Go back to the assumption").click().run()
    assert "if the assumptions hold" in said(test)


def test_a_read_out_that_is_none_is_said_and_the_assumption_stays(page: Open, stored: Dataset) -> None:
    raw = add_raw(io.BytesIO(b"group,visitors\nA,1\nB,2\n"), "test.csv", load_settings())
    test = results(page, ranked.finished_run(stored), readout=raw.id)
    assert any("no column called conversions" in e.value for e in test.error)
    assert "if the assumptions hold" in said(test)


def test_the_planner_answers_in_visitors_and_days(page: Open, stored: Dataset) -> None:
    test = results(page, ranked.finished_run(stored))
    test.number_input(key="plan-base").set_value(4.0)
    test.number_input(key="plan-lift").set_value(25.0)
    test.number_input(key="plan-day").set_value(1000).run()
    assert "It takes 6,745 visitors a group, 13 days" in said(test)
    test.number_input(key="plan-base").set_value(60.0)
    test.number_input(key="plan-lift").set_value(100.0).run()
    assert not test.exception
    assert "No test can find more conversions than visits" in said(test)


def test_without_a_service_the_try_step_says_that_it_starts(page: Open, stored: Dataset) -> None:
    run = ranked.finished_run(stored)
    test = page(PAGE, step="try", lang="en", run=run.run_id)
    assert not test.exception
    assert "loads models in a process of its own" in said(test)
    assert "The history, newest first" in said(test)


def test_what_is_not_personal_needs_no_model_and_obeys_the_rules(page: Open, stored: Dataset) -> None:
    run = ranked.finished_run(stored)
    test = page(PAGE, step="try", lang="en", run=run.run_id, who="likes", likes="")
    test.toggle(key="personal").set_value(False).run()
    first = listed(test)
    assert len(first) == 10
    assert "taken " in said(test)
    test.multiselect(key="never").select(code_of(stored, first[0])).run()
    assert listed(test)[:9] == first[1:]
    test.slider(key="k").set_value(3).run()
    assert listed(test) == first[1:4]
    test.toggle(key="stock").set_value(True).run()
    test.text_area(key="stock-ids").set_value("\n".join(stored_ids(stored)[:2])).run()
    assert len(listed(test)) <= 2
    assert "2 of 400 items are in stock" in said(test)


def test_the_address_brings_back_a_person_and_what_is_liked(page: Open, stored: Dataset) -> None:
    run = ranked.finished_run(stored)
    names = read_items(stored).names
    test = page(PAGE, step="try", lang="en", run=run.run_id, who="likes", likes="3,5,nonsense,999999")
    assert sorted(test.multiselect(key="likes-ticked").value) == [3, 5]
    assert names[3] in said(test)
    assert "than usual" in said(test)
    test = page(PAGE, step="try", lang="en", run=run.run_id, who="person", person="7")
    assert test.selectbox(key="person").value == "7"


def test_the_line_that_calls_the_model_asks_with_item_ids(page: Open, stored: Dataset) -> None:
    test = results(page, ranked.finished_run(stored))
    body = json.loads(str(test.code[0].value).split("-d '")[1].rstrip("'\n"))
    (history,) = body["inputs"]
    assert history["name"] == "history"
    assert set(history["data"]) <= set(read_items(stored).ids.tolist())


def listed(test: AppTest) -> list[str]:
    """Return the titles of the list that is shown."""
    block = next(str(m.value) for m in test.markdown if str(m.value).startswith("1. **"))
    return re.findall(r"^\d+\. \*\*(.+?)\*\*", block, re.MULTILINE)


def stored_ids(dataset: Dataset) -> list[str]:
    return [str(i) for i in read_items(dataset).ids]


def code_of(dataset: Dataset, name: str) -> int:
    return [md(n) for n in read_items(dataset).names].index(name)


def test_a_list_that_is_not_personal_says_so_and_what_rules_leave(page: Open, stored: Dataset) -> None:
    run = ranked.finished_run(stored)
    test = page(PAGE, step="try", lang="en", run=run.run_id)
    test.toggle(key="personal").set_value(False).run()
    assert "Popular with everybody" in said(test)
    assert "the history only leaves out what is in it" in said(test)
    assert "The rules leave" not in said(test)
    test.toggle(key="stock").set_value(True).run()
    first = open_items(stored)[:3]
    test.text_area(key="stock-ids").set_value("\n".join(first)).run()
    assert not test.exception
    assert "The rules leave" in said(test)


def open_items(dataset: Dataset) -> list[str]:
    return [str(i) for i in read_items(dataset).ids]


def test_what_rules_change_is_visible_and_said(page: Open, stored: Dataset) -> None:
    test = page(PAGE, step="try", lang="en", run=ranked.finished_run(stored).run_id)
    test.toggle(key="personal").set_value(False).run()
    before = listed(test)
    assert "without the rules" not in said(test)
    test.multiselect(key="never").select(code_of(stored, before[0])).run()
    assert md(f"In the list without the rules: {before[0]}.") in said(test)
    test.multiselect(key="never").set_value([]).run()
    groups = read_items(stored).categories
    last = code_of(stored, before[9])
    test.multiselect(key="boost").select(last).run()
    test.slider(key="strength").set_value(1.0).run()
    assert listed(test)[0] == before[9]
    assert "lifted by the rules from place 10" in said(test)
    test.multiselect(key="boost").set_value([groups[last][0]]).run()
    assert all(groups[last][0] in groups[code_of(stored, name)] for name in listed(test))
    test.multiselect(key="boost").set_value([]).run()
    test.slider(key="diversity").set_value(1.0).run()
    assert len({groups[code_of(stored, name)] for name in listed(test)}) > len(
        {groups[code_of(stored, name)] for name in before}
    )


def test_what_a_training_takes_is_said_once_it_was_done_here(page: Open, stored: Dataset) -> None:
    where = {"step": "finetune", "lang": "en", "recipe": "sequence", "dataset": stored.id}
    assert "once this recipe was trained on this machine" in said(page("recommendation", **where))
    ranked.finished_run(stored, "sequence")
    test = page("recommendation", **where)
    assert re.search(r"Expected\\?: .+ on this machine; .+ if rented as", said(test))
    assert "once this recipe was trained on this machine" not in said(test)
