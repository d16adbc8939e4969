"""Which column holds the text and which the label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.messages import Message

MAX_LABELS = 100
"""A column with more different values than this is not taken for labels."""
SHOWN_COLUMNS = 30


Usual = Mapping[str, tuple[str, ...]]
"""Role of a column → what such columns are usually called, in lower case, the most usual first."""
USUAL: dict[str, tuple[str, ...]] = {
    "text": ("text", "sentence", "content", "headline", "title", "文本", "句子", "内容"),
    "label": ("label", "sentiment", "class", "category", "target", "标签", "情感", "类别"),
}


def detect_columns(
    columns: Sequence[str], rows: Sequence[dict[str, str]], usual: Usual, *, text: str = "", label: str = ""
) -> tuple[str, str]:
    """Return the names of the text and the label column; "" for one that cannot be told.

    A column that was named is kept. Else a usual name decides, else the looks of `rows`: the text is the column with
    the longest different values, the label the one with the fewest values that repeat.
    """
    names = {**USUAL, **usual}
    text = text or _named(columns, names["text"], exclude=label)
    label = label or _named(columns, names["label"], exclude=text)
    if not text:
        text = _longest(columns, rows, exclude=label)
    if not label:
        label = _fewest_values(columns, rows, exclude=text)
    return text, label


def untold(filename: str, columns: Sequence[str], *, text: str, label: str) -> dict[str, Message]:
    """Return what to do about each column that could not be told, by its role: "text" or "label"."""
    if len(columns) == 1 and not (text and label):
        message = Message(
            "{filename} has one column alone, {column}, and a text and a label column are needed; give a file with "
            "both, or the delimiter that separates them.",
            filename=filename,
            column=columns[0],
        )
        return {"label" if text else "text": message}
    named = ", ".join(columns[:SHOWN_COLUMNS])
    found = {}
    if not text:
        found["text"] = Message(
            "No column of {filename} looks like text; name the text column. The columns are: {columns}.",
            filename=filename,
            columns=named,
        )
    if not label:
        found["label"] = Message(
            "No column of {filename} looks like a label; name the label column. The columns are: {columns}.",
            filename=filename,
            columns=named,
        )
    return found


def _named(columns: Sequence[str], usual: tuple[str, ...], *, exclude: str) -> str:
    plain = {column.strip().casefold(): column for column in reversed(columns) if column != exclude}
    return next((plain[name] for name in usual if name in plain), "")


def _longest(columns: Sequence[str], rows: Sequence[dict[str, str]], *, exclude: str) -> str:
    """Return the column whose values are longest, if they look like sentences: 12 characters and mostly different."""
    best, best_length = "", 12.0
    for column in columns:
        values = [row[column] for row in rows if row.get(column)]
        if column == exclude or not values or len(set(values)) < len(values) / 2 or all(map(_is_number, values)):
            continue
        length = sum(map(len, values)) / len(values)
        if length > best_length:
            best, best_length = column, length
    return best


def _fewest_values(columns: Sequence[str], rows: Sequence[dict[str, str]], *, exclude: str) -> str:
    """Return the column with the fewest values, if at least two occur and each stands in two rows on average."""
    best, best_count = "", MAX_LABELS + 1
    for column in columns:
        values = [row[column] for row in rows if row.get(column)]
        count = len(set(values))
        if column != exclude and 2 <= count < best_count and count * 2 <= len(values):
            best, best_count = column, count
    return best


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
