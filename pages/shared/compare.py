"""Parts of the compare page: which runs compare, the picture in words, the table, opening and testing runs."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from engine.jobs.bought import RECIPE as BOUGHT
from pages.shared import address, site, words
from pages.shared.axes import Axis
from pages.shared.frame import strong
from pages.shared.i18n import md, tr
from pages.shared.numbers import moment
from pages.shared.scenario.results_compare import verdict

PAIR = 2


def test_part(points: pd.DataFrame) -> pd.DataFrame:
    """Return the runs of one test part: the only one, or the one the reader picks. Others do not compare."""
    newest_first = points.iloc[::-1]
    named = newest_first[["test_id", "dataset", "test_rows"]].drop_duplicates("test_id")
    parts = {str(r["test_id"]): _part_name(r) for r in named.to_dict("records")}
    chosen = next(iter(parts))
    if len(parts) > 1:
        chosen = address.choice(
            st.selectbox,
            tr("Judged on"),
            parts,
            key="test",
            fallback=chosen,
            help=tr("Runs compare only where they were judged on the very same rows."),
        )
    return points[points["test_id"] == chosen].copy()


def _part_name(row: dict[Any, Any]) -> str:
    return tr(
        "{data}, {rows} test rows ({id})", data=row["dataset"], rows=int(row["test_rows"]), id=str(row["test_id"])[:6]
    )


def picture_frame(points: pd.DataFrame, across: Axis, up: Axis, chosen: list[str]) -> pd.DataFrame:
    """Return what the trade-off chart draws: one row a run that has both quantities."""
    whole = points.dropna(subset=[across.column, up.column])
    made = whole[["run_id", "recipe", "scenario", "front"]].copy()
    for letter, axis in (("x", across), ("y", up)):
        made[letter] = whole[axis.column]
        made[f"{letter}_low"] = whole.get(f"{axis.column}_low", whole[axis.column])
        made[f"{letter}_high"] = whole.get(f"{axis.column}_high", whole[axis.column])
        made[f"{letter}_text"] = [axis.write(float(v)) for v in whole[axis.column]]
    made["name"] = names(whole)
    made["chosen"] = made["run_id"].isin(chosen)
    return made


def names(points: pd.DataFrame) -> list[str]:
    """Return what each run is called."""
    return [words.row_name(r) for r in points[["recipe", "scenario", "seed", "run_id", "label"]].to_dict("records")]


def title_words(points: pd.DataFrame, across: Axis, up: Axis) -> str:
    """Return the picture's answer in one sentence: the best upwards, and the best across."""
    needed = ["recipe", "scenario", "seed", "run_id", "label", *dict.fromkeys((across.column, up.column))]
    whole = points[needed].dropna().to_dict("records")
    if not whole:
        return tr("No run has both quantities")
    pick = {True: max, False: min}
    best_up = pick[up.more_is_better](whole, key=lambda r: r[up.column])
    best_across = pick[across.more_is_better](whole, key=lambda r: r[across.column])
    if best_up["run_id"] == best_across["run_id"]:
        return tr("{run} is best in both", run=words.row_name(best_up))
    return tr(
        "{best} reaches {high}; {other} needs only {low}",
        best=_short(best_up),
        high=up.write(float(best_up[up.column])),
        other=_short(best_across),
        low=across.write(float(best_across[across.column])),
    )


def _short(row: dict[Any, Any]) -> str:
    """Return what a title calls a run: its recipe, or the vendor it was bought from."""
    bought = row["recipe"] == BOUGHT and row["label"]
    return str(row["label"]) if bought else words.recipe(row["recipe"], row["scenario"])


def chosen_runs() -> list[str]:
    """Return the runs the URL names for the paired test, at most two."""
    return [r for r in address.recall("runs").split(",") if r][:PAIR]


def runs_table(points: pd.DataFrame, known: dict[str, Axis], selected: Any) -> None:
    """Draw the table of runs, from which two are chosen to test and any is opened, and its export."""
    quality = next(iter(known.values())).column
    table = points.sort_values(quality, ascending=False).reset_index(drop=True)
    shown = pd.DataFrame(
        {
            tr("Run"): names(table),
            tr("Finished"): [moment(t) for t in table["finished_at"]],
        }
        | {a.title: [a.write(float(v)) for v in table[a.column]] for a in known.values() if a.column in table}
    )
    strong(tr("All runs"))
    st.caption(tr("Tick two rows for a paired test, or tap a point to open its run."))
    event = st.dataframe(
        shown,
        hide_index=True,
        key="runs-table",
        on_select="rerun",
        selection_mode="multi-row",
        alt=tr("All runs with every quantity"),
    )
    ticked = [str(table["run_id"][i]) for i in event.selection.rows]
    st.download_button(
        tr("Download as CSV"), partial(as_csv, table), "breakeven-runs.csv", "text/csv", icon=":material/download:"
    )
    touched = [
        str(p["customdata"][0]) for p in (selected or {}).get("selection", {}).get("points", []) if "customdata" in p
    ]
    _act_on(ticked or touched or chosen_runs(), points)


def as_csv(table: pd.DataFrame) -> bytes:
    """Return the runs as CSV that a spreadsheet opens in every language."""
    return table.to_csv(index=False).encode("utf-8-sig")


def _act_on(picked: list[str], points: pd.DataFrame) -> None:
    """Draw what can be done with the runs that were picked."""
    rows = {str(r["run_id"]): r for r in points[points["run_id"].isin(picked)].to_dict("records")}
    picked = [p for p in picked if p in rows][:PAIR]
    if not picked:
        return
    with st.container(border=True):
        with st.container(horizontal=True):
            for run_id in (p for p in picked if rows[p]["kind"] == "finetune"):
                page = site.scenario_file(str(rows[run_id]["scenario"]))
                site.link(
                    page,
                    tr("Open {run}", run=md(words.row_name(rows[run_id]))),
                    icon=":material/analytics:",
                    step="results",
                    run=run_id,
                )
        if len(picked) == PAIR:
            address.remember("runs", ",".join(picked))
            verdict(*picked)
