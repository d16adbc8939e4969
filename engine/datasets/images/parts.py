"""Which part each picture stands in: split anew, as the file has it, or with a test file beside it."""

from __future__ import annotations

from collections import Counter

from engine.datasets.dataset import PARTS, Part, Problem
from engine.datasets.images.card import class_counts
from engine.datasets.images.problems import class_problems
from engine.datasets.images.split import groups_of, split
from engine.datasets.images.work import Work
from engine.messages import Message


def drop_what_the_test_file_has(work: Work) -> None:
    """Leave out of training what is a picture, or of a patient, of the test file."""
    shared = {work.roots[p] for p in work.test}
    gone = {p for p in work.used if work.roots[p] in shared}
    work.drop("drop_rows_of_the_test_file", gone)
    if gone:
        message = Message(
            "Pictures that also stand in the test file, or whose patient does: {count}; they are left out of training.",
            count=len(gone),
        )
        work.problems.append(Problem("note", "rows_of_the_test_file", message, count=len(gone)))


def make_parts(work: Work) -> None:
    """Set `parts` of every picture used, unless a problem blocks; problems of the classes are noted."""
    rows, options = work.found.rows, work.options
    keep = options.file_parts == "keep" and _names_all_parts(work)
    if keep:
        _drop_what_crosses(work)
    classes = class_counts([rows[p] for p in work.used])
    groups = groups_of(
        [work.roots[p] for p in work.used], [rows[p].label for p in work.used], [rows[p].digest for p in work.used]
    )
    needed = 1 if keep else 2 if work.test else 3
    work.problems += class_problems(classes, Counter(g.label for g in groups), parts=needed)
    if not classes or any(p.level == "block" for p in work.problems):
        return
    if keep:
        work.parts = {p: _part(rows[p].part) for p in work.used}
    else:
        placed = split(groups, len(work.used), _shares(work), options.split_seed)
        work.parts = dict(zip(work.used, placed, strict=True))
    work.parts |= dict.fromkeys(work.test, "test")


def _shares(work: Work) -> dict[Part, float]:
    train, validation, test = work.options.fractions
    if work.test:
        return {"train": train / (train + validation), "validation": validation / (train + validation)}
    return {"train": train, "validation": validation, "test": test}


def _part(name: str) -> Part:
    return next(part for part in PARTS if part == name)


def _names_all_parts(work: Work) -> bool:
    """Return whether the file names every part that is needed, of each picture; say so if it does not."""
    needed = {"train", "validation"} if work.test else set(PARTS)
    if {work.found.rows[p].part for p in work.used} == needed:
        return True
    message = Message("The file does not name the parts that are needed, so it was split anew.")
    work.problems.append(Problem("note", "parts_not_named", message))
    return False


def _drop_what_crosses(work: Work) -> None:
    """Of pictures that belong together and stand in several parts, keep those of the part that judges."""
    best: dict[int, int] = {}
    ranks = {p: PARTS.index(_part(work.found.rows[p].part)) for p in work.used}
    for place, rank in ranks.items():
        best[work.roots[place]] = max(best.get(work.roots[place], 0), rank)
    gone = {p for p, rank in ranks.items() if rank < best[work.roots[p]]}
    work.drop("drop_what_crosses_parts", gone)
    if gone:
        message = Message(
            "Pictures that stand in two parts of the file, or nearly the same or of the same patient: {count} are left "
            "out of the part that is learnt from.",
            count=len(gone),
        )
        work.problems.append(Problem("note", "crossing_parts", message, count=len(gone)))
