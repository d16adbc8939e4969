"""The list itself: each item with the past items it comes from, and how strongly."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from engine.serving.client import Recommendations
from engine.serving.ruled import Ruled, ruled
from engine.tasks.reasons import Reason
from engine.tasks.rules import Effect, allowed, apply, effect
from pages.shared.frame import badge, strong
from pages.shared.i18n import md, tr, trn
from pages.shared.lists.catalogue import Catalogue
from pages.shared.lists.rules import Page
from pages.shared.lists.who import Visitor
from pages.shared.numbers import milliseconds, percent
from pages.shared.resources import client

SHOWN_REASONS = 3
LEAST_SHARE = 0.1
"""A smaller reason is not shown beside larger ones."""
SHOWN_GONE = 5
"""So many of the items that rules took out of a list are named."""
Why = dict[str, tuple[Reason, ...]]


def draw(run_id: str, found: Catalogue, visitor: Visitor, page: Page) -> None:
    """Ask the service and draw what it recommends."""
    history = [found.ids[code] for code in visitor.history]
    made: Ruled | None = None
    if page.rules.personal:
        made = ruled(client(), run_id, history, page.rules, page.k, ids=found.ids, categories=found.categories_of)
        shown, done = made.items, made.effect
    else:
        seen = set(visitor.history)
        scored = [(found.ids[c], float(found.counts[c])) for c in found.popular if c not in seen]
        shown = tuple(item for item, _ in apply(scored, page.rules, found.categories_of, page.k))
        done = effect(scored, allowed(scored, page.rules), shown, page.k)
    why = {item: because(found, item, made.why if made else {}, page) for item in shown}
    why |= {item: risen(why[item], place) for item, place in done.risen.items()}
    headline(found, visitor, shown, page)
    st.markdown("\n".join(line(found, visitor, i, item, why[item]) for i, item in enumerate(shown, 1)))
    if page.rules.active:
        changed(found, done)
    if len(shown) < page.k:
        left = len(found.ids) - len(set(visitor.history))
        st.caption(tr("The rules leave {n} of the {all} items that are new to this visitor.", n=len(shown), all=left))
    if made is not None:
        took(made.answer)


def headline(found: Catalogue, visitor: Visitor, shown: Sequence[str], page: Page) -> None:
    """Draw what the list is, in one line: what was found where that is known."""
    if not shown:
        strong(tr("Nothing is left to show"))
        return
    personal = page.rules.personal
    if not visitor.later:
        strong(tr("Recommended") if personal else tr("Popular with everybody"))
        not_personal(personal=personal)
        return
    counted = {"hits": sum(found.codes.get(item, -1) in visitor.later for item in shown), "n": len(shown)}
    if personal:
        strong(tr("Recommended: {hits} of these {n} were really taken", **counted))
    else:
        strong(tr("Popular with everybody: {hits} of these {n} were really taken", **counted))
    not_personal(personal=personal)
    st.caption(
        trn(
            "This person took {n} new item in the test part, which no model saw.",
            "This person took {n} new items in the test part, which no model saw.",
            len(visitor.later),
        )
    )


def not_personal(*, personal: bool) -> None:
    """Say what a list that is not personal knows of somebody."""
    if not personal:
        st.caption(tr("No model was asked; the history only leaves out what is in it."))


def changed(found: Catalogue, done: Effect) -> None:
    """Say what the rules changed about the list."""
    if done.gone:
        items = tr(", ").join(found.name(item) for item in done.gone[:SHOWN_GONE])
        more = len(done.gone) - SHOWN_GONE
        if more > 0:
            st.caption(md(tr("In the list without the rules: {items} and {n} more.", items=items, n=more)))
        else:
            st.caption(md(tr("In the list without the rules: {items}.", items=items)))
    elif not done.risen:
        st.caption(tr("The rules change nothing about this list."))


def line(found: Catalogue, visitor: Visitor, place: int, item: str, why: str) -> str:
    """Return one item of the list as Markdown."""
    really = tr("really taken")
    taken = f" :green-badge[:material/check: {really}]" if found.codes.get(item) in visitor.later else ""
    groups = tr(", ").join(found.categories_of(item)[:3])
    about = f" :gray[· {md(groups)}]" if groups else ""
    return f"{place}. **{md(found.name(item))}**{about}{taken}  \n   :small[{why}]"


def because(found: Catalogue, item: str, why: Why, page: Page) -> str:
    """Return why an item is recommended."""
    if not page.rules.personal:
        return md(tr("taken {n} times", n=found.counts[found.codes[item]]))
    given = why.get(item, ())
    if not given:
        return md(tr("because many people take it"))
    told = [given[0], *(reason for reason in given[1:SHOWN_REASONS] if reason.share >= LEAST_SHARE)]
    named = [tr("{item} ({share})", item=found.name(reason.past), share=percent(reason.share)) for reason in told]
    return md(tr("because of {reasons}", reasons=tr(", ").join(named)))


def risen(why: str, place: int) -> str:
    """Return the reason of an item that rules lifted, with its place by score alone."""
    lifted = tr("lifted by the rules from place {n}", n=place)
    return f"{why} · {md(lifted)}"


def took(answer: Recommendations) -> None:
    """Draw how long the answer took."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(md(f"{milliseconds(answer.latency_ms)} · {answer.provider}"), width="content")
        badge("measured", tr("From the request to the answer of the inference service, reading the history included."))
    st.caption(
        tr("A share says how much of an item's score is lost without that past item, among the losses without each.")
    )
