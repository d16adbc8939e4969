"""What one chooses on the Costs page: the machine, the load, and what would be bought instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import streamlit as st

from engine.analytics.catalogue import Catalogue
from engine.analytics.usual import USUAL_MODEL
from engine.economics import facts
from engine.economics.capacity import Objective
from engine.economics.catalog import WORLD, Instance, Region
from engine.economics.demand import PROFILES, Load
from engine.economics.figure import Source
from engine.economics.hosted import Tokens, Vendor
from engine.errors import BreakevenError
from pages.shared import address, fields
from pages.shared.costs.own import Fact
from pages.shared.frame import say
from pages.shared.i18n import LANGUAGES, language, md, speaking, tr, tr_message
from pages.shared.numbers import milliseconds, money, number
from pages.shared.pricing import instance_names, provider_name
from pages.shared.resources import catalogue, settings

MILLION = 1e6


def machine(known: Catalogue, found: list[Fact]) -> Instance:
    """Draw the choice of the machine; return it, at a price of one's own where one was entered."""
    default, names = settings(), instance_names()
    chosen = fields.known(
        tr("Machine to rent"),
        names,
        key="instance",
        fallback=default.instance if default.instance in names else next(iter(names)),
        gone=tr("{name} is not, or no longer, in the catalogue; {other} is used.", name="{name}", other="{other}"),
    )
    instance = known.instance(chosen)
    price = tr("{price} an hour", price=money(instance.usd_per_hour))
    mine = known.entered("machine", chosen)
    what, numbers = ("machine", mine.values) if mine else ("instance", (instance.usd_per_hour,))
    found.append(Fact(what, chosen, chosen, price, instance.source, numbers))
    return instance


def electricity(known: Catalogue, instance: Instance, found: list[Fact]) -> Region:
    """Draw the choice of the region whose electricity is counted; at first the machine's own."""
    names = {"": tr("Where the machine is ({region})", region=instance.region_id)} | region_names()
    chosen = fields.known(
        tr("Electricity of"),
        names,
        key="region",
        fallback="",
        gone=tr("{name} is not, or no longer, in the catalogue; {other} is used.", name="{name}", other="{other}"),
        help=tr("Carbon is counted as if the energy were drawn there."),
    )
    there = known.region(chosen or instance.region_id)
    grid, pue = there.grid[0], there.pue[0]
    published = [f.value for f in there.grid]
    found.append(
        Fact("grid", there.id, tr("Grid of {region}", region=there.id), tr("{n} gCO₂e/kWh", n=number(grid.value)),
             grid.source, (min(published), grid.value, max(published)))
    )  # fmt: skip
    title = tr("PUE of {region}", region=there.id)
    found.append(Fact("pue", there.id, title, number(pue.value, 2), pue.source, (pue.value,)))
    return there


def region_names() -> dict[str, str]:
    """Return every region's name in the reader's language, by id."""
    return _region_names(language(), catalogue())


@lru_cache(maxsize=2 * len(LANGUAGES))
def _region_names(code: str, known: Catalogue) -> dict[str, str]:
    with speaking(code):
        return {
            name: tr("World average") if name == WORLD else " · ".join(filter(None, (place, found.country)))
            for name, found in known.regions.items()
            for provider, _, rest in [name.partition("/")]
            for place in [f"{provider_name(provider)} {rest}"]
        }


def predictions() -> float:
    """Draw how many predictions a month are asked for."""
    return fields.slider(
        tr("Predictions a month"), fields.decades(3, 9), key="n", fallback=MILLION, write=number, low=1, high=1e12,
        help=tr("The address takes any number: n=1234567."),
    )  # fmt: skip


def promise() -> float:
    """Draw within how many milliseconds 95 of 100 answers must come."""
    return fields.slider(
        tr("95 of 100 answers within"), [5, 10, 20, 50, 100, 200, 500, 1000, 2000], key="p95", fallback=200.0,
        write=milliseconds, low=0.1, high=600_000,
        help=tr("Waiting and computing together; the network is not counted."),
    )  # fmt: skip


@dataclass(frozen=True)
class Operation:
    """How the load comes and how it is carried."""

    load: Load
    objective: Objective
    customers: float
    scaled: bool
    spot: bool


