"""The work on one upload of pictures: read, find repetitions, clean, split, and draw up the card."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from engine.datasets.dataset import PARTS, Problem, by_level
from engine.datasets.images import card as figures
from engine.datasets.images.card import ImageCard
from engine.datasets.images.parts import drop_what_the_test_file_has, make_parts
from engine.datasets.images.problems import choice_problems, reading_problems
from engine.datasets.images.repeats import clean, group, note_repetitions
from engine.datasets.images.scan import scan
from engine.datasets.images.source import Source, open_source
from engine.datasets.images.work import Work
from engine.datasets.raw import open_raw
from engine.messages import Message


def examine(work: Work) -> None:
    """Read the file and the test file, tell what belongs together, clean and split; note every problem on the way."""
    options = work.options
    with open_source(work.raw.path, work.raw.filename, options, work.settings) as source:
        work.kind, work.facts = source.kind, source.facts
        work.problems += source.problems
        _scan(work, source, "data", 0.0, 0.6 if options.test_raw_id else 0.8)
    work.problems += reading_problems(work.found, options, work.raw.filename)
    work.used = list(range(len(work.found.rows)))
    if options.test_raw_id:
        _read_test_file(work)
    work.phase(0.85, Message("Looking for duplicates"))
    group(work)
    note_repetitions(work)
    work.phase(0.92, Message("Cleaning and splitting"))
    clean(work)
    if options.test_raw_id:
        drop_what_the_test_file_has(work)
    make_parts(work)


def _scan(work: Work, source: Source, name: str, start: float, end: float) -> None:
    def say(fraction: float, phase: Message) -> None:
        work.say(start + (end - start) * min(1.0, fraction), phase)

    scan(work.found, source, work.options, name=name, spool=work.spool, progress=say, should_stop=work.should_stop)


def _read_test_file(work: Work) -> None:
    """Add the pictures of the test file; of one that names parts, those of its test part."""
    found, start, failed = work.found, len(work.found.rows), len(work.found.unreadable)
    raw = open_raw(work.settings, work.options.test_raw_id)
    with open_source(raw.path, raw.filename, work.options, work.settings) as source:
        _scan(work, source, "test", 0.6, 0.8)
    named = {r.part for r in found.rows[start:]}
    if "test" in named and named != {"test"}:
        keep = [i for i, r in enumerate(found.rows) if i < start or r.part == "test"]
        found.rows = [found.rows[i] for i in keep]
        found.hashes = [found.hashes[i] for i in keep]
        found.grids = [found.grids[i] for i in keep]
    work.test = range(start, len(found.rows))
    _note_test_file(work, raw.filename, len(found.unreadable) - failed)


def _note_test_file(work: Work, filename: str, unreadable: int) -> None:
    rows = [work.found.rows[p] for p in work.test]
    if not rows:
        message = Message("The test file {filename} has no picture with a label.", filename=filename)
        work.problems.append(Problem("block", "empty_test_file", message))
    if strange := sorted({r.label for r in rows} - {work.found.rows[p].label for p in work.used}):
        message = Message(
            "The test file {filename} has labels that the data has not: {labels}; map them or correct the file.",
            filename=filename,
            labels=", ".join(strange[:10]),
        )
        work.problems.append(Problem("block", "strange_test_labels", message, count=len(strange)))
    if unreadable:
        message = Message(
            "Pictures of the test file that cannot be read: {count}; they are left out.", count=unreadable
        )
        work.problems.append(Problem("warn", "test_rows_left_out", message, count=unreadable))


def draw_up_card(work: Work, folder: Path | None) -> ImageCard:
    """Return the card; the small pictures that it lists are written into `folder`, if given."""
    found, options = work.found, work.options
    rows = [found.rows[p] for p in work.used]
    classes = figures.class_counts(rows)
    modality = figures.modality_of(rows, options.modality)
    patients = len({r.patient for r in rows if r.patient})
    problems = [*work.problems, *choice_problems(options, classes, modality, patients, kind=work.kind)]
    samples, aside = figures.write_samples(found, folder)
    return ImageCard(
        rows_read=found.read.get("data", 0),
        rows_used=len(rows),
        classes=classes,
        problems=by_level(problems),
        licence=options.licence,
        commercial_use=options.commercial_use,
        synthetic=options.synthetic,
        parts=_labels_by_part(work),
        steps=tuple(work.steps),
        samples=samples,
        labels_found=dict(found.labels_found.most_common(200)),
        kind=work.kind,
        positive=options.positive,
        modality=modality,
        patients=patients,
        patients_by_part=_patients_by_part(work),
        unreadable=len(found.unreadable),
        removed=dict(work.facts.get("removed", {})),
        aside=aside,
        aside_count=len(found.aside_names),
        duplicates=work.counts.get("duplicates", 0),
        near_duplicates=work.counts.get("near_duplicates", 0),
        conflicts=work.counts.get("conflicts", 0),
        **figures.figures(rows),
    )


def _labels_by_part(work: Work) -> dict[str, dict[str, int]]:
    if not work.parts:
        return {}
    counts: dict[str, Counter[str]] = {part: Counter() for part in PARTS}
    for place, part in work.parts.items():
        counts[part][work.found.rows[place].label] += 1
    return {part: dict(sorted(n.items())) for part, n in counts.items()}


def _patients_by_part(work: Work) -> dict[str, int]:
    told: dict[str, set[str]] = {}
    for place, part in work.parts.items():
        if patient := work.found.rows[place].patient:
            told.setdefault(part, set()).add(patient)
    return {part: len(names) for part, names in told.items()}
