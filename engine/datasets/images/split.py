"""Train, validation and test: stratified by class, by content, no patient and no picture's likeness in two parts.

What belongs together (a patient's pictures, exact and near duplicates) is one group, of the rarest class in it. The
groups of a class are taken in the order of a hash of their content and the seed, and each goes to the part that is
filled least; large groups go first to train, which has room for them. So a picture's part does not depend on where it
stands in the file.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.datasets.dataset import PARTS, Part


@dataclass
class Group:
    """Pictures that must stay on one side."""

    label: str
    key: str
    """A hash of the content of its first picture, by content."""
    rows: list[int] = field(default_factory=list)


def groups_of(roots: Sequence[int], labels: Sequence[str], keys: Sequence[str]) -> list[Group]:
    """Return the groups of rows that share a root, each with the rarest of its labels."""
    counts = Counter(labels)
    found: dict[int, Group] = {}
    for row, (root, label, key) in enumerate(zip(roots, labels, keys, strict=True)):
        group = found.setdefault(root, Group(label, key))
        group.rows.append(row)
        group.label = min(group.label, label, key=lambda name: (counts[name], name))
        group.key = min(group.key, key)
    return list(found.values())


def split(groups: list[Group], rows: int, shares: dict[Part, float], seed: int) -> list[Part]:
    """Return the part of each of `rows` rows. `shares` names the parts to fill; every class gets a group in each."""
    parts: list[Part] = ["train"] * rows
    for label in sorted({g.label for g in groups}):
        for group, part in _of_one_class([g for g in groups if g.label == label], shares, seed):
            for row in group.rows:
                parts[row] = part
    return parts


def _of_one_class(groups: list[Group], shares: dict[Part, float], seed: int) -> list[tuple[Group, Part]]:
    total = sum(len(g.rows) for g in groups)
    wanted = {part: max(share * total, 1e-9) for part, share in shares.items()}
    large = max(1.0, min(wanted.values()) / 2)
    ordered = sorted(groups, key=lambda g: (len(g.rows) <= large, hashlib.sha256(f"{seed}{g.key}".encode()).digest()))
    filled = dict.fromkeys(wanted, 0)
    chosen: list[tuple[Group, Part]] = []
    for group in ordered:
        size = len(group.rows)
        if size > large and filled["train"] + size <= wanted["train"]:
            part: Part = "train"
        else:
            part = min(wanted, key=lambda p: ((filled[p] + size) / wanted[p], PARTS.index(p)))
        filled[part] += size
        chosen.append((group, part))
    return _none_empty(chosen, wanted)


def _none_empty(chosen: list[tuple[Group, Part]], wanted: dict[Part, float]) -> list[tuple[Group, Part]]:
    """Give each part at least one group, the smallest of the part that has most."""
    for part in wanted:
        counts = Counter(p for _, p in chosen)
        if counts[part] or len(chosen) < len(wanted):
            continue
        most = max(counts, key=lambda p: (counts[p], p))
        place = min((i for i, (_, p) in enumerate(chosen) if p == most), key=lambda i: len(chosen[i][0].rows))
        chosen[place] = (chosen[place][0], part)
    return chosen
