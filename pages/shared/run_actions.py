"""What a person does with a run itself: give it a name, put it away, have it back."""

from __future__ import annotations

import streamlit as st

from engine.jobs.runs import RunFolder
from engine.serving.promotion import endpoints_of
from pages.shared import data, resources
from pages.shared.i18n import md, tr

AWAY = "put-away"
"""Where the session keeps the run that was put away last, so that one click has it back."""
LONGEST = 60


def menu(run: RunFolder) -> None:
    """Draw the button behind which a run is named or put away."""
    with st.popover(tr("This run"), icon=":material/edit:", type="tertiary"):
        key = f"name-{run.run_id}"
        st.text_input(
            tr("What do you call it?"), run.label, key=key, max_chars=LONGEST, on_change=rename, args=(run, key)
        )
        away_button(run)


def away_button(run: RunFolder) -> None:
    """Draw the click that puts a run away, or has it back."""
    if run.trashed:
        st.button(
            tr("Have it back"), key=f"restore-{run.run_id}", icon=":material/undo:", on_click=restore, args=(run,)
        )
        return
    names = endpoints_of(resources.settings(), run.run_id)
    help_text = tr("It leaves every list and is no longer served. Its files stay, and you can have it back.")
    if names:
        help_text = tr("It answers for {endpoints}; retire its version there first.", endpoints=", ".join(names))
    st.button(
        tr("Put away"), key=f"away-{run.run_id}", icon=":material/inventory_2:", on_click=put_away, args=(run,),
        help=help_text, disabled=bool(names),
    )  # fmt: skip


def undo_line() -> None:
    """Draw, after a run was put away, the click that has it back."""
    run_id = st.session_state.get(AWAY, "")
    if not run_id:
        return
    run = data.run(run_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        name = run.label or run_id[-4:]
        st.caption(tr("Run {name} was put away.", name=md(name)), width="content")
        st.button(tr("Undo"), key="undo-away", icon=":material/undo:", type="tertiary", on_click=restore, args=(run,))


def rename(run: RunFolder, key: str) -> None:
    """Give a run the name that stands in the field `key`."""
    run.request("label", value=st.session_state[key].strip())


def put_away(run: RunFolder) -> None:
    run.request("trash")
    st.session_state[AWAY] = run.run_id


def restore(run: RunFolder) -> None:
    run.request("restore")
    st.session_state.pop(AWAY, None)
