"""Overview: the state of the portfolio at a glance, and where each of three people starts."""

import streamlit as st

from engine.analytics.usual import usual_pricing
from engine.errors import BreakevenError
from engine.scenarios import SCENARIOS
from pages.shared import data, later
from pages.shared.frame import data_notes, kinds_legend, page_title
from pages.shared.i18n import tr
from pages.shared.overview import business, card, known, news, people
from pages.shared.resources import settings

page_title(tr("What can a small model do for you?"), tr("Fine-tuned here, measured here, priced with dated sources."))
runs = data.runs()
best = data.best({scenario.name: scenario.quality for scenario in SCENARIOS.values()})
asked = known.standings(list(best))
later.soon(asked.values())
standings = {name: known.answer(one) for name, one in asked.items()}
shown = next((s.row for s in standings.values() if s is not None and not isinstance(s, BreakevenError)), None)
plans = known.outlooks(shown)
later.soon(plans)

card.portfolio({name: card.verdict_of(standings.get(name)) for name in SCENARIOS})
if len(runs) and runs["synthetic"].any():
    data_notes(synthetic=True)
pricing = usual_pricing(settings())
with st.grid(2, min_column_width=340):
    for scenario in SCENARIOS.values():
        found = best.get(scenario.name)
        card.scenario_card(scenario, found.run if found else None, standings.get(scenario.name), pricing)
    news.section(runs)
business.section(shown, plans)
st.subheader(tr("Where to start"), anchor=False)
people.starts()
kinds_legend()
if waiting := later.pending():
    later.draw_again_with(waiting)
