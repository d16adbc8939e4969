"""The lists of the jobs page."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from engine.analytics import queries
from engine.jobs.progress import progress
from engine.jobs.runs import RunFolder
from pages.shared import data, job_view, live, run_actions, site, words
from pages.shared.frame import say
from pages.shared.i18n import md, tr, trn
from pages.shared.numbers import duration, moment

LOG_LINES = 40
SHOWN = 200


def any_open() -> bool:
    return bool(live.open_runs())


@st.fragment(run_every="1.5s")
def open_jobs() -> None:
    """Draw the jobs that run or wait, by themselves up to date. When one ends, the whole page runs again."""
    found = live.open_runs()
    before = st.session_state.get("jobs-open", len(found))
    st.session_state["jobs-open"] = len(found)
    if found:
        st.subheader(trn("{n} job runs or waits", "{n} jobs run or wait", len(found)), anchor=False)
    for run in found:
        job_view.draw(run, progress(run), curves=False)
    if len(found) < before:
        st.rerun()


def ended() -> pd.DataFrame:
    """Return the jobs that came to an end, newest first."""
    found = queries.jobs(data.index(), limit=SHOWN, trashed=bool(st.session_state.get("jobs-away")))
    return found[~found["state"].isin(["queued", "running"])]


def draw(jobs: pd.DataFrame) -> None:
    """Draw the ended jobs; a ticked one shows why it ended so, and its log."""
    failures = int((jobs["state"] == "failed").sum())
    title = trn("{n} job ended, {bad} of them badly", "{n} jobs ended, {bad} of them badly", len(jobs), bad=failures)
    st.subheader(title if failures else trn("{n} job ended well", "{n} jobs ended", len(jobs)), anchor=False)
    records = jobs.to_dict("records")
    shown = pd.DataFrame(
        {
            tr("Job"): [name(r) for r in records],
            tr("State"): [words.state(r["state"]) for r in records],
            tr("Queued"): [moment(r["created_at"]) for r in records],
            tr("Took"): [duration(r["seconds"]) for r in records],
            tr("Scenario"): [words.scenario(r["scenario"]) for r in records],
            tr("Id"): [str(r["run_id"]) for r in records],
        }
    )
    event = st.dataframe(
        shown,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="jobs-table",
        alt=tr("Jobs that ended, newest first"),
    )
    st.toggle(tr("Also what was put away"), key="jobs-away")
    for place in event.selection.rows:
        if place < len(records):  # a shorter list keeps the old tick for one turn
            details(data.run(str(records[place]["run_id"])))


def damaged() -> None:
    """Draw the run folders that cannot be read, each with its reason."""
    found = queries.damaged(data.index())
    if not found:
        return
    title = trn("{n} run cannot be read and is left out", "{n} runs cannot be read and are left out", len(found))
    with st.expander(title, icon=":material/folder_off:"):
        for run in found:
            st.markdown(f"`{run.run_id}`  \n{say(run.message)}")
        st.caption(tr("The folders stay where they are; nothing was deleted."))


def name(row: dict[Any, Any]) -> str:
    """Return what a job did."""
    if row["kind"] == "finetune":
        own = f"{row['label']} · " if row["label"] else ""
        part = "" if row["share"] == 1 else f" · {words.share_of_data(row['share'])}"
        return own + words.recipe(str(row["recipe"]), str(row["scenario"])) + part
    kinds = {
        "prepare": tr("Data: {name}", name=row["label"] or tr("a file")),
        "calibrate": tr("Timing this machine"),
        "bought": tr("Bought: {name}", name=row["label"]),
        "loadtest": tr("Load test of {name}", name=row["label"]),
    }
    return kinds.get(str(row["kind"]), str(row["kind"]))


def details(run: RunFolder) -> None:
    """Draw how one ended job ended, where its results are, and the end of its log."""
    now = progress(run)
    with st.container(border=True):
        st.markdown(f"**{md(job_view.job_name(run))}** · {md(words.state(now.state))} · {md(duration(now.seconds))}")
        if now.message is not None:
            (st.error if now.state == "failed" else st.info)(say(now.message))
        if now.state == "finished" and run.is_model:
            page = site.scenario_file(run.spec.scenario)
            with st.container(horizontal=True):
                site.link(page, tr("See the results"), icon=":material/analytics:", step="results", run=run.run_id)
                run_actions.menu(run)
        else:
            run_actions.away_button(run)
        log = run.attempts()[-1].log_file if run.attempts() else None
        if log is not None and log.exists() and (text := log.read_text("utf-8", "replace").strip()):
            with st.expander(tr("Log of the worker"), icon=":material/terminal:"):
                st.code("\n".join(text.splitlines()[-LOG_LINES:]), language=None, wrap_lines=True)
