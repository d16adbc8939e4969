"""Where the model would run: the instance and the share of its time that it is busy, and what that makes of a run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

import streamlit as st

from engine.analytics.catalogue import Catalogue
from engine.analytics.priced import Pricing
from engine.economics.business.assumptions import MONTHS
from engine.economics.catalog import Instance
from engine.economics.figure import Figure
from engine.reports.speech import PERCENT_DIGIT
from pages.shared import address, frame
from pages.shared.i18n import LANGUAGES, language, md, speaking, tr, tr_message
from pages.shared.numbers import carbon, milliseconds, money, number, percent
from pages.shared.resources import catalogue, settings

PROVIDERS = {"aws": "AWS", "azure": "Azure", "gcp": "Google Cloud", "lambda": "Lambda", "runpod": "RunPod"}
OWN = "own"
"""Stands for the provider of a region that somebody entered without one."""


def instance_name(found: Instance) -> str:
    """Return what an instance is called in a list: provider, type, size, price."""
    gpu = f" · {found.gpu_count}× {found.gpu_name}" if found.gpu_name else ""
    return tr(
        "{provider} {type} · {region} · {vcpus} vCPU · {memory} GiB{gpu} · {price}/h",
        provider=provider_name(found.provider),
        type=found.type,
        region=found.region,
        vcpus=found.vcpus,
        memory=number(found.memory_gib),
        gpu=gpu,
        price=money(found.usd_per_hour),
    )


def provider_name(provider: str) -> str:
    """Return what a provider is called; a machine or region of one's own has none."""
    return tr("Your own") if provider == OWN else PROVIDERS.get(provider, provider)


def instance_names() -> Mapping[str, str]:
    """Return every machine's name in the reader's language, by id, at prices of one's own where some were entered."""
    return _instance_names(language(), catalogue())


@lru_cache(maxsize=2 * len(LANGUAGES))
def _instance_names(code: str, known: Catalogue) -> Mapping[str, str]:
    with speaking(code):
        return {name: instance_name(found) for name, found in known.instances.items()}


def picker() -> Pricing:
    """Draw the choice of instance and utilisation, kept in the URL; return what they make."""
    default = settings()
    known = instance_names()
    wide, narrow = st.columns([3, 1])
    with wide:
        chosen = address.choice(
            st.selectbox,
            tr("Machine to rent"),
            known,
            key="instance",
            fallback=default.instance if default.instance in known else next(iter(known)),
            help=tr("Prices carry their source and date; hover over a figure's badge to see them."),
        )
    with narrow:
        busy = busy_share()
    return Pricing.choose(catalogue(), chosen, busy)


def busy_share() -> float:
    """Draw the share of its time that the machine is busy, kept in the URL; return it."""
    usual = str(round(settings().utilisation * 100))
    shares = {str(n): percent(n / 100) for n in sorted({5, 10, 20, 30, 50, 70, 100, int(usual)})}
    busy = address.choice(
        st.selectbox,
        tr("Busy share of its time"),
        shares,
        key="busy",
        fallback=usual,
        help=tr("A machine that is busy 30% of the time costs its whole hour."),
    )
    return int(busy) / 100


def origin(figure: Figure) -> str:
    """Return from what, by which formula and from which sources a figure comes, as lines of text."""
    sources = [tr("{name}, {date}: {where}", name=s.name, date=s.as_of, where=s.where) for s in figure.sources[:4]]
    return "\n\n".join([tr_message(figure.formula), *sources])


def show(label: str, figure: Figure) -> None:
    """Draw one figure of the economics with its range and its kind."""
    text = written(figure.value, figure.unit)
    spread = figure.high - figure.low > 0.02 * abs(figure.value or 1)
    between = tr("{low} to {high}", low=written(figure.low, figure.unit), high=written(figure.high, figure.unit))
    frame.figure(label, text, figure.kind, origin(figure), note=between if spread else "")


def written(value: float, unit: str) -> str:
    """Return a value of the economics as its unit is written."""
    if unit.startswith("USD"):
        return money(value)
    if unit.startswith("gCO2e"):
        return carbon(value)
    if unit.startswith("kWh"):
        return f"{number(value * 1000)} Wh" if value < 1 else f"{number(value)} kWh"
    if unit == "share":
        return number(value, 3)
    if unit == "percent":
        return percent(value, 1 if 0 < abs(value) < PERCENT_DIGIT else 0)
    if unit == "ms":
        return milliseconds(value)
    if unit == "month":
        return tr("month {n}", n=math.floor(value)) if value <= MONTHS else tr("never within the plan")
    if unit == "months":
        return tr("{n} months", n=number(round(value)))
    return f"{number(value)} {md(unit)}".rstrip()
