"""What a person should know about the files: columns, rows that cannot be read, times, ratings, items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.datasets.dataset import Problem
from engine.datasets.interactions.columns import Found
from engine.datasets.interactions.items import LoadedItems
from engine.datasets.interactions.load import MAX_LOST_SHARE, Loaded
from engine.datasets.interactions.options import InteractionOptions
from engine.datasets.interactions.times import Times
from engine.datasets.opened import Opened, Read, count
from engine.messages import Message

if TYPE_CHECKING:
    import duckdb

SHOWN_ROWS = 100


def missing_columns(source: Opened, found: Found) -> list[Problem]:
    """Return a block for each column that could not be told, and a note when columns were told by their content."""
    filename, columns = source.raw.filename, ", ".join(source.columns[:30])
    problems = []
    if "user" not in found.columns:
        message = Message(
            "No column of {filename} says who; name the user column. The columns are: {columns}.",
            filename=filename,
            columns=columns,
        )
        problems.append(Problem("block", "no_user_column", message))
    if "item" not in found.columns:
        message = Message(
            "No column of {filename} says with which item; name the item column. The columns are: {columns}.",
            filename=filename,
            columns=columns,
        )
        problems.append(Problem("block", "no_item_column", message))
    if found.guessed and not problems:
        message = Message(
            "The names of the columns say little, so their content decided: {columns}. Correct it if it is wrong.",
            columns=", ".join(f"{role} = {found.columns[role]}" for role in found.guessed),
        )
        problems.append(Problem("note", "columns_by_content", message))
    return problems


def reading(
    read: Read, loaded: Loaded, source: Opened, found: Found, times: Times, options: InteractionOptions
) -> list[Problem]:
    """Return what is wrong with the rows of a file of interactions."""
    problems = [*unreadable(read, source), *_without_ids(loaded)]
    if "time" in found.columns and "ignore_times" not in options.cleaning:
        problems += _times(loaded, times)
    if "rating" in found.columns:
        problems += _ratings(loaded, options)
    return problems + _weights(loaded)


def unreadable(read: Read, source: Opened) -> list[Problem]:
    """Return lines that are no rows, and characters that did not decode."""
    found, filename = _rejected(read, source.raw.filename), source.raw.filename
    if read.broken_characters:
        message = Message(
            "Characters of {filename} that could not be read as {encoding}: {count}. Ids that hold one may not match; "
            "choose another encoding if there are many.",
            filename=filename,
            count=read.broken_characters,
            encoding=source.dialect.encoding.name if source.dialect else "",
        )
        found.append(Problem("warn", "broken_characters", message, count=read.broken_characters))
    return found


def _rejected(read: Read, filename: str) -> list[Problem]:
    lost, shown = sum(r.lines for r in read.rejects), tuple(r.row for r in read.rejects[:SHOWN_ROWS])
    if lost > MAX_LOST_SHARE * read.rows:
        message = Message(
            "Lines of {filename} that cannot be read with this delimiter and these quotes: {count} of {rows}; choose "
            "another delimiter or save the file again as CSV.",
            filename=filename,
            count=lost,
            rows=read.rows,
        )
        return [Problem("block", "rejected_rows", message, shown, lost)]
    message = Message(
        "Lines of {filename} that cannot be read: {count} of {rows}. They have another number of columns than the "
        "first line, or an open quote; they are left out.",
        filename=filename,
        count=lost,
        rows=read.rows,
    )
    return [Problem("warn", "rejected_rows", message, shown, lost)] if lost else []


def _without_ids(loaded: Loaded) -> list[Problem]:
    missing, rows = loaded.no_id, loaded.rows
    if not missing.count:
        return []
    if missing.count > MAX_LOST_SHARE * rows:
        message = Message(
            "Rows without a user or an item: {count} of {rows}, too many to go on without them; choose the columns "
            "that say who and with which item, or fill them in.",
            count=missing.count,
            rows=rows,
        )
        return [Problem("block", "missing", message, missing.rows, missing.count)]
    message = Message(
        "Rows without a user or an item: {count} of {rows}; they are left out.", count=missing.count, rows=rows
    )
    return [Problem("warn", "missing", message, missing.rows, missing.count)]


def _times(loaded: Loaded, times: Times) -> list[Problem]:
    lost = loaded.no_time
    if not loaded.times_used:
        message = Message(
            "Rows whose time cannot be read: {count} of {rows}; ignore the times, or write all of them in one way.",
            count=lost.count,
            rows=loaded.rows,
        )
        return [Problem("block", "unreadable_times", message, lost.rows, lost.count, "ignore_times", lost.examples)]
    found = []
    if lost.count:
        message = Message(
            "Rows whose time is missing or written unlike the others: {count}; they are left out unless you ignore the "
            "times.",
            count=lost.count,
        )
        found.append(Problem("warn", "mixed_times", message, lost.rows, lost.count, "ignore_times", lost.examples))
    return [*found, *_doubtful_times(loaded, times)]


def _doubtful_times(loaded: Loaded, times: Times) -> list[Problem]:
    found = []
    if times.ambiguous:
        message = Message(
            "The times fit day/month and month/day alike and are read as day/month; choose how they are written if "
            "that is wrong."
        )
        found.append(Problem("warn", "ambiguous_times", message))
    if times.format == "number":
        message = Message("The times are small numbers; they are taken as an order, and dates mean nothing.")
        found.append(Problem("note", "times_are_an_order", message))
    if loaded.no_zone:
        message = Message("Times without a zone: {count}; they are read as UTC.", count=loaded.no_zone)
        found.append(Problem("note", "times_without_zone", message, count=loaded.no_zone))
    return found


def _ratings(loaded: Loaded, options: InteractionOptions) -> list[Problem]:
    text = loaded.no_rating
    if text.count > MAX_LOST_SHARE * loaded.rows:
        message = Message(
            "The ratings are words, such as {examples}, so every interaction counts alike; name the column as the "
            "event column and give each word a weight to use them.",
            examples=", ".join(text.examples),
        )
        return [Problem("warn", "ratings_are_words", message, text.rows, text.count, examples=text.examples)]
    found = []
    if text.count:
        message = Message(
            "Rows whose rating is not a number: {count}; they count as interactions without a rating.", count=text.count
        )
        found.append(Problem("warn", "unreadable_ratings", message, text.rows, text.count, examples=text.examples))
    if not options.min_rating:
        message = Message(
            "Every interaction counts as a like, also one with a low rating, as in published tables; set the lowest "
            "rating that is a like to change it."
        )
        found.append(Problem("note", "every_rating_counts", message))
    return found


def _weights(loaded: Loaded) -> list[Problem]:
    lost = loaded.no_weight
    if not lost.count:
        return []
    rows, examples = lost.rows, lost.examples
    if lost.count > MAX_LOST_SHARE * loaded.rows:
        message = Message(
            "Rows whose weight is not a number above 0: {count} of {rows}, too many to go on without them; choose "
            "another weight column, or none.",
            count=lost.count,
            rows=loaded.rows,
        )
        return [Problem("block", "unusable_weights", message, rows, lost.count, examples=examples)]
    message = Message("Rows whose weight is not a number above 0: {count}; they are left out.", count=lost.count)
    return [Problem("warn", "unusable_weights", message, rows, lost.count, examples=examples)]


def no_shared_item(source: Opened) -> Problem:
    """Return that the items file cannot be used."""
    message = Message(
        "No column of {filename} has the ids of the items that users touched; name the id column, or write the ids "
        "alike in both files.",
        filename=source.raw.filename,
    )
    return Problem("warn", "no_shared_items", message)


def item_problems(
    connection: duckdb.DuckDBPyConnection, source: Opened, read: Read, items: LoadedItems
) -> list[Problem]:
    """Return what is wrong with the items file, and how it fits the interactions."""
    filename, found = source.raw.filename, unreadable(read, source)
    if items.no_id.count:
        message = Message(
            "Rows of {filename} without an id: {count}; they are left out.", filename=filename, count=items.no_id.count
        )
        found.append(Problem("warn", "items_without_id", message, items.no_id.rows, items.no_id.count))
    if items.repeated.count:
        message = Message(
            "Rows of {filename} that repeat an id: {count}; the first of each counts.",
            filename=filename,
            count=items.repeated.count,
        )
        rows, examples = items.repeated.rows, items.repeated.examples
        found.append(Problem("warn", "repeated_items", message, rows, items.repeated.count, examples=examples))
    return found + _metadata(connection, filename)


def _metadata(connection: duckdb.DuckDBPyConnection, filename: str) -> list[Problem]:
    found = []
    bare = "(SELECT DISTINCT item FROM data WHERE item NOT IN (SELECT code FROM listed))"
    touched, without = count(connection, "(SELECT DISTINCT item FROM data)"), count(connection, bare)
    if touched and without == touched:
        message = Message(
            "No item that users touched stands in {filename}; write the ids alike in both files, such as 7, 007 and "
            "7.0.",
            filename=filename,
        )
        found.append(Problem("warn", "no_shared_items", message, count=without))
    elif without:
        query = f"SELECT id FROM items WHERE code IN {bare} ORDER BY length(id), id LIMIT 3"  # noqa: S608
        examples = tuple(row[0] for row in connection.execute(query).fetchall())
        message = Message(
            "Items with interactions that {filename} does not have: {count} of {items}; they stand without a title.",
            filename=filename,
            count=without,
            items=touched,
        )
        found.append(Problem("warn", "items_without_metadata", message, count=without, examples=examples))
    if cold := count(connection, "(FROM listed WHERE code NOT IN (SELECT item FROM data))"):
        message = Message(
            "Items that nobody has touched: {count}; only a model that reads their text can recommend them.", count=cold
        )
        found.append(Problem("note", "cold_items", message, count=cold))
    return found
