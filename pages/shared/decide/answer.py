"""The answer of the Decide page: the recommendation, its reasons, and what has just moved it."""

from __future__ import annotations

import streamlit as st

from engine.analytics.criteria import CASH, EVEN, MONTH, OF_THE_CASE, QUALITY
from engine.analytics.priced import figures
from engine.analytics.question import Answered
from engine.economics.decision.limits import Breach
from engine.jobs.bought import RECIPE as BOUGHT
from engine.messages import Message
from engine.reports.recommendation import Recommendation, answer_in_words
from engine.reports.speech import Speech
from engine.reports.stakeholder.basis import assumptions
from engine.scenarios import SCENARIOS
from pages.shared import address, frame, pricing, site, words
from pages.shared.costs.chosen import carried
from pages.shared.decide.choose import LIMIT_KEYS
from pages.shared.frame import say, strong
from pages.shared.i18n import language, md, tr
from pages.shared.numbers import milliseconds, number

BEFORE = "decide-before"
"""Where the session keeps what the page said last."""


def headline(found: Answered, said: Recommendation) -> None:
    """Draw what to do, in one sentence, and the figures it rests on."""
    st.header(say(said.headline), anchor=False)
    lead = found.decision.lead
    if lead is None:
        for line in said.why:
            st.markdown(say(line))
        _loosen(found)
        return
    frame.data_notes(synthetic=lead.synthetic)
    row = found.rows[lead.id]
    if lead.sellable is False:
        frame.data_notes(synthetic=False, licence=str(row["licence"] or ""), commercial_use=False)
    elif lead.sellable is None:
        st.warning(
            tr("Nobody has said under which licence the data or the network is; find out before you sell."),
            title=tr("The licence is not known"), icon=":material/gavel:",
        )  # fmt: skip


def figures_of_lead(found: Answered, speech: Speech) -> None:
    """Draw the lead's figures: its quality on the test part, and what it costs."""
    lead, row = found.decision.lead, found.lead
    if lead is None or row is None:
        return
    metric = SCENARIOS[found.question.scenario].quality
    with st.grid(4, min_column_width=180):
        origin = tr("On {rows} rows of the test part, which no choice looked at.", rows=int(row["test_rows"]))
        answer = speech.say(answer_in_words(row, found.question.scenario, speech))
        frame.figure(words.metric_name(metric), number(row.get(metric), 3), "measured", origin, note=answer)
        if row["recipe"] != BOUGHT:
            priced = figures(row, found.pricing)
            pricing.show(tr("Cost per 1,000 predictions"), priced.cost_per_1000)
        frame.figure(tr("Latency p95"), milliseconds(row.get("p95_ms")), "measured")
        if lead.id in found.costs:
            pricing.show(tr("Cost a month, all in"), found.costs[lead.id].now.build)
        elif MONTH in lead.measures:
            frame.figure(tr("Cost a month, all in"), speech.write(lead.measures[MONTH].value, "USD"), "projected")
        for name in (name for name in OF_THE_CASE if name in lead.measures):
            criterion = found.decision.criterion(name)
            shown = speech.write(lead.measures[name].value, criterion.unit)
            frame.figure(speech.say(criterion.title), shown, "projected", _of_the_case(found))


def _of_the_case(found: Answered) -> str:
    """Return from what the figures of the business case come."""
    question = found.question
    return tr("The likely future of the case {case} with this option; the margin is that of the year up to month {n}.",
              case=say(question.case_name), n=question.month)  # fmt: skip


def reasons(said: Recommendation) -> None:
    """Draw why, what it costs, what would change it and what is not known."""
    parts = (
        (tr("Why"), said.why), (tr("What it costs"), said.costs), (tr("What would change it"), said.changes),
        (tr("What is not known"), said.unknown),
    )  # fmt: skip
    with st.grid(2, min_column_width=340):
        for title, lines in parts:
            with st.container():
                strong(title)
                st.markdown("\n".join(f"- {say(line)}" for line in lines) or tr("Nothing near."))


def costed(found: Answered) -> None:
    """Draw the link to what the lead costs, with the same choices; nothing where it would be bought."""
    if found.lead is None or found.lead["recipe"] == BOUGHT:
        return
    chosen = carried() | {"scenario": found.question.scenario, "instance": found.pricing.instance.id}
    site.link(site.COSTS, tr("See it on the Costs page"), icon=":material/payments:", run=found.run_id, **chosen)


def _loosen(found: Answered) -> None:
    """Offer the one click that makes the nearest option hold, where one limit is all that it breaks."""
    near = found.decision.nearest
    if near is None or len(near.breaches) != 1:
        return
    breach = near.breaches[0]
    if breach.value is None or breach.criterion not in {*LIMIT_KEYS, "latency"}:
        return
    criterion = found.decision.criterion(breach.criterion)
    value = pricing.written(breach.value, criterion.unit)
    st.button(
        tr("Loosen the limit to {value}", value=value), key="loosen", icon=":material/tune:", on_click=_set,
        args=(breach,),
    )  # fmt: skip


def _set(breach: Breach) -> None:
    key = LIMIT_KEYS.get(breach.criterion, "p95")
    value = breach.value or 0.0
    if breach.criterion in {EVEN, CASH}:
        address.remember(key, str(int(value)))
        return
    address.remember(key, f"{value * (0.999 if breach.criterion == QUALITY else 1.001):.6g}")


def described(found: Answered, speech: Speech) -> dict[str, str]:
    """Return every choice by its name, as the reader would say it."""
    return {speech.say(name): speech.say(value) for name, value in assumptions(found, speech)}


def moved(found: Answered, speech: Speech) -> None:
    """Say in one sentence what the last change did to the choice."""
    lead = found.decision.lead
    option = speech.say(lead.name if lead else Message("no option"))
    now = (described(found, speech), option, (found.question.scenario, language()))
    before = st.session_state.get(BEFORE)
    st.session_state[BEFORE] = now
    if not before or before[2] != now[2] or before[0] == now[0]:
        return
    names = [n for n in (*now[0], *before[0]) if before[0].get(n) != now[0].get(n)]
    changes = "; ".join(f"{n}: {before[0].get(n, '–')} → {now[0].get(n, '–')}" for n in dict.fromkeys(names))
    if before[1] == now[1]:
        text = tr("{changes}. The choice stays {option}.", changes=changes, option=now[1])
    else:
        text = tr("{changes}. The choice was {before} and is {option} now.", changes=changes, before=before[1],
                  option=now[1])  # fmt: skip
    st.info(md(text), title=tr("What moved"), icon=":material/swap_vert:")
