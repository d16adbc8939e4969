"""What a data card says about interactions: how they are spread over items, users, time, ratings and categories."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.datasets.dataset import DataCard, Dataset
from engine.datasets.interactions.card import InteractionCard
from pages.shared.charts import lists, quality, style
from pages.shared.frame import strong
from pages.shared.i18n import md, tr, trn
from pages.shared.numbers import DASH, instant, number, percent

SHOWN_CATEGORIES = 8


def figures(card: DataCard, _dataset: Dataset | None) -> None:
    """Draw sizes, the popularity curve, interactions a user, ratings or events, and categories."""
    assert isinstance(card, InteractionCard)
    if not card.users:
        return
    sizes(card)
    left, right = st.columns(2, gap="large")
    with left:
        popularity(card)
    with right:
        activity(card)
    extra = [part for part in (ratings, events, categories) if PRESENT[part.__name__](card)]
    for column, part in zip(st.columns(2, gap="large"), extra[:2], strict=False):
        with column:
            part(card)
    for part in extra[2:]:
        part(card)


def sizes(card: InteractionCard) -> None:
    """Draw how much there is, in figures."""
    with st.grid(5, min_column_width=130):
        st.metric(tr("Users"), number(card.users))
        st.metric(tr("Items"), number(card.items))
        st.metric(tr("Interactions"), number(card.rows_used))
        st.metric(
            tr("Density"),
            percent(card.density, 2),
            help=tr("Different pairs of user and item among all that are possible."),
        )
        st.metric(tr("Time span"), length(card), help=span(card))


def length(card: InteractionCard) -> str:
    """Return how long the interactions go on, in words."""
    if not card.time_from:
        return DASH
    days = (instant(card.time_to) - instant(card.time_from)).days
    if days >= 730:
        return tr("{n} years", n=number(days / 365.25, 1))
    return tr("{n} months", n=round(days / 30.4)) if days >= 90 else trn("{n} day", "{n} days", max(1, days))


def span(card: InteractionCard) -> str:
    """Return from when to when, in words."""
    if not card.time_from:
        return tr("The data has no times.")
    return tr("{first} to {last}, UTC", first=card.time_from[:10], last=card.time_to[:10])


def popularity(card: InteractionCard) -> None:
    tenth = percent(card.top_shares["10%"])
    strong(tr("A tenth of the items has {share} of the interactions", share=tenth))
    alt = tr(
        "The most popular 1% of the items have {one} of the interactions, the most popular 10% have {ten}.",
        one=percent(card.top_shares["1%"]),
        ten=tenth,
    )
    names = [tr("Share of the items"), tr("Share of the interactions")]
    style.draw(
        lists.popularity(card.popularity), alt, pd.DataFrame(card.popularity, columns=names), key="card-popularity"
    )


def activity(card: InteractionCard) -> None:
    half = number(int(card.per_user["p50"]))
    strong(tr("Half of the users have up to {n} interactions", n=half))
    alt = tr(
        "Half of the users have up to {half} interactions, 95 of 100 up to {most}; the most has {max}.",
        half=half,
        most=number(int(card.per_user["p95"])),
        max=number(card.per_user["max"]),
    )
    table = pd.DataFrame(card.user_histogram, columns=[tr("From"), tr("To"), tr("Users")])
    made = lists.counts(card.user_histogram, tr("Interactions a user"), tr("Users"))
    style.draw(made, alt, table, key="card-users")


def ratings(card: InteractionCard) -> None:
    total = max(1, sum(card.ratings.values()))
    top, count = max(card.ratings.items(), key=lambda pair: pair[1])
    said = tr("{share} of the ratings are {rating}", share=percent(count / total), rating=top)
    strong(said)
    names, counts = list(card.ratings), list(card.ratings.values())
    table = pd.DataFrame({tr("Rating"): names, tr("Interactions"): counts})
    style.draw(quality.bars(names, counts, tr("Interactions")), said, table, key="card-ratings")


def events(card: InteractionCard) -> None:
    total = max(1, sum(int(e["interactions"]) for e in card.events.values()))
    top, first = next(iter(card.events.items()))
    said = tr("{share} of the events are “{event}”", share=percent(first["interactions"] / total), event=top)
    strong(said)
    names, counts = list(card.events), [int(e["interactions"]) for e in card.events.values()]
    weights = [float(e["weight"]) for e in card.events.values()]
    shown = [tr("{event} (counts {weight})", event=n, weight=f"{w:g}") for n, w in zip(names, weights, strict=True)]
    table = pd.DataFrame({tr("Event"): names, tr("Interactions"): counts, tr("Weight"): weights})
    style.draw(quality.bars(shown, counts, tr("Interactions")), said, table, key="card-events")


def categories(card: InteractionCard) -> None:
    top, items, count = card.categories[0]
    said = tr("“{category}” is touched most: {n} interactions with {items} items", category=top, n=count, items=items)
    strong(said)
    rows = card.categories[:SHOWN_CATEGORIES]
    table = pd.DataFrame(card.categories, columns=[tr("Category"), tr("Items"), tr("Interactions")])
    made = quality.bars([c for c, _, _ in rows], [n for _, _, n in rows], tr("Interactions"))
    style.draw(made, said, table, key="card-categories")


PRESENT = {
    "ratings": lambda card: bool(card.ratings),
    "events": lambda card: bool(card.events),
    "categories": lambda card: bool(card.categories),
}
"""Part of the card → whether the data has what it shows."""


def facts(card: DataCard) -> tuple[str, ...]:
    """Return how it was split, and who and what is cold, in a few words each."""
    assert isinstance(card, InteractionCard)
    by_time, by_lot = tr("split by time"), tr("split by lot, user by user")
    found = [by_time if card.split.startswith("time") else by_lot] if card.split else []
    if card.cold_users:
        found.append(trn("{n} user with few interactions", "{n} users with few interactions", card.cold_users))
    if card.cold_items:
        found.append(trn("{n} item that nobody has touched", "{n} items that nobody has touched", card.cold_items))
    if card.items_without_metadata and card.items_listed:
        found.append(tr("{n} items are not in the items file", n=card.items_without_metadata))
    if card.duplicates:
        found.append(tr("{n} interactions repeat a user and an item", n=card.duplicates))
    return tuple(found)


def samples(card: DataCard, _dataset: Dataset | None) -> None:
    """Draw a few rows."""
    names = {
        "row": tr("Row in the file"),
        "user": tr("User"),
        "item": tr("Item"),
        "title": tr("Title"),
        "rating": tr("Rating"),
        "event": tr("Event"),
        "time": tr("Time, UTC"),
    }
    frame = pd.DataFrame(list(card.samples))
    kept = [n for n in names if n in frame and frame[n].notna().any() and (frame[n].astype(str) != "").any()]
    frame["time"] = frame["time"].astype(str).str.replace("T", " ").str.removesuffix("Z")
    st.dataframe(
        frame[kept].rename(columns={n: md(names[n]) for n in kept}),
        hide_index=True,
        height=210,
        alt=tr("A few rows of the data"),
    )
