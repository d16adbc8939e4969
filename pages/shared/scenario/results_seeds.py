"""Recipes trained with several seeds: how far luck moves a result, and whether two recipes still differ."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from engine.tasks import Compared
from pages.shared import address, data, words
from pages.shared.frame import badge, say, strong
from pages.shared.i18n import md, tr, tr_message
from pages.shared.numbers import number

FEWEST = 2


def draw(report: dict[str, Any], runs: pd.DataFrame) -> None:
    """Draw the seeds of the run's group and the choice of a second group to test it against. Nothing without a group.

    `runs` are all runs of the scenario.
    """
    found = groups(runs, report["dataset"]["test_id"])
    mine = next((g for g, members in found.items() if report["run_id"] in set(members["run_id"])), "")
    if not mine:
        return
    strong(tr("With other seeds"))
    st.markdown(md(spread(found[mine])))
    others = {g: group_name(members) for g, members in found.items() if g != mine}
    if not others:
        st.caption(tr("Train another recipe with three seeds on the same data, and both can be compared without luck."))
        return
    names = {"": tr("Choose a recipe")} | others
    other = address.choice(st.selectbox, tr("Compare all seeds with"), names, key="seeds", fallback="")
    if other:
        verdict(found[mine], found[other])


def groups(runs: pd.DataFrame, test_id: str) -> dict[str, pd.DataFrame]:
    """Return the groups of runs that were trained with several seeds and judged on the test part, newest first."""
    same = runs[(runs["test_id"] == test_id) & (runs["group_id"].fillna("") != "")]
    found = {str(g): rows for g, rows in same.groupby("group_id") if len(rows) >= FEWEST}
    return dict(sorted(found.items(), reverse=True))


def group_name(members: pd.DataFrame) -> str:
    """Return recipe, number of seeds and the mean of the compared figure of a group."""
    first = members.iloc[0]
    metric = quality(members)
    return tr(
        "{recipe}, {n} seeds · {metric} {value} · {id}",
        recipe=words.recipe(str(first["recipe"]), str(first["scenario"])),
        n=len(members),
        metric=words.metric_name(metric),
        value=number(float(members[metric].mean()), 3),
        id=str(first["run_id"])[-4:],
    )


def spread(members: pd.DataFrame) -> str:
    """Return how far the seeds of a group lie apart, in words."""
    metric = quality(members)
    scores = members.sort_values("seed")[metric]
    return tr(
        "{n} seeds reach {metric} {scores}: between the luckiest and the unluckiest lie {gap}.",
        n=len(scores),
        metric=words.metric_name(metric),
        scores=", ".join(number(float(s), 3) for s in scores),
        gap=number(float(scores.max() - scores.min()), 3),
    )


def quality(members: pd.DataFrame) -> str:
    """Return the column of the figure that runs of this scenario are compared by."""
    return words.task(str(members["scenario"].iloc[0])).compared_by


def verdict(first: pd.DataFrame, second: pd.DataFrame) -> None:
    """Draw what the seeds of two groups say, in words and figures."""
    sides = tuple(tuple(str(r) for r in members["run_id"]) for members in (first, second))
    firsts = [{k: str(members[k].iloc[0]) for k in ("recipe", "scenario")} for members in (first, second)]
    names = tuple(words.recipe(one["recipe"], one["scenario"]) for one in firsts)
    if names[0] == names[1]:
        names = tuple(f"{n} · {side[0][-4:]}" for n, side in zip(names, sides, strict=True))
    found = test(sides[0], sides[1], names[0], names[1])
    icon = ":material/check_circle:" if found.real else ":material/drag_handle:"
    (st.success if found.real else st.info)(say(found.words), icon=icon)
    st.caption(say(found.details))
    badge("measured", tr_message(found.method))


@st.cache_data(show_spinner=False, max_entries=16)
def test(first: tuple[str, ...], second: tuple[str, ...], first_name: str, second_name: str) -> Compared:
    """Return the test of two groups of runs; `…_name` is what the sentence calls them."""
    sides = [[(data.report(r), data.attempt_file(r, "predictions.parquet")) for r in side] for side in (first, second)]
    task = words.task(sides[0][0][0]["scenario"])
    return task.compare_seeds(sides[0], sides[1], names=(first_name, second_name))
