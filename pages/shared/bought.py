"""Buying, measured: rows of the test part to send to a vendor, the answers that come back, and what was kept."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from engine.datasets.answers import Answers, read_answers
from engine.datasets.dataset import Dataset
from engine.datasets.sent import SENT, rows_to_send
from engine.datasets.store import open_dataset
from engine.errors import BreakevenError
from engine.jobs.bought import LONGEST_NAME, delete_bought, store_bought, usd_per_1000
from pages.shared import data, words
from pages.shared.frame import badge, show_error, strong
from pages.shared.i18n import md, tr, trn
from pages.shared.numbers import milliseconds, money, number
from pages.shared.resources import settings
from pages.shared.uploads import take_file

SUFFIXES = ("csv", "tsv", "txt", "parquet")
SHOWN_ROWS = 5
STORED = "bought-stored"
"""Where the session keeps the name of what was stored last."""


def section(points: pd.DataFrame, scenario: str) -> None:
    """Draw how a vendor's answers to the test part of `points` come in, and those that are there."""
    bought = points[points["kind"] == "bought"]
    title = tr("Measure a vendor or a hosted model on the same rows")
    with st.expander(title, icon=":material/shopping_cart:", key="bought"):
        dataset = _dataset(points)
        if dataset is None:
            return
        if not dataset.labels:
            st.caption(
                tr("This scenario answers with lists of items; only answers that are classes can be brought in.")
            )
            return
        _send(dataset)
        _take(dataset, scenario)
    _kept(bought.to_dict("records"))


def _dataset(points: pd.DataFrame) -> Dataset | None:
    """Return a stored data set whose test part these runs were judged on; None, said why, when none is left."""
    for dataset_id in dict.fromkeys(points["dataset_id"].iloc[::-1]):
        try:
            return open_dataset(settings(), str(dataset_id))
        except BreakevenError:
            continue
    st.caption(tr("The data of these runs was deleted, so that no answers can be judged on it."))
    return None


def _send(dataset: Dataset) -> None:
    strong(tr("1. Send the rows"))
    st.caption(
        md(tr("The {n} rows of the test part, without their labels. Check that the people in the data and your "
              "contracts allow them to be sent.", n=number(dataset.part_rows("test"))))
    )  # fmt: skip
    st.download_button(
        tr("Download the rows to send"), lambda: rows_to_send(dataset)[1], SENT[dataset.task],
        icon=":material/download:", on_click="ignore", key="bought-rows",
    )  # fmt: skip


def _take(dataset: Dataset, scenario: str) -> None:
    strong(tr("2. Bring in the answers"))
    st.caption(
        md(tr("A CSV or Parquet file with the columns row and label, or one column of probabilities for each class "
              "({labels}); latency_ms and usd, for each answer, may be there too.", labels=", ".join(dataset.labels)))
    )  # fmt: skip
    if name := st.session_state.pop(STORED, ""):
        st.success(tr("{name} stands on the chart now.", name=md(name)), icon=":material/check_circle:")
    turn = st.session_state.setdefault("bought-turn", 0)
    file = take_file(tr("Answers"), SUFFIXES, key=f"bought-file-{turn}")
    if file is None:
        return
    try:
        answers = _read(file.getvalue(), file.name, dataset.id, dataset)
    except BreakevenError as error:
        show_error(error)
        return
    _preview(answers, dataset)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(tr("What is it called?"), Path(file.name).stem[:LONGEST_NAME], max_chars=LONGEST_NAME,
                             key=f"bought-name-{turn}")  # fmt: skip
        price = None
        if answers.usd is None:
            price = st.number_input(
                tr("Price of 1,000 answers (US$)"), value=None, step=0.1, key=f"bought-price-{turn}",
                help=tr("Without a price it has no place on the axes of cost."),
            )  # fmt: skip
        pressed = st.button(tr("Store and compare"), type="primary", icon=":material/add:", key="bought-store")
    if pressed:
        _store(dataset, scenario, answers, name, price)


@st.cache_data(show_spinner=False, max_entries=2)
def _read(content: bytes, filename: str, dataset_id: str, _dataset: Dataset) -> Answers:  # noqa: ARG001 - the cache's key
    with tempfile.TemporaryDirectory(prefix="breakeven-") as folder:
        path = Path(folder) / "answers"
        path.write_bytes(content)
        return read_answers(path, filename, _dataset)


def _preview(answers: Answers, dataset: Dataset) -> None:
    """Draw what was understood of the file, before anything is stored."""
    said = [dataset.labels[i] for i in answers.probabilities.argmax(axis=1)[:SHOWN_ROWS]]
    table = pd.DataFrame({tr("Row"): answers.rows["row"].head(SHOWN_ROWS).astype(str), tr("Answer"): said})
    if answers.graded:
        for place, label in enumerate(dataset.labels):
            table[f"p({label})"] = [number(float(p), 3) for p in answers.probabilities[:SHOWN_ROWS, place]]
    if answers.latency_ms is not None:
        table[tr("Latency")] = [milliseconds(float(v)) for v in answers.latency_ms[:SHOWN_ROWS]]
    if answers.usd is not None:
        table[tr("Price")] = [money(float(v)) for v in answers.usd[:SHOWN_ROWS]]
    st.dataframe(table, hide_index=True, alt=tr("The first answers as they are understood"))
    each = usd_per_1000(answers, None)
    found = [trn("{n} answer, one for each row", "{n} answers, one for each row", len(answers.rows))]
    found.append(tr("with probabilities") if answers.graded else tr("labels only: no AUC, no calibration"))
    if answers.latency_ms is not None:
        found.append(tr("{time} at the median", time=milliseconds(float(pd.Series(answers.latency_ms).median()))))
    if each is not None:
        found.append(tr("{price} per 1,000", price=money(each)))
    st.caption(md(" · ".join(found)))


def _store(dataset: Dataset, scenario: str, answers: Answers, name: str, price: float | None) -> None:
    try:
        with st.spinner(tr("Judging the answers …")):
            store_bought(settings(), scenario, dataset, answers, name=name, price=price)
    except BreakevenError as error:
        show_error(error)
        return
    st.session_state["bought-turn"] += 1  # an empty field for the next file
    st.session_state[STORED] = name
    st.rerun()


def _kept(rows: list[dict[Any, Any]]) -> None:
    """Draw what was bought, each with the click that deletes it."""
    for row in rows:
        run_id = str(row["run_id"])
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{md(words.row_name(row))}** · {md(words.answer(str(row['scenario']), row))}", width="content"
            )
            badge("measured", tr("Judged here on the same rows as your own runs; latency and price are the vendor's."))
            with st.popover(tr("Delete"), icon=":material/delete:", type="tertiary"):
                st.caption(tr("The answers and their figures are deleted from this computer for good."))
                st.button(
                    tr("Delete for good"), key=f"bought-delete-{run_id}", type="primary", on_click=_delete,
                    args=(run_id,),
                )  # fmt: skip


def _delete(run_id: str) -> None:
    delete_bought(settings(), data.run(run_id))
