"""The note in the side bar about jobs that run or wait; it refreshes itself."""

from __future__ import annotations

import streamlit as st

from engine.jobs.progress import progress
from engine.jobs.runs import RunFolder
from pages.shared import site, words
from pages.shared.frame import say
from pages.shared.i18n import md, tr, trn
from pages.shared.live import open_runs


@st.fragment(run_every="4s")
def running_jobs() -> None:
    """Draw the running job with its progress, how many wait, and the way to the queue. Nothing when all is quiet."""
    active = open_runs()
    open_now = {r.run_id for r in active}
    ended = st.session_state.get("jobs-seen", set()) - open_now
    st.session_state["jobs-seen"] = open_now
    if ended:  # what it left behind is news for the whole page
        st.rerun()
    running = [r for r in active if r.state == "running"]
    waiting = len(active) - len(running)
    for run in running[:2]:
        _bar(run)
    if waiting:
        st.caption(trn("{n} job waits", "{n} jobs wait", waiting))
    if active:
        site.link(site.JOBS, tr("See the queue"), icon=":material/list_alt:")


def _bar(run: RunFolder) -> None:
    from pages.shared.job_view import job_name  # with its charts, which a page without jobs need not load

    now = progress(run)
    name = words.recipe(run.spec.recipe, run.spec.scenario) if run.spec.kind == "finetune" else job_name(run)
    st.progress(now.fraction, text=f":small[**{md(name)}** · {say(now.phase)}]")
