"""Pictures that belong together: the same pixels, nearly the same, of one patient; and the steps that drop some."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.datasets.images.near import Groups, similar_pairs
from engine.datasets.images.problems import repetition_problems
from engine.datasets.images.work import Work


def group(work: Work) -> None:
    """Tell which pictures have the same pixels, which nearly the same, and which must stay on one side."""
    rows = work.found.rows
    firsts: dict[str, int] = {}
    work.first = [firsts.setdefault(r.digest, place) for place, r in enumerate(rows)]
    near, together = Groups(len(rows)), Groups(len(rows))
    for place, first in enumerate(work.first):
        near.join(place, first)
    for a, b in _alike(work, sorted(firsts.values())):
        near.join(a, b)
    known: dict[str, int] = {}
    for place, row in enumerate(rows):
        together.join(place, near.root(place))
        for name in (f"patient {row.patient}" if row.patient else "", row.together):
            if name:
                together.join(place, known.setdefault(name, place))
    work.near = [near.root(p) for p in range(len(rows))]
    work.roots = [together.root(p) for p in range(len(rows))]


def _alike(work: Work, places: list[int]) -> list[tuple[int, int]]:
    if not places:
        return []
    hashes = np.array([work.found.hashes[p] for p in places], dtype=np.uint64)
    grids = np.stack([work.found.grids[p] for p in places])
    return [(places[a], places[b]) for a, b in similar_pairs(hashes, grids).tolist()]


def note_repetitions(work: Work) -> None:
    """Put duplicates, near duplicates and pictures with two labels on the list of problems."""
    copies, near, conflicts = (affected(work, s) for s in ("drop_duplicates", "drop_near_duplicates", "drop_conflicts"))
    work.counts = {"duplicates": len(copies), "near_duplicates": len(near), "conflicts": len(conflicts)}
    work.problems += repetition_problems(copies, near, conflicts, work.found, work.options)


def affected(work: Work, step: str) -> list[int]:
    """Return the places, among those used, that a cleaning step would drop."""
    rows, used, seen = work.found.rows, work.used, dict[Any, int]()
    if step == "drop_duplicates":
        return [p for p in used if seen.setdefault((work.first[p], rows[p].label), p) != p]
    if step == "drop_near_duplicates":
        return [p for p in used if work.first[seen.setdefault(work.near[p], p)] != work.first[p]]
    labels: dict[int, set[str]] = {}
    for place in used:
        labels.setdefault(work.first[place], set()).add(rows[place].label)
    return [p for p in used if len(labels[work.first[p]]) > 1]


def clean(work: Work) -> None:
    """Carry out the cleaning steps in order."""
    for step in work.options.cleaning:
        if step == "drop_unreadable":  # such pictures never came in
            work.steps.append({"step": step, "rows_dropped": len(work.found.unreadable)})
        else:
            work.drop(step, set(affected(work, step)))
