"""Business: what a measured run earns in sixty months, how sure that is, what matters, and what was counted since."""

import streamlit as st

from engine.economics.business.assumptions import GROUPS
from engine.errors import BreakevenError
from pages.shared import address, choosing, data, site
from pages.shared import fields as shared_fields
from pages.shared.business import answer, case, counted, export, fields, lists, money, rules, sections, serving
from pages.shared.business.found import plan as plan_of
from pages.shared.frame import data_notes, kinds_legend, page_title, show_error
from pages.shared.i18n import tr, tr_message
from pages.shared.scenario.labels import run_labels

page_title(
    tr("Does it pay, and does the money last?"),
    tr(
        "Sixty months of profit and cash from a run measured here and assumptions of your own, in thousands of futures."
    ),
)
scenario = choosing.scenario()
runs = data.runs(scenario.name)
if not len(runs):
    choosing.nothing_yet(
        scenario.name,
        tr("Nothing to plan with yet"),
        tr("A plan starts from what serving a finished run costs."),
        ":material/trending_up:",
    )
    st.stop()
labels = run_labels(runs)
chosen = address.choice(st.selectbox, tr("Run"), labels, key="run", fallback=next(iter(labels)))
run = data.row(runs, chosen)
data_notes(synthetic=bool(run["synthetic"]))
served = serving.section(run, scenario.task)
if served is None:
    st.stop()

with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    opened = case.tabs()
    purse = money.chosen()
case.manage(opened)
with st.expander(tr("Team, funding, credits and payments once"), icon=":material/table_rows:"):
    lists.section(opened)
rules.section(opened, scenario.name, str(run["dataset_id"]))
left, right = st.columns([2, 3], gap="large")
with left:
    fields.sliders(opened)
    groups = {"basics": tr("Basics")} | {k: tr_message(v) for k, v in GROUPS.items()}
    group = address.choice(st.selectbox, tr("All assumptions about"), groups, key="group", fallback="basics")
    if group == "basics":
        fields.streams(opened)
    else:
        fields.group(opened, group)
    money.origin(purse.rate)

plan = plan_of(opened.case, served)
with right:
    everything = shared_fields.toggle(tr("All 10,000 futures"), key="thorough", fallback=False)
    try:
        fan = plan.thorough if everything else plan.quick
    except BreakevenError as error:
        show_error(error)
        st.stop()
    st.header(answer.headline(plan, fan, purse), anchor=False)
    answer.moved(plan, purse)
    answer.summary(plan, fan, purse)
    known, again = counted.known(opened.kept, plan)
    sections.cash(plan, fan, purse, known, again)
one, two = st.columns(2, gap="large")
with one:
    sections.income(plan, purse)
with two:
    sections.odds(fan)
sections.matters(plan, purse)

closer = {
    "figures": tr("Figures of a month"), "needed": tr("What it would take"), "owners": tr("Who owns the firm"),
    "counted": tr("Plan against actual"), "cases": tr("Cases and files"),
}  # fmt: skip
look = address.choice(st.segmented_control, tr("Look closer"), closer, key="closer", fallback="figures", required=True)
if look == "figures":
    sections.metrics(plan, purse)
elif look == "needed":
    sections.needed(plan)
elif look == "owners":
    sections.owners(plan, purse)
elif look == "counted":
    counted.section(opened.kept, plan, purse)
else:
    export.section(opened, plan, purse, labels[chosen])
with st.container(horizontal=True):
    for where, title, icon in (
        (site.DECIDE, tr("Decide with this case"), ":material/gavel:"),
        (site.READINESS, tr("How ready with this case"), ":material/radar:"),
    ):
        site.link(where, title, icon=icon, **(serving.carried("at") | case.handed_on(opened)))
kinds_legend()