def operation(n: float, p95_ms: float, instance: Instance) -> Operation:
    """Draw the finer choices about load and machines."""
    with st.grid(3, min_column_width=200):
        profile = address.choice(
            st.selectbox, tr("How a day goes"), {k: tr_message(p.title) for k, p in PROFILES.items()},
            key="day", fallback="office",
        )  # fmt: skip
        growth = fields.number(tr("Growth a month (%)"), key="growth", fallback=0, low=-50, high=100)
        with st.container(gap="xxsmall"):
            months = fields.number(tr("Months from now"), key="months", fallback=0, low=0, high=60, whole=True)
            load = _grown(Load(n, profile), months, growth / 100)
        customers = fields.number(
            tr("Customers"), key="customers", fallback=100, low=1, high=1e9, whole=True,
            help=tr("At 10 times the load there are taken to be 10 times as many."),
        )  # fmt: skip
        headroom = fields.number(
            tr("Headroom (%)"), key="headroom", fallback=30, low=0, high=400, step=10,
            help=tr("Added to every hour's load before machines are counted."),
        )  # fmt: skip
        fewest = fields.number(
            tr("Machines at least"), key="fewest", fallback=2, low=1, high=100, whole=True,
            help=tr("Two, so that one may fail."),
        )  # fmt: skip
        scaled = fields.toggle(tr("Machines follow the load"), key="scaled", fallback=True)
        offered = instance.spot_usd_per_hour is not None
        spot = fields.toggle(
            tr("Spot machines"), key="spot", fallback=False, disabled=not offered,
            help=tr("Cheaper, and taken away at times.") if offered else tr("No spot price is published for it."),
        )  # fmt: skip
    objective = Objective(p95_ms, headroom / 100, int(fewest))
    return Operation(load, objective, customers, scaled, spot and offered)


def _grown(now: Load, months: float, growth_a_month: float) -> Load:
    """Return the load after its growth, or as it is now, said why, where it would grow beyond all measure."""
    try:
        return now.after(months, growth_a_month)
    except BreakevenError as error:
        instead = md(tr("The load without growth is used."))
        st.caption(f":red[{say(error.message)} {instead}]")
        return now


def hosted(
    known: Catalogue, found: list[Fact], vendors: Mapping[str, Vendor] | None = None
) -> tuple[facts.HostedPrice | Vendor, bool]:
    """Draw the choice of what would be bought: a hosted model, or one of `vendors` that were measured on the same rows.

    Returns it, and whether answers may take a day.
    """
    measured = dict(vendors or {})
    names = {
        name: tr("{vendor} · {price} per 1,000, measured on the same rows", vendor=v.model, price=money(v.usd_per_1000))
        for name, v in measured.items()
    } | {
        name: hosted_name(price) for name, price in known.hosted.items()
    }  # fmt: skip
    chosen = fields.known(
        tr("Hosted model or vendor") if measured else tr("Hosted model"), names, key="hosted", fallback=USUAL_MODEL,
        gone=tr("{name} is not, or no longer, in the catalogue; {other} is used.", name="{name}", other="{other}"),
    )  # fmt: skip
    if chosen in measured:
        return _vendor(measured[chosen], found), False
    return _hosted(known.hosted_price(chosen), found)


def hosted_name(price: facts.HostedPrice) -> str:
    """Return what a hosted model is called in a list: its name and prices."""
    return tr("{model} · {price_in} in, {price_out} out per million tokens", model=price.model,
              price_in=money(price.usd_per_1m_input), price_out=money(price.usd_per_1m_output))  # fmt: skip


def _vendor(vendor: Vendor, found: list[Fact]) -> Vendor:
    source = Source(vendor.model, tr("brought in with its answers"), vendor.as_of)
    found.append(Fact("", vendor.id, vendor.model, tr("{price} per 1,000", price=money(vendor.usd_per_1000)), source))
    return vendor


def _hosted(price: facts.HostedPrice, found: list[Fact]) -> tuple[facts.HostedPrice, bool]:
    chosen = price.model
    if price.ends:
        st.caption(md(tr("Its provider withdraws {model} on {date}.", model=chosen, date=price.ends)))
    offered = price.batch_usd_per_1m is not None
    batch = fields.toggle(
        tr("Answers may take a day (batch price)"), key="batch", fallback=False, disabled=not offered
    )  # fmt: skip
    usd = (price.usd_per_1m_input, price.usd_per_1m_output)
    text = tr("{a} in, {b} out per million tokens", a=money(usd[0]), b=money(usd[1]))
    found.append(Fact("hosted", chosen, chosen, text, price.source, usd))
    return price, batch and offered


def tokens(counted: float | None) -> Tokens:
    """Draw what one request is made of; `counted` are the tokens of the run's own texts."""
    text = fields.number(
        tr("Tokens of a text"), key="text", fallback=round(counted or 50, 1), low=1, high=1e6,
        help=tr("Counted with the texts this run learned from.") if counted else tr("Assumed; nothing was counted."),
    )  # fmt: skip
    prompt = fields.number(
        tr("Tokens of the instruction"), key="prompt", fallback=60, low=0, high=1e6,
        help=tr("It goes with every text."),
    )  # fmt: skip
    answer = fields.number(tr("Tokens of an answer"), key="answer", fallback=5, low=0, high=1e6)
    made = Tokens(text, prompt, answer)
    return replace(made, kind="measured") if counted and text == round(counted, 1) else made


def level_names() -> dict[str, str]:
    return {
        "EN": tr("Entry"), "MI": tr("Mid"), "SE": tr("Senior"), "EX": tr("Executive"), "ALL": tr("All levels"),
    }  # fmt: skip
