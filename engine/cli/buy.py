"""`buy`: the test part of a run as rows to send to a vendor, and the vendor's answers judged as the run was."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.finished import finished_run
from engine.cli.output import finish, share
from engine.cli.train import AsJson, existing, values
from engine.cli.use import Run
from engine.config import load_settings
from engine.datasets.answers import read_answers
from engine.datasets.sent import rows_to_send
from engine.datasets.store import open_dataset
from engine.errors import BadInput
from engine.files import written_aside
from engine.jobs.bought import store_bought


def buy(
    run: Run,
    rows: Annotated[Path | None, typer.Option(help="Write the rows to send, without the truth, to this file.")] = None,
    answers: Annotated[Path | None, typer.Option(help="A CSV or Parquet file with the vendor's answers.")] = None,
    name: Annotated[str, typer.Option(help="What the vendor or model is called.")] = "",
    usd_per_1000: Annotated[float | None, typer.Option(help="The price of 1,000 answers, if not in the file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Judge what a vendor answers to the test part of a run, beside the run itself."""
    settings, began = load_settings(), time.perf_counter()
    if (rows is None) == (answers is None):
        raise BadInput("Give either --rows, to write what is sent out, or --answers, to bring in what came back.")
    found = finished_run(settings, run)
    dataset = open_dataset(settings, found.report["dataset"]["id"])
    if rows is not None:
        _, content = rows_to_send(dataset)
        with written_aside(rows) as aside:
            aside.write_bytes(content)
        result = {"run_id": found.run.run_id, "metrics": {}, "out": str(rows), "rows": dataset.part_rows("test")}
        lines = [f"The {dataset.part_rows('test')} rows of the test part are in {rows}, without the truth."]
    else:
        assert answers is not None
        read = read_answers(existing(answers), answers.name, dataset)
        bought = store_bought(
            settings, found.run.spec.scenario, dataset, read, name=name or answers.stem, price=usd_per_1000
        )
        report = bought.report()
        result = {"run_id": bought.run_id, "metrics": values(report["quality"]), "usd_per_1000": report["usd_per_1000"]}
        lines = [f"Bought {bought.run_id} ({bought.label}) on {dataset.name}, {report['quality']['rows']} rows:"]
        lines += [f"  {metric}: {share(value)}" for metric, value in report["quality"]["metrics"].items()]
    finish({**result, "seconds": round(time.perf_counter() - began, 3)}, lines, as_json=as_json)
