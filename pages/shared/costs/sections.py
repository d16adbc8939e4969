"""Pictures and tables beneath the answer: by volume, by part, by hour, by place, by precision, by run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from engine.analytics import costed, options
from engine.analytics.catalogue import Catalogue
from engine.analytics.costed import Choices, Costs
from engine.economics.footprint import Place, cleanest, places
from engine.errors import BreakevenError
from engine.scenarios import SCENARIOS
from pages.shared import pricing, words
from pages.shared.charts import costs as charts
from pages.shared.charts import style
from pages.shared.costs.answer import about, between, machine_words, part_names
from pages.shared.frame import badge, say, show_error
from pages.shared.i18n import md, tr
from pages.shared.numbers import carbon, milliseconds, money, number, percent

LEAST_SHOWN = 1e4
MOST_SHOWN = 1e9


def by_volume(found: Costs, choices: Choices, run: Mapping[Any, Any]) -> None:
    """Draw building against buying over the volume, and where they cross."""
    n = found.now.load.predictions_month
    frame = costed.curve(found, least=min(LEAST_SHOWN, n / 3), most=max(MOST_SHOWN, 100 * n))
    met = found.crossing.value
    if met is None:
        title = tr("Buying stays cheaper, whatever the volume shown")
    else:
        title = tr("Building pays from {volume} predictions a month", volume=about(met))
    st.subheader(title, anchor=False)
    table = frame.iloc[::8].round(2)
    names = {
        "predictions": tr("Predictions a month"), "build": tr("Build (US$ a month)"), "buy": tr("Buy (US$ a month)"),
    }  # fmt: skip
    color = style.recipe_color(str(run["recipe"]))
    made = style.kept(("by-volume", run["run_id"], choices), lambda: charts.build_or_buy(frame, color, n, met))
    style.draw(made, title, table[list(names)].rename(columns=names), key="by-volume")
    with st.container(horizontal=True):
        badge("projected", tr("Bands: how fast a vCPU is there, salaries' quartiles, tokens as providers count them."))
        badge("assumed", tr("The load, people's time and the tokens of the instruction are yours to change."))


def by_part(found: Costs, choices: Choices, run: Mapping[Any, Any]) -> None:
    """Draw where the money goes at each size of the load."""
    names = part_names()
    largest = max(found.now.parts, key=lambda p: found.now.parts[p].value)
    share = found.now.parts[largest].value / (found.now.build.value or 1.0)
    title = tr("Most of the money, {share}, goes here now: {part}", part=names[largest], share=percent(share))
    st.subheader(title, anchor=False)
    sizes = {1: tr("now"), 10: tr("at 10×"), 100: tr("at 100×")}
    rows = [(sizes[s.factor], {k: f.value for k, f in s.parts.items()}) for s in found.steps]
    used = {k: v for k, v in names.items() if any(k in parts for _, parts in rows)}
    table = pd.DataFrame([{tr("Load"): name, **{used[k]: money(v) for k, v in parts.items()}} for name, parts in rows])
    made = style.kept(("by-part", run["run_id"], choices), lambda: charts.money_parts(rows, used))
    style.draw(made, title, table, key="by-part")
    with st.container(horizontal=True):
        for name, part in found.now.parts.items():
            badge(part.kind, f"{names[name]}: {money(part.value)}\n\n" + pricing.origin(part))


def by_hour(found: Costs, choices: Choices, run: Mapping[Any, Any]) -> None:
    """Draw the machines through the day, and what following the load saves."""
    from engine.economics.hosting import hosting_month

    plan = found.now.plan
    fixed, scaled = (hosting_month(plan, scaled=s, spot=choices.spot) for s in (False, True))
    if scaled.value < fixed.value:
        title = tr(
            "Following the load costs {scaled} a month, always as many {fixed}",
            scaled=money(scaled.value), fixed=money(fixed.value),
        )  # fmt: skip
    else:
        title = tr("The load is too small for machines to follow it")
    st.subheader(title, anchor=False)
    table = pd.DataFrame({tr("Hour of the day"): range(24), tr("Machines"): plan.by_hour})
    color = style.recipe_color(str(run["recipe"]))
    made = style.kept((plan.by_hour, plan.fixed, color), lambda: charts.day(plan.by_hour, plan.fixed[0], color))
    style.draw(made, title, table, key="by-hour")
    badge("projected", pricing.origin(scaled))


def by_place(found: Costs, choices: Choices, run: Mapping[Any, Any], known: Catalogue) -> None:
    """Draw the cleanest and the cheapest region side by side, and what training and a year of serving emit."""
    step = found.now
    machines, spot = known.instances.values(), choices.spot
    alike = places(step.plan, machines, known.regions, scaled=choices.scaled, spot=spot)
    cheap, clean = alike[0], cleanest(alike)
    if cheap.region.id == clean.region.id:
        title = tr("{region} is both the cleanest and the cheapest", region=clean.region.id)
    else:
        title = tr(
            "{clean} emits {less} a year, the cheapest region, {cheap}, {more}", clean=clean.region.id,
            less=carbon(clean.year_carbon.value), cheap=cheap.region.id, more=carbon(cheap.year_carbon.value),
        )  # fmt: skip
    st.subheader(title, anchor=False)
    with st.grid(4, min_column_width=200):
        pricing.show(tr("Serving, a year"), step.year_carbon)
        pricing.show(tr("Training, a year"), costed.training_year_carbon(run, choices))
        _place(tr("Cleanest"), clean)
        _place(tr("Cheapest"), cheap)
    frame = pd.DataFrame([_point(p, cheap, clean, choices.instance.region_id) for p in alike])
    names = {"name": tr("Machine"), "month": tr("US$ a month"), "grams": tr("gCO₂e a year")}
    made = style.kept(("by-place", run["run_id"], choices, known.own), lambda: charts.places(frame))
    style.draw(made, title, frame[list(names)].round(2).rename(columns=names), key="by-place")
    if spot:
        st.caption(tr("Spot machines with as many vCPUs, the cheapest of each region that publishes a spot price; bars "
                      "are the range of published factors."))  # fmt: skip
    else:
        st.caption(tr("Machines with as many vCPUs at on-demand prices, the cheapest of each region; bars are the "
                      "range of published factors."))  # fmt: skip


def _place(title: str, place: Place) -> None:
    with st.container(gap="xxsmall"):
        st.metric(title, md(carbon(place.year_carbon.value)))
        st.caption(md(tr("{price} a month on {machine}", price=money(place.month.value), machine=place.instance.id)))
        badge("projected", pricing.origin(place.year_carbon))


def _point(place: Place, cheap: Place, clean: Place, chosen: str) -> dict[str, Any]:
    roles = {cheap.region.id: "cheapest", clean.region.id: "cleanest", chosen: "chosen"}
    emitted = place.year_carbon
    return {
        "name": place.instance.id, "month": place.month.value, "grams": emitted.value, "grams_low": emitted.low,
        "grams_high": emitted.high, "role": roles.get(place.region.id, ""),
    }  # fmt: skip


def by_precision(run: Mapping[Any, Any], variants: pd.DataFrame, choices: Choices) -> None:
    """Draw full precision and 8 bits side by side on the chosen machine."""
    st.subheader(tr("8 bits against full precision"), anchor=False)
    rows = []
    for form in options.precisions(run, variants, choices):
        row = {
            tr("Form of the model"): form.name,
            words.metric_name("macro_f1"): number(form.score, 3),
            tr("Latency p50 (ms)"): milliseconds(form.p50_ms),
        }
        if form.costs:
            step = form.costs.now
            serving = step.parts["serving"]
            row |= {
                tr("Machines"): machine_words(step, scaled=choices.scaled)[0],
                tr("Serving, a month"): between(serving),
                tr("At 100 times the load"): between(form.costs.steps[-1].parts["serving"]),
            }
        elif form.refused:
            row[tr("Machines")] = say(form.refused)
        rows.append(row)
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=tr("Cost of serving by precision"))
    badge("projected", tr("From the latency measured of each precision; quality is that of the validation part."))


def beside(pair: list[tuple[dict[Any, Any], Costs | None]], choices: Choices) -> None:
    """Draw the runs that were chosen side by side, under the same choices."""
    st.subheader(tr("The runs side by side"), anchor=False)
    columns: list[str] = []
    lines: dict[str, list[str]] = {}
    for row, found in pair:
        columns.append(words.row_name(row))
        metric = SCENARIOS[str(row["scenario"])].quality
        values = {
            words.metric_name(metric): number(row.get(metric), 3),
            tr("Latency p95"): milliseconds(row["p95_ms"]),
        }
        if found:
            now = found.now
            values |= {
                tr("Machines"): machine_words(now, scaled=choices.scaled)[0],
                tr("Serving, a month"): between(now.parts["serving"]),
                tr("Training, a month"): between(now.parts["training"]),
                tr("Build, a month"): between(now.build),
                tr("Build, per 1,000"): between(now.per_1000),
                tr("Carbon of serving, a year"): between(now.year_carbon),
            }
        for name, value in values.items():
            lines.setdefault(name, []).append(value)
    frame = pd.DataFrame([{tr("Quantity"): k, **dict(zip(columns, v, strict=False))} for k, v in lines.items()])
    st.table(frame.map(md), border="horizontal", hide_index=True)


def try_costs(run: Mapping[Any, Any], choices: Choices) -> Costs | None:
    """Return the costs of a run, or say why there are none."""
    try:
        return costed.costs(run, choices)
    except BreakevenError as error:
        show_error(error)
        return None
