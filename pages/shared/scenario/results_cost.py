"""What a run costs: time, memory and energy as measured; money and carbon as projected to a rented machine."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from engine.analytics.priced import figures
from engine.messages import Message
from pages.shared import frame, pricing, words
from pages.shared.charts import learning, style
from pages.shared.frame import say, strong
from pages.shared.i18n import md, tr
from pages.shared.numbers import duration, milliseconds, number, size

VARIANT_METRICS = ("auc", "macro_f1", "ndcg_at_10")
"""Scores of a variant that its table shows, where its task has them."""


def draw(report: dict[str, Any], row: dict[Any, Any]) -> None:
    """Draw speed and size as measured here, then cost and carbon on the machine the reader picks."""
    served = report["variants"][report["served"]]
    latency, machine, units = served["latency_ms"], report["machine"], words.units(report["scenario"])
    st.subheader(
        tr(
            "It answers in {p50}, and {n} {units} a second in bulk",
            p50=milliseconds(latency["p50"]),
            n=number(served["throughput_per_s"], 0),
            units=units,
        ),
        anchor=False,
    )
    here = tr(
        "On {cpu}, {cores} cores, {provider}; encoding included.",
        cpu=machine["cpu"], cores=machine["cores"], provider=report["provider"],
    )  # fmt: skip
    with st.grid(4, min_column_width=150):
        tail = tr("p95 {p95}, p99 {p99}", p95=milliseconds(latency["p95"]), p99=milliseconds(latency["p99"]))
        frame.figure(
            tr("Latency, one {unit}", unit=words.unit(report["scenario"])),
            milliseconds(latency["p50"]),
            "measured",
            here,
            note=tail,
        )
        memory = tr("peak memory {memory}", memory=size(report["peak_memory_mib"] * 2**20))
        frame.figure(tr("Training time"), duration(report["seconds"]["train"]), "measured", here, note=memory)
        small = tr(
            "{precision}; in full precision {full}",
            precision=report["served"],
            full=size(report["variants"]["fp32"]["size_bytes"]),
        )
        frame.figure(tr("Size on disk"), size(served["size_bytes"]), "measured", note=small)
        batch = tr("at {n} {units} in one call", n=served["best_batch"], units=units)
        frame.figure(
            tr("Throughput"), tr("{n}/s", n=number(served["throughput_per_s"], 0)), "measured", here, note=batch
        )
    rented(row)
    with st.expander(tr("Speed by batch size, and the export"), icon=":material/speed:"):
        details(report)


def rented(row: dict[Any, Any]) -> None:
    """Draw cost and carbon on a machine to rent."""
    with st.container(border=True):
        strong(tr("On a machine you rent"))
        found = figures(row, pricing.picker())
        with st.grid(4, min_column_width=200):
            pricing.show(tr("Cost to train"), found.train_cost)
            pricing.show(tr("Cost per 1,000 predictions"), found.cost_per_1000)
            pricing.show(tr("Carbon of training"), found.train_carbon)
            pricing.show(tr("Carbon per 1,000 predictions"), found.carbon_per_1000)


def details(report: dict[str, Any]) -> None:
    """Draw throughput by batch size and what the gate found when the model was exported."""
    served, gate, units = report["variants"][report["served"]], report["gate"], words.units(report["scenario"])
    batches = served.get("throughput_by_batch", {})
    table = pd.DataFrame({"batch": [int(b) for b in batches], "per_s": list(batches.values())})
    names = {"batch": learning.in_one_call(units), "per_s": learning.a_second(units)}
    left, right = st.columns(2)
    with left:
        alt = tr("Fastest at {n} {units} in one call.", n=served["best_batch"], units=units)
        color = style.recipe_color(report["recipe"])
        made = style.kept((report["run_id"], "throughput"), lambda: learning.throughput(table, color, units))
        style.draw(made, alt, table.round(0).rename(columns=names), key="throughput")
    with right:
        strong(tr("Exported and checked"))
        st.markdown(
            md(
                tr(
                    "Largest difference between ONNX and the trained model: {value}.",
                    value=f"{gate['fp32_max_difference']:.1e}",
                )
            )
        )
        eight_bit(gate)
        rows = [
            {
                tr("Precision"): name,
                **{words.metric_name(m): v[m] for m in VARIANT_METRICS if m in v},
                tr("Latency p50 (ms)"): v["latency_ms"]["p50"],
                tr("Size"): size(v["size_bytes"]),
            }
            for name, v in report["variants"].items()
            if "latency_ms" in v
        ]
        st.dataframe(pd.DataFrame(rows).round(3), hide_index=True, alt=tr("Full precision and 8-bit side by side"))


def eight_bit(gate: dict[str, Any]) -> None:
    """Draw how far the 8-bit model agrees with full precision, or why there is none."""
    reason = say(Message.from_json(gate["reason"])) if gate["reason"] else ""
    if gate["int8_agreement"] is None:
        st.caption(reason)
        return
    share = number(100 * gate["int8_agreement"], 2) + "%"
    st.markdown(md(tr("8-bit answers that agree with full precision: {share}.", share=share)))
    if gate.get("int8_alone_difference") is not None:
        moved = number(100 * gate["int8_alone_difference"], 2)
        st.caption(
            tr("A row alone and the same row in a batch differ by at most {moved} points of probability.", moved=moved)
        )
    if reason:
        st.warning(reason, title=tr("The 8-bit model was refused"), icon=":material/block:")
