"""The stored data sets of a scenario: choose one, see its card, train on it, delete it."""

from __future__ import annotations

import streamlit as st

from engine.datasets.dataset import Dataset
from engine.datasets.store import delete_dataset, dependents, list_away, list_datasets, put_away, put_back
from engine.scenarios import Scenario
from pages.shared import address, site, words
from pages.shared.frame import empty
from pages.shared.i18n import md, tr, trn
from pages.shared.numbers import moment
from pages.shared.resources import settings
from pages.shared.scenario import checking, data_card, findings


def stored(scenario: Scenario) -> list[Dataset]:
    """Return the data sets of the scenario's task, newest first."""
    return [d for d in list_datasets(settings()) if d.task == scenario.task]


def names(found: list[Dataset]) -> dict[str, str]:
    """Return what each data set is called in a list, by id."""
    return {d.id: f"{d.name} · {moment(d.created_at)} · {d.id[:6]}" for d in found}


def draw(scenario: Scenario) -> None:
    """Draw the choice of a stored data set and its card."""
    found = stored(scenario)
    if not found:
        with empty(
            tr("No data set yet"),
            tr("Upload a file above, or train on the demo data: it is prepared by the first run."),
            ":material/table_rows:",
        ):
            page = site.scenario_file(scenario.name)
            site.link(page, tr("Train on the demo data"), icon=":material/play_arrow:", step="finetune")
        deleted(scenario)
        return
    chosen = address.choice(st.selectbox, tr("Data set"), names(found), key="dataset", fallback=found[0].id)
    dataset = next(d for d in found if d.id == chosen)
    card = dataset.card
    st.subheader(findings.headline(card, dataset.name, words.rows(scenario.name)), anchor=False)
    for problem in card.problems:
        findings.problem_line(problem)
    data_card.figures(scenario, card, dataset)
    with st.container(horizontal=True, vertical_alignment="center"):
        checking.train_link(scenario, dataset.id)
        if st.button(tr("Delete"), icon=":material/delete:", type="tertiary", key="delete-dataset"):
            confirm_delete(dataset)
    deleted(scenario)


def deleted(scenario: Scenario) -> None:
    """Draw the data sets that were deleted and can still be had back."""
    found = [d for d in list_away(settings()) if d.task == scenario.task]
    if not found:
        return
    title = trn("{n} deleted data set", "{n} deleted data sets", len(found))
    with st.expander(title, icon=":material/delete:", key="deleted-datasets"):
        for dataset in found:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(md(names([dataset])[dataset.id]), width="stretch")
                st.button(
                    tr("Undo"), key=f"back-{dataset.id}", icon=":material/undo:", type="tertiary",
                    on_click=have_back, args=(dataset.id,),
                )  # fmt: skip
                st.button(
                    tr("Delete for good"), key=f"gone-{dataset.id}", icon=":material/delete_forever:", type="tertiary",
                    help=tr("The stored file goes too, unless another data set is made from it."),
                    on_click=delete_for_good, args=(dataset.id,),
                )  # fmt: skip


def take_away(dataset_id: str) -> None:
    put_away(settings(), dataset_id)
    address.forget("dataset")


def have_back(dataset_id: str) -> None:
    put_back(settings(), dataset_id)
    address.remember("dataset", dataset_id)


def delete_for_good(dataset_id: str) -> None:
    """Remove a deleted data set and its file from the disk."""
    delete_dataset(settings(), put_back(settings(), dataset_id).id, force=True)


def confirm_delete(dataset: Dataset) -> None:
    """Open the question whether to delete, naming what depends on the data."""

    @st.dialog(tr("Delete {name}?", name=md(dataset.name)))
    def ask() -> None:
        runs = dependents(settings(), dataset.id)
        if runs:
            count = trn("{n} run was trained on it", "{n} runs were trained on it", len(runs))
            st.warning(
                tr(
                    "{count} ({runs}). Their results stay; they cannot be trained again without the file.",
                    count=count,
                    runs=", ".join(r[-4:] for r in runs[:8]) + ("…" if len(runs) > 8 else ""),
                ),
                icon=":material/link_off:",
            )
        else:
            st.markdown(tr("No run depends on it."))
        st.caption(tr("You can undo this below the data sets."))
        with st.container(horizontal=True):
            if st.button(
                tr("Delete"), type="primary", icon=":material/delete:", key="delete-confirmed",
                on_click=take_away, args=(dataset.id,),
            ):  # fmt: skip
                st.rerun()
            if st.button(tr("Keep it")):
                st.rerun()

    ask()
