"""Compare: every run as a point, two quantities at a time, with the front that nobody beats."""

import streamlit as st

from engine.analytics.priced import front
from pages.shared import address, bought, choosing, data, pricing
from pages.shared.axes import axes
from pages.shared.charts import style, tradeoff
from pages.shared.compare import chosen_runs, picture_frame, runs_table, test_part, title_words
from pages.shared.frame import badge, data_notes, kinds_legend, page_title
from pages.shared.i18n import tr

page_title(
    tr("Which option is worth its cost?"), tr("Every run is a point. Those on the line are beaten by no other run.")
)
scenario = choosing.scenario()

if not len(data.runs(scenario.name)):
    choosing.nothing_yet(
        scenario.name,
        tr("Nothing to compare yet"),
        tr("Every finished run becomes a point here."),
        ":material/scatter_plot:",
    )
    st.stop()

known = axes(scenario.name)
titles = {name: axis.title for name, axis in known.items()}
left, right = st.columns(2)
with left:
    across = known[address.choice(st.selectbox, tr("Across"), titles, key="x", fallback="serve")]
with right:
    up = known[address.choice(st.selectbox, tr("Upwards"), titles, key="y", fallback=next(iter(known)))]
where = pricing.picker()

points = test_part(data.points(where, scenario.name))
points["front"] = front(points, [across.column, up.column], maximise=[across.more_is_better, up.more_is_better])
chosen = chosen_runs()
data_notes(synthetic=bool(points["synthetic"].any()))

answer = title_words(points, across, up)
st.subheader(answer, anchor=False)
frame = picture_frame(points, across, up, chosen)
shown = (
    data.version(data.index()),
    tuple(points["run_id"]),
    across.column,
    up.column,
    data.pricing_key(where),
    tuple(chosen),
)
selected = style.draw(
    style.kept(shown, lambda: tradeoff.tradeoff(frame, across.title, up.title, {"x": across.write, "y": up.write})),
    answer,
    frame[["name", "x_text", "y_text", "front"]].rename(
        columns={"name": tr("Run"), "x_text": across.title, "y_text": up.title, "front": tr("On the front")}
    ),
    key="tradeoff",
    on_select="rerun",
    selection_mode="points",
)
with st.container(horizontal=True):
    for kind in dict.fromkeys((up.kind, across.kind)):
        badge(kind, tr("Bars are 95% intervals for quality, and ranges over published factors for money and carbon."))
runs_table(points, known, selected)
bought.section(points, scenario.name)
kinds_legend()
