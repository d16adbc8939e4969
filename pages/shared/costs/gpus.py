"""What GPUs would cost, projected from the arithmetic counted here, and how much of this machine's peak was reached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from engine.analytics import options
from engine.analytics.catalogue import Catalogue
from pages.shared import pricing
from pages.shared.costs.answer import between
from pages.shared.frame import badge
from pages.shared.i18n import md, tr
from pages.shared.numbers import money, percent, rate


def section(run: Mapping[Any, Any], flops_per_prediction: float | None, known: Catalogue) -> None:
    """Draw what GPUs would cost, projected from the arithmetic counted here."""
    offers = options.gpu_offers(run, flops_per_prediction, known.instances.values())
    st.subheader(tr("On a GPU instead"), anchor=False)
    if not offers:
        st.caption(tr("The arithmetic of this run was not counted, so that nothing can be projected to a GPU."))
        return
    rows = [
        {
            tr("GPU"): o.name,
            tr("US$ an hour"): money(o.usd_per_hour),
            tr("One training"): between(o.train) if o.train else "–",
            tr("Per 1,000 while busy"): between(o.per_1000) if o.per_1000 else "–",
        }
        for o in offers
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=tr("GPUs with their projected costs"))
    _reached(run)
    sample = next((o.train for o in offers if o.train), None)
    if sample:
        badge("projected", pricing.origin(sample))


def _reached(run: Mapping[Any, Any]) -> None:
    """Draw the arithmetic a second that training reached here, and what share of this machine's peak that is."""
    here, share = options.achieved(run), options.efficiency(run)
    if here is None:
        return
    if share is None:
        st.markdown(md(tr("Training here reached {rate}.", rate=rate(here.value))))
        badge("measured", pricing.origin(here))
        return
    text = tr(
        "Training here reached {rate}, {share} of what large matrix products do on this machine.",
        rate=rate(here.value), share=percent(share.value, 0 if share.value >= 0.1 else 2),
    )  # fmt: skip
    st.markdown(md(text))
    badge("measured", pricing.origin(here) + "\n\n" + pricing.origin(share))
