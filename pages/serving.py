"""Serving: names that other systems call, the versions behind them, and how they answer. For whoever runs it."""

import streamlit as st

from engine.serving.endpoints import endpoints
from pages.shared import address
from pages.shared.frame import kinds_legend, page_title
from pages.shared.i18n import tr
from pages.shared.resources import settings
from pages.shared.serving import answers, call, cost, doing, first, keys, load, now, versions

page_title(tr("Serving"), tr("Names that other systems call, the versions behind them, and how they answer now."))
now.service()
found = {one.name: one for one in endpoints(settings())}
if not found:
    first.invite()
    doing.said("")
    st.stop()

names = {name: name for name in found}
chosen = found[address.choice(st.selectbox, tr("Endpoint"), names, key="endpoint", fallback=next(iter(names)))]
now.endpoint(chosen)
cost.figures(chosen)
views = {
    "versions": tr("Versions"), "call": tr("Call it"), "load": tr("Load test"), "answers": tr("What it answered"),
    "keys": tr("Keys"),
}  # fmt: skip
view = address.choice(
    st.segmented_control, tr("Show"), views, key="view", fallback="versions", required=True,
    label_visibility="collapsed",
)  # fmt: skip
doing.said(chosen.name)
if view == "keys":
    keys.section()
else:
    {"versions": versions, "call": call, "load": load, "answers": answers}[view].section(chosen)
kinds_legend()
