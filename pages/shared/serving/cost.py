"""What an endpoint costs per 1,000 predictions: at the load it has, and at the usual one."""

from __future__ import annotations

import streamlit as st

from engine.analytics.priced import Pricing
from engine.analytics.served_cost import endpoint_cost
from engine.serving.endpoints import Endpoint
from pages.shared import data, pricing, resources
from pages.shared.i18n import md, tr
from pages.shared.numbers import number, percent


def figures(found: Endpoint) -> None:
    """Draw both, each with its kind and where it comes from."""
    here = resources.settings()
    where = Pricing.choose(resources.catalogue(), here.instance, here.utilisation)
    cost = endpoint_cost(data.index(), found, where)
    if cost.usual is None:
        return
    with st.grid(2, min_column_width=280):
        if cost.today is not None:
            pricing.show(tr("Cost per 1,000 at today's load"), cost.today)
        pricing.show(tr("Cost per 1,000 at the usual load"), cost.usual)
    share = percent(here.utilisation)
    st.caption(
        md(tr("The usual load is assumed: {share} busy, as in the settings.", share=share))
        if cost.today is None
        else md(
            tr(
                "Today's load is measured: {n} inputs a second over the last day. The usual one is assumed: {share} "
                "busy, as in the settings.",
                n=number(cost.rows_per_s),
                share=share,
            )
        )
    )
