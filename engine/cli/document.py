"""The report of the workspace as one document: every comparison, then the cards of the best runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.cli.comparison import by_test, cells, head
from engine.files import utc_now
from engine.jobs.runs import RunFolder


def document(runs: Sequence[RunFolder]) -> str:
    """Return the report on `runs` as Markdown; it stands alone."""
    folders = {run.run_id: run for run in runs}
    parts = [
        f"# Breakeven: {len(runs)} finished runs\n\nWritten {utc_now()}. "
        "Every figure was measured on the machine named in its card."
    ]
    if not runs:
        parts.append("No run has finished yet.")
    for test_id, reports in by_test(runs).items():
        parts += [_comparison(test_id, reports), _cards(folders[reports[0]["run_id"]])]
    return "\n\n".join(parts) + "\n"


def _comparison(test_id: str, reports: list[dict[str, Any]]) -> str:
    dataset, columns = reports[0]["dataset"], head(reports[0])
    lines = [f"## {dataset['name']}", ""]
    if dataset["synthetic"]:
        lines += ["**This data is synthetic: the figures say nothing about the real world.**", ""]
    lines += [
        f"Judged on the same {reports[0]['quality']['rows']} held-out rows (test part `{test_id[:12]}`), through the "
        "exported model as served; in brackets the bootstrap 95 % interval.",
        "",
        f"| {' | '.join(columns)} |",
        f"|{' --- |' * len(columns)}",
        *(f"| {' | '.join(str(c) for c in cells(report))} |" for report in reports),
    ]
    return "\n".join(lines)


def _cards(run: RunFolder) -> str:
    """Return the model card and the data card of a run, their headings two levels down."""
    texts = []
    for name in ("model_card.md", "data_card.md"):
        path = run.published.folder / name if run.published else None
        if path is not None and path.exists():
            texts.append(path.read_text("utf-8"))
    return "\n\n".join(
        "\n".join(f"##{line}" if line.startswith("#") else line for line in text.splitlines()) for text in texts
    )
