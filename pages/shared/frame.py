"""The frame of every page: title, what kind of figure one looks at, notes about the data, and errors in words."""

from __future__ import annotations

import logging
from typing import Any, Literal

import streamlit as st

from engine.errors import BreakevenError
from engine.files import new_id
from engine.messages import Message
from pages.shared.i18n import md, tr, tr_message

log = logging.getLogger("breakeven.pages")
Kind = Literal["measured", "projected", "assumed"]
ICONS: dict[Kind, str] = {
    "measured": ":material/straighten:",
    "projected": ":material/query_stats:",
    "assumed": ":material/edit_note:",
}
COLORS: dict[Kind, Literal["green", "blue", "orange"]] = {"measured": "green", "projected": "blue", "assumed": "orange"}


def page_title(title: str, caption: str = "") -> None:
    """Draw the title of a page and, beneath it, one sentence that says what the page answers."""
    st.title(md(title), anchor=False)
    if caption:
        st.caption(md(caption))


def kind_name(kind: Kind) -> str:
    return {"measured": tr("measured"), "projected": tr("projected"), "assumed": tr("assumed")}[kind]


def kind_meaning(kind: Kind) -> str:
    return {
        "measured": tr("Measured: taken with a clock or counter on this machine, in the run that is shown."),
        "projected": tr("Projected: computed from measured figures with a formula and facts that carry their source."),
        "assumed": tr("Assumed: a value that somebody chose and you can change."),
    }[kind]


def figure(label: str, value: str, kind: Kind, origin: str = "", *, note: str = "") -> None:
    """Draw one figure that wears its kind.

    `origin` says from what, when, with which formula and source; it is a hover away. `note` stands beneath the figure.
    """
    with st.container(gap="xxsmall"):
        st.metric(md(label), md(value))
        if note:
            st.caption(md(note))
        badge(kind, origin)


def badge(kind: Kind, origin: str = "") -> None:
    """Draw the badge of a kind; its hover says what the kind means and where the figure comes from."""
    help_ = md(kind_meaning(kind)) + (f"\n\n{md(origin)}" if origin else "")
    st.badge(kind_name(kind), icon=ICONS[kind], color=COLORS[kind], help=help_)


def kinds_legend() -> None:
    """Draw what the three kinds of figures mean, behind one small button."""
    with st.popover(tr("What do the badges mean?"), icon=":material/help:", type="tertiary"):
        kinds: tuple[Kind, ...] = ("measured", "projected", "assumed")
        for kind in kinds:
            st.markdown(f":{COLORS[kind]}-badge[{ICONS[kind]} {kind_name(kind)}]  \n{md(kind_meaning(kind))}")


def data_notes(*, synthetic: bool, licence: str = "", commercial_use: bool | None = None) -> None:
    """Say on every screen that uses the data: that it was generated, that its licence forbids commercial use."""
    if synthetic:
        st.info(
            tr(
                "These sentences were generated, not written by people. Figures from them show the way, not the market."
            ),
            title=tr("Synthetic data"),
            icon=":material/science:",
        )
    if commercial_use is False:
        st.warning(
            tr(
                "The licence of the data ({licence}) does not allow commercial use.",
                licence=md(licence or tr("not named")),
            ),
            title=tr("Not for commercial use"),
            icon=":material/gavel:",
        )


def show_error(error: BaseException) -> bool:
    """Show `error` as a sentence in the reader's language; return True, for nothing more is to be shown.

    What is no `BreakevenError` is a fault of the program: the page shows a reference, the log the traceback under it.
    """
    if isinstance(error, BreakevenError):
        st.error(md(tr_message(error.message)), icon=":material/error:")
        return True
    reference = new_id()[-8:]
    log.error("page fault %s", reference, exc_info=error)
    st.error(
        tr("Reload the page. If it happens again, send the log lines that carry {reference}.", reference=reference),
        title=tr("This page met a fault of the program"),
        icon=":material/error:",
    )
    return True


def empty(title: str, body: str, icon: str) -> Any:
    """Draw an empty state: what will be here; return the container for the one click that fills it."""
    box = st.container(border=True, horizontal_alignment="center")
    with box:
        st.space("small")
        st.markdown(f"### {icon} {md(title)}", text_alignment="center")
        st.caption(md(body), text_alignment="center")
    return box


def strong(text: str) -> None:
    """Draw a small heading: what the next thing on the page is."""
    st.markdown(f"**{md(text)}**")


def say(message: Message | str) -> str:
    """Return an engine's message in the reader's language, safe inside Markdown."""
    return md(tr_message(message))
