"""The rules that apply, taken into the case: their cost over their months, and the launch that waits for them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import streamlit as st

from engine.analytics.readiness import rules_of
from engine.economics.business.link import rows_text
from engine.economics.business.obligations import Obligation, waits
from engine.economics.figure import Source
from engine.economics.readiness.planned import lacks, obligation, planned
from engine.economics.readiness.rules import Compliance, Met, Own
from engine.economics.regulations import NOT_ADVICE, Span, regulation
from engine.errors import BreakevenError
from pages.shared import site
from pages.shared.business.case import Open
from pages.shared.business.fields import explain, put, spread_words
from pages.shared.frame import badge, say, show_error
from pages.shared.i18n import md, tr, tr_message, trn
from pages.shared.readiness import figures, known
from pages.shared.readiness.rules import cost_words, months_words
from pages.shared.resources import settings


def section(opened: Open, scenario: str, dataset_id: str) -> None:
    """Draw the rules that apply by what was answered, and which of them are in the case."""
    try:
        found = rules_of(settings(), scenario, known.data_of(dataset_id))
    except BreakevenError as error:
        show_error(error)
        return
    with st.expander(md(_title(opened, found)), icon=":material/gavel:", key="rules-of-the-case"):
        explain(opened, "rules")
        st.caption(say(NOT_ADVICE))
        taken = {o.rule: o for o in opened.case.rules}
        by_id = {m.rule.id: m for m in found.met}
        for met in found.applying:
            _rule(opened, met, taken.get(met.rule.id))
        for one in (o for o in taken.values() if by_id[o.rule] not in found.applying):
            _rule(opened, by_id[one.rule], one)
        if held := waits(opened.case):
            st.markdown(say(held))
        _all(opened, found)
        if found.having("open") or not found.applying:
            site.link(site.READINESS, tr("Answer where it is sold and what it does"), icon=":material/radar:",
                      scenario=scenario)  # fmt: skip


def _title(opened: Open, found: Compliance) -> str:
    applying = len(found.applying)
    apply = trn("{n} rule applies", "{n} rules apply", applying) if applying else tr("No rule of the list applies")
    open_ = len(found.having("open"))
    text = tr("{rules}, {open} more may", rules=apply, open=open_) if open_ else apply
    return tr("{rules}; {taken} in this plan", rules=text, taken=len(opened.case.rules))


def _rule(opened: Open, met: Met, one: Obligation | None) -> None:
    """Draw one rule: what it costs and takes, what takes it in or leaves it out, and the form for other figures."""
    others = [o for o in opened.case.rules if o.rule != met.rule.id]
    place = f"planned-{met.rule.id}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(_words(met, one), width="stretch")
        if one or met.cost or met.months:  # what nobody knows is of no kind
            badge("assumed" if one or met.own else "projected", _origin(met, one))
        if one:
            st.button(tr("Leave out"), key=f"{place}-out", icon=":material/remove:", type="tertiary", on_click=_put,
                      args=(others, opened))  # fmt: skip
        elif not lacks(met):
            st.button(tr("Take in"), key=f"{place}-in", icon=":material/add:", type="tertiary", on_click=_put,
                      args=([*opened.case.rules, obligation(met)], opened))  # fmt: skip
        label = tr("Other figures") if one or not lacks(met) else tr("Enter what it costs and takes")
        icon = ":material/edit_note:" if one or not lacks(met) else ":material/help:"
        # Drawn when it is opened: a page with a dozen forms that nobody sees would answer a slider late.
        with st.popover(label, icon=icon, type="tertiary", key=place, on_change="rerun") as form:
            if form.open:
                _form(opened, met, one, others)


def _words(met: Met, one: Obligation | None) -> str:
    name = f"**{md(tr_message(met.rule.title))}** ({met.rule.jurisdiction})"
    cost, months = (spread_words("", one.usd), spread_words("", one.months)) if one else ("", "")
    if not one:
        cost, months = cost_words(met), months_words(met)
    else:
        cost = tr("{amount} US$", amount=cost)
    notes = [
        tr("in this plan") if one else tr("not in this plan"),
        tr("cost: {cost}", cost=cost), tr("months: {months}", months=months),
        tr("before selling") if met.rule.before_sale else tr("beside selling"),
    ]  # fmt: skip
    return f"{name}  \n:small[{md(' · '.join(notes))}]"


def _origin(met: Met, one: Obligation | None) -> str:
    duty = tr(
        "{duty} ({name}: {where})", duty=tr_message(met.rule.duty), name=met.rule.name, where=met.rule.source.where
    )
    spans = [span for span in (met.cost, met.months) if span]
    where = one.source if one else ", ".join(f"{s.source.where} ({s.source.as_of})" for s in spans)
    return "\n\n".join(filter(None, (duty, where)))


def _form(opened: Open, met: Met, one: Obligation | None, others: list[Obligation]) -> None:
    """Draw the form for a rule's figures in this case; what nobody has published starts empty and has to be given."""
    # A new key for other figures, so that the fields show what the case has after an undo.
    place = f"planned-{met.rule.id}-{hash(one)}"
    start = [_span(s.low, s.likely, s.high) for s in (one.usd, one.months)] if one else [met.cost, met.months]
    st.caption(say(met.rule.duty))
    figures.form(place, start[0], start[1], partial(_use, opened, met, others))


def _span(low: float, likely: float, high: float) -> Span:
    return Span(low, likely, high, "", Source("", "-", ""))


def _use(opened: Open, met: Met, others: list[Obligation], own: Own) -> None:
    """Take the rule with figures of one's own into the case. Raises BadInput where one is missing."""
    _put([*others, obligation(Met(met.rule, "applies", (), own.cost, own.months, own=True))], opened)


def _put(rows: Iterable[Obligation], opened: Open) -> None:
    put("rules", rows_text(rows), opened.kept)


def _all(opened: Open, found: Compliance) -> None:
    """Draw the one click that takes every priced rule in, and name those that nobody has priced."""
    have = planned(found)
    named = {o.rule for o in opened.case.rules}
    more = [o for o in have.priced if o.rule not in named]
    if len(more) > 1:
        st.button(tr("Take in all {n} that have a cost", n=len(more)), key="planned-all", icon=":material/done_all:",
                  on_click=_put, args=([*opened.case.rules, *more], opened))  # fmt: skip
    if asked := [m for m in have.asked if m.rule.id not in named]:
        names = ", ".join(tr_message(regulation(m.rule.id).title) for m in asked)
        st.caption(md(tr("Not in the plan until somebody gives a cost and a time: {rules}", rules=names)))
