"""Pages, run without a browser: what each says with results, without, and when something is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from engine.config import load_settings
from engine.datasets.dataset import Dataset
from engine.jobs.runs import RunFolder, all_runs
from engine.serving.keys import add_key

Open = Callable[..., AppTest]
Finish = Callable[..., RunFolder]
PAGES = ("overview", "finance_sentiment", "compare", "business", "readiness", "serving", "jobs", "settings")
STEPS = ("try", "data", "finetune", "results")


def said(test: AppTest) -> str:
    """Return everything the page says in words."""
    elements = (*test.title, *test.header, *test.subheader, *test.markdown, *test.caption, *test.info, *test.error)
    return "\n".join(str(e.value) for e in (*elements, *test.warning, *test.success))


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_draws_in_an_empty_workspace(page: Open, name: str, language: str) -> None:
    test = page(name, lang=language)
    assert len(test.title) == 1
    assert test.title[0].value
    assert not test.error


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("step", STEPS)
def test_every_step_draws_with_results(page: Open, finished: Finish, step: str, language: str) -> None:
    finished()
    test = page("finance_sentiment", step=step, lang=language)
    assert not test.exception
    assert len(said(test)) > 40


def test_the_answer_comes_first_and_wears_its_kind(page: Open, finished: Finish) -> None:
    finished("probe", right=0.85)
    test = page("finance_sentiment", step="results", lang="en")
    assert "of 100 right" in test.header[0].value
    assert "measured" in said(test)
    assert "projected" in said(test)


def test_the_baseline_is_named_beside_a_neural_model(page: Open, finished: Finish) -> None:
    finished("baseline", right=0.7, train_seconds=1)
    finished("probe", right=0.85)
    assert "Bag of words, the simplest recipe" in said(page("finance_sentiment", step="results", lang="en"))


def test_the_address_names_the_run_and_a_second_one_to_test_against(page: Open, finished: Finish) -> None:
    first, second = finished("baseline", right=0.6, train_seconds=1), finished("probe", right=0.9)
    test = page("finance_sentiment", step="results", lang="en", run=second.run_id, **{"with": first.run_id})
    assert test.selectbox(key="run").value == second.run_id
    assert any("is better" in e.value for e in test.success)


def test_compare_says_which_is_best(page: Open, finished: Finish) -> None:
    finished("baseline", right=0.6, train_seconds=1)
    finished("probe", right=0.9)
    assert any("Probe" in e.value for e in page("compare", lang="en").subheader)


def test_the_licence_of_the_data_is_said_where_its_results_are(page: Open, finished: Finish) -> None:
    finished()
    test = page("finance_sentiment", step="results", lang="en")
    assert any("does not allow commercial use" in w.value for w in test.warning)


def test_start_queues_a_run_of_the_chosen_recipe(page: Open, dataset: Dataset) -> None:
    test = page("finance_sentiment", step="finetune", lang="en", recipe="baseline")
    test.button(key="start").click().run()
    assert not test.exception
    assert "Bag of words" in said(test)
    assert any("queue" in p.text for p in test.progress)


def test_a_neural_recipe_brings_the_simplest_along_once(page: Open, dataset: Dataset) -> None:
    for _ in range(2):
        test = page("finance_sentiment", step="finetune", lang="en", recipe="probe", dataset=dataset.id)
        test.button(key="start").click().run()
        assert not test.exception
    queued = sorted(run.spec.recipe for run in all_runs(load_settings().workspace.runs))
    assert queued == ["baseline", "probe", "probe"]


def test_a_job_that_waits_can_be_cancelled(page: Open, dataset: Dataset) -> None:
    test = page("finance_sentiment", step="finetune", lang="en", recipe="baseline")
    test.button(key="start").click().run()
    cancel = next(b for b in test.button if str(b.key).startswith("cancel-"))
    cancel.click().run()
    assert not [b for b in test.button if str(b.key).startswith("cancel-")]


def test_an_upload_shows_its_columns_before_anything_is_prepared(page: Open) -> None:
    test = page("finance_sentiment", step="data", lang="en")
    rows = "".join(f"Sales rose by {i} percent in the quarter,{'up' if i % 2 else 'down'}\n" for i in range(40))
    test.file_uploader[0].upload("own.csv", ("sentence,mood\n" + rows).encode())
    test.run()
    assert not test.exception
    assert test.selectbox(key="text").value == "sentence"
    assert test.selectbox(key="label").value == "mood"


def test_a_file_without_labels_is_told_so_and_cannot_be_checked(page: Open) -> None:
    test = page("finance_sentiment", step="data", lang="en")
    test.file_uploader[0].upload("own.csv", b"sentence\n" + b"".join(b"Sales rose in year %d\n" % i for i in range(40)))
    test.run()
    assert not test.exception
    assert "one column alone, sentence" in test.warning[0].value
    assert next(b for b in test.button if b.label == "Check the data").disabled


@pytest.mark.parametrize(("language", "own_words"), [("en", False), ("zh_CN", True)])
def test_the_place_for_a_file_speaks_the_readers_language(page: Open, language: str, own_words: bool) -> None:
    test = page("finance_sentiment", step="data", lang=language)
    styles = [h.proto.body for h in test.get("html")]
    assert any("CSV, TSV, TXT, PARQUET" in s for s in styles) is own_words


def test_the_classes_are_read_with_their_intervals(page: Open, finished: Finish) -> None:
    finished("probe", right=0.85)
    test = page("finance_sentiment", step="results", lang="en")
    table = next(t.value for t in test.dataframe if "AUC, one against the rest" in t.value.columns)
    assert table["F1"].str.fullmatch(r"0\.\d{3} \(0\.\d{3} to [01]\.\d{3}\)").all()


def test_a_file_that_is_no_table_gets_one_sentence(page: Open) -> None:
    test = page("finance_sentiment", step="data", lang="en")
    test.file_uploader[0].upload("own.csv", b"%PDF-1.7 not a table")
    test.run()
    assert not test.exception
    assert len(test.error) == 1
    assert "PDF" in test.error[0].value


def test_a_run_that_is_not_there_is_said_in_the_readers_language(page: Open) -> None:
    test = page("finance_sentiment", step="data", lang="zh_CN", check="01ZZZZZZZZZZZZZZZZZZZZZZZZ")
    assert len(test.error) == 1
    assert "没有训练" in test.error[0].value


def test_a_run_is_named_put_away_and_had_back(page: Open, finished: Finish) -> None:
    kept, run = finished("baseline", right=0.6, train_seconds=1), finished("probe", right=0.9)
    test = page("finance_sentiment", step="results", lang="en", run=run.run_id)
    test.text_input(key=f"name-{run.run_id}").input("The good one").run()
    assert run.label == "The good one"
    assert "The good one" in test.selectbox(key="run").format_func(run.run_id)
    test.button(key=f"away-{run.run_id}").click().run()
    assert run.trashed
    assert test.selectbox(key="run").value == kept.run_id
    test.button(key="undo-away").click().run()
    assert RunFolder(run.folder).trashed is False
    assert len(test.selectbox(key="run").options) == 2


def test_recipes_compare_over_their_seeds(page: Open, finished: Finish) -> None:
    weak = [finished("baseline", right=0.6, seed=i, group="A", train_seconds=1) for i in range(3)]
    strong = [finished("probe", right=0.9, seed=i, group="B") for i in range(3)]
    test = page("finance_sentiment", step="results", lang="en", run=strong[0].run_id)
    assert "3 seeds reach" in said(test)
    test.selectbox(key="seeds").select("A").run()
    assert any("over 3 seeds" in e.value for e in test.success)
    assert not page("finance_sentiment", step="results", lang="en", run=weak[0].run_id).exception


def test_a_deleted_data_set_can_be_had_back(page: Open, dataset: Dataset) -> None:
    test = page("finance_sentiment", step="data", lang="en")
    test.button(key="delete-dataset").click().run()
    test.button(key="delete-confirmed").click().run()
    assert "No data set yet" in said(test)
    test.button(key=f"back-{dataset.id}").click().run()
    assert test.selectbox(key="dataset").value == dataset.id


def test_a_folder_that_cannot_be_read_is_said_on_the_jobs_page(page: Open, finished: Finish) -> None:
    (finished().folder / "spec.json").write_text("{", encoding="utf-8")
    test = page("jobs", lang="en")
    assert any("cannot be read" in e.label for e in test.expander)


def test_the_command_that_asks_a_run_is_that_of_the_serving_page_with_a_key_where_one_is_asked_for(
    page: Open, finished: Finish
) -> None:
    run = finished("probe", right=0.9)
    (command,) = (c.value for c in page("finance_sentiment", step="results", lang="en").code if "curl" in c.value)
    assert f"/v2/models/{run.run_id}/infer" in command
    assert "Authorization" not in command
    add_key(load_settings(), "shop", by="me")
    test = page("finance_sentiment", step="results", lang="en")
    (command,) = (c.value for c in test.code if "curl" in c.value)
    assert "Authorization: Bearer YOUR_KEY" in command
    assert "Put an API key in the place of YOUR_KEY" in said(test)
