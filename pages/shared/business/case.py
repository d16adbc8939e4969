"""Which case is open: bear, base, bull or one's own, and what the address changes about it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from engine.analytics import cases
from engine.economics.business.case import Case
from engine.economics.business.link import changed, changes, written
from engine.economics.business.presets import PRESETS, called, preset
from engine.errors import BreakevenError
from engine.messages import Message
from pages.shared import address
from pages.shared.business.serving import carried
from pages.shared.frame import say, show_error
from pages.shared.i18n import md, tr, tr_message
from pages.shared.resources import settings
from pages.shared.site import address as link_parameters

PARAMETER = "case"


@dataclass(frozen=True)
class Open:
    """The case as it is shown."""

    kept: Case
    """As it was saved, or a preset."""
    case: Case
    """With what the address changes."""
    problems: dict[str, Message]
    """By key: what of the address cannot be; the kept case holds there."""

    @property
    def edited(self) -> bool:
        return self.case != self.kept


def name_of(case: Case) -> str:
    """Return what a case is called, in the reader's language where it is a preset."""
    return tr_message(called(case))


def tabs() -> Open:
    """Draw the cases as tabs; return the one that is open, with what the address changes about it."""
    known = cases.with_presets(settings())
    for error in cases.broken(settings()):
        show_error(error)
    said = address.recall(PARAMETER)
    names = {key: name_of(case) for key, case in known.items()}
    if said and said not in known:
        gone = md(tr("There is no case {name} here, or no longer; Base is shown.", name=said[:40]))
        st.caption(f":red[{gone}]")
    kept = known[address.choice(st.segmented_control, tr("Case"), names, key=PARAMETER, fallback="base", required=True)]
    if st.session_state.get("case-open") not in {None, kept.id}:
        forget_changes(kept)
    st.session_state["case-open"] = kept.id
    case, problems = changed(kept, address.query())
    return Open(kept, case, problems)


def forget_changes(kept: Case) -> None:
    """Take what changes a case out of the address."""
    for key in address.recall_some(*written(kept)):
        address.remember(key, None)


def handed_on(opened: Open) -> dict[str, str]:
    """Return the parameters with which another page rests on the case that is open, with what the address changes."""
    return {PARAMETER: opened.kept.id} | address.recall_some(*written(opened.kept))


def link(case: Case) -> dict[str, str]:
    """Return the parameters of an address that opens the case anywhere: what differs from the preset it came from."""
    start = case.base if case.base in PRESETS else "base"
    return link_parameters(**carried("shown"), case=start) | changes(case, preset(start))


def manage(opened: Open) -> None:
    """Draw what can be done with the case: save, copy, delete, share."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.popover(tr("Save or copy"), icon=":material/save:", type="tertiary"):
            _save(opened)
        with st.popover(tr("Share"), icon=":material/link:", type="tertiary"):
            _share(opened.case)
        if opened.edited:
            st.button(tr("Undo the changes"), icon=":material/undo:", type="tertiary", on_click=forget_changes,
                      args=(opened.kept,), key="case-undo")  # fmt: skip
        if opened.kept.id not in PRESETS:
            st.button(tr("Delete"), icon=":material/delete:", type="tertiary", key="case-delete", on_click=_delete,
                      args=(opened.kept,))  # fmt: skip


def _save(opened: Open) -> None:
    own = opened.kept.id not in PRESETS
    name = st.text_input(tr("Name of the case"), opened.kept.name if own else "", key=f"case-name-{opened.kept.id}",
                         max_chars=cases.LONGEST_NAME)  # fmt: skip
    with st.container(horizontal=True):
        if own and st.button(tr("Save"), key="case-save", type="primary"):
            _keep(opened.case, name, opened.kept.id)
        if st.button(tr("Save as a new case"), key="case-copy", type="secondary" if own else "primary"):
            _keep(opened.case, name, "")


def _keep(case: Case, name: str, case_id: str) -> None:
    try:
        made = cases.save(settings(), case, name, case_id=case_id)
    except BreakevenError as error:
        st.error(say(error.message), icon=":material/error:")
        return
    forget_changes(case)
    address.remember(PARAMETER, made.id)
    st.session_state["case-open"] = made.id
    st.rerun()


def _delete(kept: Case) -> None:
    cases.delete(settings(), kept.id)
    forget_changes(kept)
    address.remember(PARAMETER, None)
    st.session_state.pop(PARAMETER, None)
    st.session_state.pop("case-open", None)


def _share(case: Case) -> None:
    url = (st.context.url or "").split("?")[0]
    st.caption(tr("This link opens the case with the same figures, here or wherever the run is."))
    st.code(f"{url}?{urlencode(link(case))}", language=None, wrap_lines=True)
