"""What runs now, and what happened lately: finished and failed runs, decisions; what is new since the last visit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import pandas as pd
import streamlit as st

from engine.analytics.decision_log import decisions
from engine.analytics.visits import note_visit
from engine.errors import BreakevenError
from engine.jobs.progress import progress
from pages.shared import data, job_view, live, site, words
from pages.shared.frame import empty, say
from pages.shared.i18n import md, tr, tr_message, trn
from pages.shared.numbers import ago, instant, moment
from pages.shared.resources import settings

SHOWN, RUNNING = 6, 2


@dataclass(frozen=True)
class Item:
    """Something that happened, and where it is to be seen."""

    at: datetime
    name: str
    detail: str
    page: Any
    icon: str
    parameters: Mapping[str, str]


def section(runs: pd.DataFrame) -> None:
    """Draw what runs and what happened, newest first; what is newer than the last visit says so."""
    since = note_visit(settings())
    items = sorted([*_finished(runs), *_failed(), *_decided()], key=lambda i: i.at, reverse=True)
    if not items:
        with empty(tr("What is new"), tr("Finished runs will be listed here, newest first."), ":material/history:"):
            site.link(site.JOBS, tr("See the queue"), icon=":material/list_alt:")
        return
    with st.container(border=True, height="stretch", key="news"):
        st.subheader(tr("What is new"), anchor=False)
        running()
        fresh = [i for i in items if since and i.at > instant(since)]
        if since:
            text = trn("{n} change since the last visit, {when}", "{n} changes since the last visit, {when}",
                       len(fresh), when=moment(since))  # fmt: skip
            st.caption(md(text))
        for item in items[:SHOWN]:
            _line(item, new=item in fresh)


@st.fragment(run_every="2s")
def running() -> None:
    """Draw the jobs that run with their progress, and how many wait."""
    found = live.open_runs()
    now = [r for r in found if r.state == "running"][:RUNNING]
    for run in now:
        told = progress(run)
        text = " · ".join(filter(None, (say(told.phase), md(job_view.position(told)))))
        st.progress(told.fraction, text=f":small[**{md(job_view.job_name(run))}** · {text}]")
    if waiting := len(found) - len(now):
        st.caption(trn("{n} job waits", "{n} jobs wait", waiting))


def _line(item: Item, *, new: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        site.link(item.page, item.name, icon=item.icon, **item.parameters)
        label = tr("new")
        mark = f" :blue-badge[{md(label)}]" if new else ""
        st.caption(md(f"{item.detail} · {ago(item.at)}") + mark)


def _finished(runs: pd.DataFrame) -> Iterator[Item]:
    for row in runs.tail(SHOWN).to_dict("records"):
        scenario = str(row["scenario"])
        yield Item(
            instant(row["finished_at"]), md(words.recipe(str(row["recipe"]), scenario)), words.answer(scenario, row),
            site.scenario_file(scenario), ":material/check:", {"step": "results", "run": str(row["run_id"])},
        )  # fmt: skip


def _failed() -> Iterator[Item]:
    for row in data.failures(SHOWN):
        name = words.recipe(row["recipe"], row["scenario"]) if row["recipe"] else str(row["label"] or row["kind"])
        yield Item(instant(row["ended_at"]), md(name), tr("failed"), site.JOBS, ":material/error:", {})


def _decided() -> Iterator[Item]:
    with suppress(BreakevenError):  # the Decide page says which file is spoilt
        for one in decisions(settings())[:SHOWN]:
            where = dict(parse_qsl(one.address)) or {"scenario": one.scenario}
            where.pop("lang", None)
            detail = f"{words.scenario(one.scenario)} · {tr_message(one.option)}"
            yield Item(instant(one.at), tr("Decided"), detail, site.DECIDE, ":material/gavel:", where)
