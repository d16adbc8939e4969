"""Cleaning steps. Each is one query that names the rows of `data` it would drop, for the preview and for the deed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.datasets.interactions.options import InteractionOptions
from engine.errors import BadInput

if TYPE_CHECKING:
    import duckdb

STEPS: dict[str, str] = {
    "ignore_times": "SELECT row FROM data WHERE false",
    "drop_duplicates": "SELECT row FROM data QUALIFY row_number() OVER "
    "(PARTITION BY user, item ORDER BY {strength} time DESC NULLS LAST, row DESC) > 1",
    "drop_rare_users": "SELECT row FROM data QUALIFY count(*) OVER (PARTITION BY user) < {rare_below}",
    "drop_rare_items": "SELECT row FROM data QUALIFY count(*) OVER (PARTITION BY item) < {rare_below}",
}
"""Step → the rows it drops. Of a repeated pair of user and item the last stays, with events the last of the strongest.
"ignore_times" drops none: times are then not read at all."""


def check_steps(steps: tuple[str, ...]) -> None:
    """Raise BadInput for a step that does not exist."""
    for step in steps:
        if step not in STEPS:
            raise BadInput(
                "There is no cleaning step {step}; choose from: {choices}.", step=step, choices=", ".join(STEPS)
            )


def query(step: str, options: InteractionOptions) -> str:
    """Return the query that names the rows `step` drops."""
    return STEPS[step].format(
        rare_below=int(options.rare_below), strength="weight DESC," if options.event_column else ""
    )


def clean(connection: duckdb.DuckDBPyConnection, options: InteractionOptions) -> list[dict[str, Any]]:
    """Carry out the steps of `options` in order; return {"step", "rows_dropped"} for each."""
    done = []
    for step in options.cleaning:
        row = connection.execute(f"DELETE FROM data WHERE row IN ({query(step, options)})").fetchone()  # noqa: S608
        done.append({"step": step, "rows_dropped": int(row[0]) if row else 0})
    return done
