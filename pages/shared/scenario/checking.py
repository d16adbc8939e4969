"""A file that is checked: its data card, the remedies, the mapping of labels, its licence, and storing it.

Every choice stands in the job that made the card, so that a reload loses nothing and each change is a new, quick job.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from engine.datasets.dataset import DataCard, Options
from engine.datasets.forms import form_of
from engine.jobs.queue import submit_prepare
from engine.jobs.runs import RunFolder
from engine.messages import Message
from engine.scenarios import Scenario
from pages.shared import address, data, job_view, site, words
from pages.shared.frame import say, strong
from pages.shared.i18n import md, tr
from pages.shared.resources import settings
from pages.shared.scenario import data_card, data_step, findings, problems
from pages.shared.scenario.parts import parts_of


def draw(scenario: Scenario, run_id: str) -> None:
    """Draw the check or the storing of a file: its progress, then what came of it."""
    run = data.run(run_id)
    if job_view.is_open(run_id):
        job_view.watch(run_id)
        return
    if run.state != "finished":
        failed(run)
        return
    report = run.report()
    if report.get("dataset_id"):
        address.forget("check")
        address.remember("dataset", report["dataset_id"])
        st.toast(tr("The data set is stored."), icon=":material/check_circle:")
        st.rerun()
    form = form_of(scenario.task)
    options = form.options.from_json(run.spec.dataset["options"])
    review(scenario, run, form.card.from_json(report["card"]), options)


def failed(run: RunFolder) -> None:
    """Draw why a check did not end well, and the way back."""
    events = run.attempts()[-1].events() if run.attempts() else []
    reason = events[-1].get("message", {}).get("message") if events else None
    if run.state == "cancelled":
        st.info(tr("The check was cancelled."), icon=":material/block:")
    else:
        st.error(say(Message.from_json(reason)) if reason else tr("The check failed."), icon=":material/error:")
    st.button(tr("Back to the file"), icon=":material/arrow_back:", on_click=back, args=(run,))


def back(run: RunFolder) -> None:
    address.forget("check")
    address.remember("raw", run.spec.dataset["raw_id"])


def review(scenario: Scenario, run: RunFolder, card: DataCard, options: Options) -> None:
    """Draw the card with problems first, what can be done about them, and the last questions before storing."""
    with st.container(horizontal=True, vertical_alignment="center"):
        title = findings.headline(card, options.name, words.rows(scenario.name))
        st.subheader(title, anchor=False, width="stretch")
        st.button(tr("Back to the file"), icon=":material/arrow_back:", on_click=back, args=(run,), type="tertiary")
    problems.draw(card, options, partial(again, scenario, run))
    data_card.figures(scenario, card)
    parts_of(scenario).adjust(scenario, run, card, options, again)
    store_form(scenario, run, card, options)


def again(scenario: Scenario, run: RunFolder, options: Options, *, store: bool = False) -> None:
    """Queue the check, or the storing, of the same file under other options, and open it."""
    queued = submit_prepare(settings(), run.spec.dataset["raw_id"], options, scenario.name, store=store)
    address.remember("check", queued.run_id)


def store_form(scenario: Scenario, run: RunFolder, card: DataCard, options: Options) -> None:
    """Draw name, licence and split, and the button that stores the data set."""
    strong(tr("Name and licence"))
    with st.form("store", border=True):
        left, right = st.columns(2)
        name = left.text_input(tr("What do you call this data?"), options.name, max_chars=80)
        licence = right.text_input(tr("Licence"), options.licence, placeholder=tr("For example CC BY 4.0, or: our own"))
        allowed: dict[str, Any] = {tr("I do not know"): None, tr("Yes"): True, tr("No"): False}
        answer = left.segmented_control(tr("May it be used commercially?"), list(allowed), default=tr("I do not know"))
        seed = right.number_input(
            tr("Seed of the split"),
            0,
            2**31 - 1,
            options.split_seed,
            help=tr("The same seed makes the same parts again."),
        )
        stored = st.form_submit_button(
            tr("Store the data set"), type="primary", icon=":material/save:", disabled=card.blocked
        )
    if card.blocked:
        st.caption(tr("Solve the problems marked in red first."))
    if stored:
        chosen = replace(
            options,
            name=name or options.name,
            licence=licence,
            commercial_use=allowed.get(answer or ""),
            split_seed=int(seed),
        )
        again(scenario, run, chosen, store=True)
        st.rerun()
    st.button(tr("Discard"), type="tertiary", on_click=data_step.leave, args=(scenario,))


def train_link(scenario: Scenario, dataset_id: str) -> None:
    """Draw the way on to fine-tuning with a stored data set."""
    page = site.scenario_file(scenario.name)
    site.link(page, md(tr("Fine-tune on this data")), icon=":material/tune:", step="finetune", dataset=dataset_id)
