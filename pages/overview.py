"""Overview: what each scenario can do so far, what runs, and where each of three people starts."""

import streamlit as st

from engine.analytics.priced import Pricing
from engine.scenarios import SCENARIOS
from pages.shared import data, site
from pages.shared.best import scenario_card
from pages.shared.frame import data_notes, kinds_legend, page_title, strong
from pages.shared.i18n import tr
from pages.shared.recent import recent_runs
from pages.shared.resources import settings

page_title(tr("What can a small model do for you?"), tr("Fine-tuned here, measured here, priced with dated sources."))
runs = data.runs()
best = data.best({scenario.name: scenario.quality for scenario in SCENARIOS.values()})
pricing = Pricing.choose(settings().instance, settings().utilisation)
if len(runs) and runs["synthetic"].any():
    data_notes(synthetic=True)

with st.grid(2, min_column_width=340):
    for scenario in SCENARIOS.values():
        scenario_card(scenario, best.get(scenario.name), pricing)
    recent_runs(runs)

st.subheader(tr("Where to start"), anchor=False)
first = next(iter(SCENARIOS))
with st.grid(3, min_column_width=260):
    with st.container(border=True, height="stretch"):
        strong(tr("You decide"))
        st.caption(tr("See which option is worth its cost, on one picture."))
        st.space("stretch")
        site.link(site.COMPARE, tr("Compare the options"), icon=":material/scatter_plot:")
    with st.container(border=True, height="stretch"):
        strong(tr("You have a file"))
        st.caption(tr("Upload it, see what is wrong with it, and train on it."))
        st.space("stretch")
        site.link(site.scenario_file(first), tr("Upload data"), icon=":material/upload_file:", step="data")
    with st.container(border=True, height="stretch"):
        strong(tr("You run it"))
        st.caption(tr("Provider, memory, queue and errors of this machine, and the address to call."))
        st.space("stretch")
        site.link(site.SERVING, tr("See what is served"), icon=":material/dns:")
kinds_legend()
