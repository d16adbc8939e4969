"""Several business cases on the Decide page: which ones, what each of them recommends, and whose options are shown."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd
import streamlit as st

from engine.analytics.cases import with_presets
from engine.analytics.plans import Sale
from engine.analytics.question import MOST_CASES, Answered
from engine.economics.business.case import Case
from engine.errors import BreakevenError
from engine.reports.in_each_case import UNMOVED, lines, unmoved, verdict
from engine.reports.speech import Speech
from engine.reports.stakeholder.document import Bars
from engine.reports.stakeholder.in_each_case import PROJECTED, side_by_side, wins
from pages.shared import address, fields
from pages.shared.business.case import name_of
from pages.shared.business.found import key_of
from pages.shared.charts import decide as charts
from pages.shared.charts import style
from pages.shared.decide import choose
from pages.shared.frame import badge, say, strong
from pages.shared.i18n import md, tr, tr_message
from pages.shared.resources import settings


def beside(case: Case) -> tuple[Case, ...]:
    """Draw the choice of further cases, in each of which the same is decided; return them."""
    known = {key: one for key, one in with_presets(settings()).items() if key != case.id}
    picked = fields.several(
        tr("Cases beside it"), {key: name_of(one) for key, one in known.items()}, key="cases", most=MOST_CASES - 1,
        gone=tr("There is no case {name} here, or no longer, or it is chosen already.", name="{name}"),
        help=tr("The same is decided in each of them, with the same limits and weights and its own load: does the "
                "answer change?"),
    )  # fmt: skip
    return tuple(known[key] for key in picked)


def counted(cases: tuple[Case, ...], planned: Sale | None, *, follows: bool) -> tuple[Case, ...]:
    """Return those of the cases that can be computed; say of the others, and of those without a load, what is done."""
    if planned is None:
        return ()
    found = []
    for case in cases:
        name = name_of(case)
        try:
            sold = choose.sold(key_of(case), planned.month, case)
        except BreakevenError as error:
            title = tr("The case {case} does not count", case=name)
            st.warning(say(error.message), title=title, icon=":material/trending_down:")
            continue
        found.append(case)
        if follows and sold.predictions < 1:
            text = tr("In month {month} the case {case} is asked for nothing yet; it is decided at the load here.",
                      month=planned.month, case=name)  # fmt: skip
            st.caption(md(text))
    return tuple(found)


def told(found: Answered) -> None:
    """Draw beneath the recommendation which case it rests on and whether the others say the same."""
    if not found.across:
        return
    strong(tr_message(verdict(found)))
    case = tr_message(found.question.case_name)
    st.caption(md(tr("The recommendation and its figures are those of the case {case}.", case=case)))


def compared(found: Answered, speech: Speech, key: Hashable) -> None:
    """Draw what each case recommends, side by side, and how firmly; nothing for one case."""
    if not found.across:
        return
    st.subheader(tr("In each case"), anchor=False)
    st.markdown("\n".join(f"- {say(line)}" for line in lines(found, speech)))
    table = side_by_side(found, speech)
    strong(table.caption)
    st.dataframe(_frame(table.head, table.rows), hide_index=True, alt=table.caption)
    badge("projected", tr_message(PROJECTED))
    if (bars := wins(found, speech)) is not None:
        strong(bars.title)
        head = (tr("Option"), *(s.name for s in bars.series))
        rows = tuple(zip(bars.names, *(s.texts for s in bars.series), strict=True))
        made = style.kept(("in-each-case", key), lambda: charts.in_each_case(bars))
        style.draw(made, bars.title, _frame(head, rows), key="in-each-case")
        badge("projected", _method(bars))
    if unmoved(found):
        st.info(say(UNMOVED), icon=":material/info:")


def _frame(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(head))


def _method(bars: Bars) -> str:
    return tr("Options of one case are scored among themselves, by the same limits and weights in each of the {n} "
              "cases; scores of different cases are not compared.", n=len(bars.series))  # fmt: skip


def shown(found: Answered) -> Answered:
    """Draw the choice of the case whose options the tables show; return the decision in it."""
    if not found.across:
        return found
    each = {one.question.case.id: one for one in found.in_each if one.question.case}
    names = {key: tr_message(one.question.case_name) for key, one in each.items()}
    picked = address.choice(st.segmented_control, tr("Options in the case"), names, key="in", fallback=next(iter(each)),
                            required=True)  # fmt: skip
    return each[picked]
