"""What a person should know about pictures and their classes: problems that block, warn, or are only said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from engine.datasets.dataset import Problem
from engine.datasets.images.options import ImageOptions
from engine.datasets.images.scan import Scan
from engine.datasets.licence import licence_problems
from engine.messages import Message

MIN_PICTURES = 30
"""Fewer pictures than this teach nothing and measure nothing."""
FEW_OF_A_CLASS = 20
IMBALANCE = 20
MAX_CLASSES = 50
SHOWN = 100
Level = Literal["block", "warn", "note"]


def reading_problems(found: Scan, options: ImageOptions, filename: str) -> list[Problem]:
    """Return what went wrong between the file and the pictures."""
    return [*_unreadable(found, options, filename), *_unlabelled(found), *_aside(found), *_pages(found)]


def _unreadable(found: Scan, options: ImageOptions, filename: str) -> list[Problem]:
    count = len(found.unreadable)
    if not count:
        return []
    if not found.rows and not found.aside_names and not found.unlabelled:
        message = Message(
            "None of the {count} pictures in {filename} can be read; of the first one: {reason}.",
            count=count,
            filename=filename,
            reason=found.unreadable[0][2],
        )
        return [Problem("block", "none_readable", message, count=count, examples=_names(found))]
    message = Message(
        "Pictures that cannot be read: {count}; they are left out. Of the first one: {reason}.",
        count=count,
        reason=found.unreadable[0][2],
    )
    level: Level = "note" if "drop_unreadable" in options.cleaning else "warn"
    rows = tuple(row for row, _, _ in found.unreadable[:SHOWN])
    return [Problem(level, "unreadable", message, rows, count, "drop_unreadable", _names(found))]


def _names(found: Scan) -> tuple[Message, ...]:
    return tuple(Message("{name}: {reason}", name=name, reason=reason) for _, name, reason in found.unreadable[:20])


def _unlabelled(found: Scan) -> list[Problem]:
    if not (count := len(found.unlabelled)):
        return []
    message = Message("Pictures without a label: {count}; they are left out.", count=count)
    rows, names = tuple(r for r, _ in found.unlabelled[:SHOWN]), tuple(n for _, n in found.unlabelled[:5])
    return [Problem("warn", "unlabelled", message, rows, count, examples=names)]


def _aside(found: Scan) -> list[Problem]:
    if not (count := len(found.aside_names)):
        return []
    message = Message(
        "Pictures in which names or dates may be written: {count}. They are set aside; look at them and release those "
        "that show nobody.",
        count=count,
    )
    rows = tuple(s.row for s in found.aside)
    return [Problem("warn", "burned_in", message, rows, count, "release", tuple(found.aside_names[:5]))]


def _pages(found: Scan) -> list[Problem]:
    several = [r for r in found.rows if r.pages > 1]
    if not several:
        return []
    message = Message("Files with several pages or frames: {count}; chosen ones are used.", count=len(several))
    return [Problem("note", "several_pages", message, tuple(r.row for r in several[:SHOWN]), len(several))]


def repetition_problems(
    copies: Sequence[int], near: Sequence[int], conflicts: Sequence[int], found: Scan, options: ImageOptions
) -> list[Problem]:
    """Return duplicates, near duplicates and pictures with two labels, each given as places in `found.rows`."""
    known = (
        (
            "duplicates",
            copies,
            Message("Pictures that repeat an earlier one pixel for pixel: {count}.", count=len(copies)),
        ),
        ("near_duplicates", near, Message("Pictures nearly the same as an earlier one: {count}.", count=len(near))),
        (
            "conflicts",
            conflicts,
            Message("Pictures that also stand with another label: {count}.", count=len(conflicts)),
        ),
    )
    problems = []
    for kind, places, message in known:
        if places:
            step = f"drop_{kind}"
            level: Level = "note" if step in options.cleaning else "warn"
            rows = tuple(found.rows[p].row for p in places[:SHOWN])
            examples = tuple(f"{found.rows[p].name} [{found.rows[p].label}]" for p in places[:5])
            problems.append(Problem(level, kind, message, rows, len(places), step, examples))
    return problems


def class_problems(classes: dict[str, int], groups: Counter[str], *, parts: int) -> list[Problem]:
    """Return problems of the classes: label → pictures; `groups`: label → groups; `parts`: how many need one each."""
    rows = sum(classes.values())
    if not rows:
        message = Message("No picture has a label and can be used; give a ZIP with a folder of pictures a class.")
        return [Problem("block", "no_rows", message)]
    found = []
    if len(classes) > MAX_CLASSES:
        message = Message(
            "There are {count} different labels; at most {limit} classes can be learnt. Map them to fewer.",
            count=len(classes),
            limit=MAX_CLASSES,
        )
        return [Problem("block", "too_many_classes", message, count=len(classes))]
    if len(classes) == 1:
        message = Message(
            "Every picture has the label {label}; a model needs at least two classes.", label=next(iter(classes))
        )
        found.append(Problem("block", "one_class", message, count=rows))
    if rows < MIN_PICTURES:
        message = Message(
            "Pictures that can be used: {rows}; training needs at least {minimum}.", rows=rows, minimum=MIN_PICTURES
        )
        found.append(Problem("block", "too_few_rows", message, count=rows))
    return found + _small_classes(classes, groups, parts) + _balance(classes)


def _small_classes(classes: dict[str, int], groups: Counter[str], parts: int) -> list[Problem]:
    tiny = [label for label in classes if groups[label] < parts]
    small = [label for label in classes if groups[label] >= parts and classes[label] < FEW_OF_A_CLASS]
    found = []
    if tiny:
        message = Message(
            "Labels with fewer than {minimum} patients or different pictures cannot stand in every part: {labels}; map "
            "them to another label, leave them out, or add pictures.",
            labels=", ".join(tiny[:10]),
            minimum=parts,
        )
        found.append(Problem("block", "tiny_class", message, count=len(tiny)))
    if small:
        message = Message(
            "Labels with fewer than {minimum} pictures: {labels}; their figures will be uncertain.",
            labels=", ".join(small[:10]),
            minimum=FEW_OF_A_CLASS,
        )
        found.append(Problem("warn", "small_class", message, count=len(small)))
    return found


def _balance(classes: dict[str, int]) -> list[Problem]:
    most, least = max(classes.values()), min(classes.values())
    if most <= IMBALANCE * least:
        return []
    message = Message(
        "The largest class has {times} times the pictures of the smallest; watch AUC rather than accuracy.",
        times=round(most / least),
    )
    return [Problem("warn", "imbalance", message, count=most)]


def choice_problems(
    options: ImageOptions, classes: dict[str, int], modality: str, patients: int, *, kind: str
) -> list[Problem]:
    """Return what a person has still to say about the data, and what its licence means.

    `kind` is that of the file: only in a ZIP of class folders can names tell the patient.
    """
    found = []
    names = ", ".join(classes)
    if options.positive and classes and options.positive not in classes:
        message = Message(
            "The class that is looked for is called {label}, and no picture has it; choose from: {choices}.",
            label=options.positive,
            choices=names,
        )
        found.append(Problem("block", "positive_missing", message))
    if not options.positive and len(classes) == 2:
        message = Message(
            "Which class is looked for is not known: {choices}? Name it; then a miss can be told from a false alarm.",
            choices=names,
        )
        found.append(Problem("warn", "positive_unknown", message))
    if not patients:
        message = _patient_unknown(kind)
        found.append(Problem("note", "patient_unknown", message))
    if not modality:
        message = Message(
            "What kind of pictures these are (their modality) is not known; name it, and they are varied in training "
            "as that kind allows."
        )
        found.append(Problem("note", "modality_unknown", message))
    return found + licence_problems(options)


def _patient_unknown(kind: str) -> Message:
    if kind == "folders":
        return Message(
            "Nothing tells which pictures are of one patient, so pictures of one may stand on both sides of the split; "
            "say how file names begin if they name patients."
        )
    if kind == "dicom":
        return Message(
            "Nothing tells which pictures are of one patient, so pictures of one may stand on both sides of the split; "
            "give the labels CSV a column called patient."
        )
    return Message(
        "Nothing tells which pictures are of one patient, so pictures of one may stand on both sides of the split."
    )
