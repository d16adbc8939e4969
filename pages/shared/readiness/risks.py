"""The register of risks: what may go wrong, how likely, how bad, whose it is; the picture, and the forms."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.analytics.readiness_store import drop_risk, keep_risk, new_risk_id
from engine.economics.readiness.risks import DERIVED, IMPACTS, LEVELS, LIKELIHOODS, Risk
from engine.errors import BreakevenError
from engine.messages import Message
from pages.shared.charts import readiness as chart
from pages.shared.charts import style
from pages.shared.frame import show_error
from pages.shared.i18n import md, tr, tr_message, trn
from pages.shared.resources import settings

KEPT_NAME = "derived"


def section(scenario: str, found: tuple[Risk, ...]) -> None:
    """Draw the picture and the list, the gravest first, and what adds one."""
    answer = _title(found)
    st.subheader(md(answer), anchor=False)
    if found:
        wide, narrow = st.columns([3, 2], gap="large")
        with wide:
            for number, risk in enumerate(found, 1):
                _row(scenario, number, risk)
        with narrow:
            _picture(found, answer)
    else:
        st.caption(tr("Risks follow from measurements and answers, and you can add your own."))
    with st.popover(tr("Add a risk"), icon=":material/add:", key=f"risk-{scenario}-new"):
        _form(scenario, None)


def _title(found: tuple[Risk, ...]) -> str:
    grave = sum(r.severity >= chart.GRAVE for r in found)
    if not found:
        return tr("No risk is known yet")
    ownerless = sum(not r.owner for r in found)
    return tr(
        "{risks}, {grave} of them grave, {free} without an owner",
        risks=trn("{n} risk", "{n} risks", len(found)), grave=grave, free=ownerless,
    )  # fmt: skip


def _name(risk: Risk) -> str:
    return tr_message(risk.title)


def _picture(found: tuple[Risk, ...], answer: str) -> None:
    frame = pd.DataFrame(
        {"number": n, "likelihood": r.likelihood, "impact": r.impact, "title": _name(r)} for n, r in enumerate(found, 1)
    )
    key = ("risks", *frame.itertuples(index=False, name=None))
    likelihoods, impacts = ([tr_message(names[n]) for n in LEVELS] for names in (LIKELIHOODS, IMPACTS))
    table = pd.DataFrame({
        tr("Number"): frame["number"], tr("Risk"): frame["title"],
        tr("Likelihood"): [tr_message(LIKELIHOODS[r.likelihood]) for r in found],
        tr("Impact"): [tr_message(IMPACTS[r.impact]) for r in found],
        tr("Owner"): [r.owner for r in found], tr("Plan"): [r.plan for r in found],
    })  # fmt: skip
    style.draw(style.kept(key, lambda: chart.risks(frame, likelihoods, impacts)), answer, table, key="risks")


def _row(scenario: str, number: int, risk: Risk) -> None:
    color = "red" if risk.severity >= chart.GRAVE else "orange" if risk.severity >= chart.MIDDLE else "gray"
    notes = [
        tr(
            "{likelihood}, {impact}", likelihood=tr_message(LIKELIHOODS[risk.likelihood]),
            impact=tr_message(IMPACTS[risk.impact]),
        ),
        tr_message(risk.why) if risk.why else tr("added by you"),
        tr("owner: {owner}", owner=risk.owner) if risk.owner else tr("no owner"),
    ]  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        plan = f"  \n{md(risk.plan)}" if risk.plan else ""
        st.markdown(
            f":{color}-badge[{number}] **{md(_name(risk))}**  \n:small[{md(' · '.join(notes))}]{plan}", width="stretch"
        )
        with st.popover(tr("Edit"), icon=":material/edit:", type="tertiary", key=f"risk-{scenario}-{risk.id}"):
            _form(scenario, risk)


def _form(scenario: str, risk: Risk | None) -> None:
    derived = risk is not None and isinstance(risk.title, Message)
    place = f"risk-{scenario}-{risk.id if risk else 'new'}"
    with st.form(f"{place}-form", border=False, clear_on_submit=risk is None):
        title = ""
        if not derived:
            title = st.text_input(tr("What may go wrong"), _name(risk) if risk else "", key=f"{place}-title")
        likelihood = _level(tr("Likelihood"), LIKELIHOODS, risk.likelihood if risk else 3, f"{place}-likelihood")
        impact = _level(tr("Impact"), IMPACTS, risk.impact if risk else 3, f"{place}-impact")
        owner = st.text_input(tr("Owner"), risk.owner if risk else "", key=f"{place}-owner")
        plan = st.text_input(tr("What is done against it"), risk.plan if risk else "", key=f"{place}-plan")
        if st.form_submit_button(tr("Keep"), type="primary", key=f"{place}-keep"):
            risk_id = risk.id if risk else new_risk_id()
            _keep(scenario, risk_id, KEPT_NAME if derived else title, likelihood, impact, owner, plan)
    if risk is not None:
        label = tr("Back to what the evidence says") if risk.id in DERIVED else tr("Delete")
        st.button(
            label, key=f"{place}-drop", icon=":material/undo:" if risk.id in DERIVED else ":material/delete:",
            on_click=drop_risk, args=(settings(), scenario, risk.id),
        )  # fmt: skip


def _level(label: str, names: dict[int, Message], start: int, key: str) -> int:
    return st.select_slider(label, LEVELS, start, format_func=lambda n: tr_message(names[n]), key=key)


def _keep(scenario: str, risk_id: str, title: str, likelihood: int, impact: int, owner: str, plan: str) -> None:
    try:
        keep_risk(settings(), scenario, Risk(risk_id, title, likelihood, impact, owner.strip(), plan=plan.strip()))
    except BreakevenError as error:
        show_error(error)
        return
    st.rerun()
