"""Buying, measured, on the Compare page: rows to send, answers that come in, what is refused, and what is deleted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

from engine.config import load_settings
from engine.datasets.dataset import Dataset
from engine.jobs.runs import RunFolder, all_runs
from tests.pages.test_pages import said

Open = Callable[..., AppTest]
Finish = Callable[..., RunFolder]


def answers(dataset: Dataset, right: float = 0.9) -> pd.DataFrame:
    rows = dataset.rows("test")
    wrong = np.random.default_rng(0).random(len(rows)) > right
    return pd.DataFrame({"row": rows["row"], "label": np.where(wrong, "neutral", rows["label"]), "latency_ms": 300})


def give(test: AppTest, table: pd.DataFrame) -> AppTest:
    upload = next(u for u in test.file_uploader if (u.key or "").startswith("bought-file"))
    upload.upload("vendor.csv", table.to_csv(index=False).encode())
    return test.run()


def kinds() -> list[str]:
    return [r.spec.kind for r in all_runs(load_settings().workspace.runs)]


def test_answers_are_previewed_stored_shown_as_bought_and_deleted(
    page: Open, finished: Finish, dataset: Dataset
) -> None:
    finished()
    test = give(page("compare", lang="en", x="serve"), answers(dataset))
    assert kinds() == ["finetune"]  # a preview stores nothing
    assert any("labels only" in c.value for c in test.caption)
    next(n for n in test.number_input if n.label.startswith("Price of 1,000")).set_value(0.4)
    test.button(key="bought-store").click().run()
    assert not test.exception
    assert sorted(kinds()) == ["bought", "finetune"]
    assert any("stands on the chart now" in s.value for s in test.success)
    table = test.dataframe[0].value
    assert len(table) == 2
    assert table["Run"].str.contains("vendor · Bought").any()
    assert "$0.40" in table["Cost per 1,000 predictions (US$)"].str.replace("\\\\", "").tolist()
    next(b for b in test.button if (b.key or "").startswith("bought-delete")).click().run()
    assert not test.exception
    assert kinds() == ["finetune"]


def test_what_is_wrong_is_said_and_nothing_is_stored(page: Open, finished: Finish, dataset: Dataset) -> None:
    finished()
    good = answers(dataset)
    unsure = good.drop(columns="label").assign(negative=0.5, neutral=0.4, positive=0.3)
    for wrong, words in (
        (good.iloc[3:], "have no answer, such as"),
        (good.assign(row=good["row"] + 100_000), "Row ids that are not in the test part"),
        (unsure, "sum to 1.2; they must sum to 1"),
        (good.assign(usd=-1), "give a number of 0 or more"),
    ):
        test = give(page("compare", lang="en"), wrong)
        assert any(words in e.value.replace("\\", "") for e in test.error), words
    assert kinds() == ["finetune"]
    assert not [b for b in test.button if b.key == "bought-store"]


def test_it_speaks_chinese(page: Open, finished: Finish, dataset: Dataset) -> None:
    finished()
    test = give(page("compare", lang="zh_CN"), answers(dataset).assign(label="great"))
    assert any("great" in e.value and "类别" in e.value for e in test.error)
    assert "测试部分" in said(test)
