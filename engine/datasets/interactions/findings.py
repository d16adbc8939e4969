"""What is found in the interactions themselves: repetition, rare and odd users, sizes, parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.datasets.dataset import Problem
from engine.datasets.interactions.clean import query
from engine.datasets.interactions.columns import MAX_EVENTS
from engine.datasets.interactions.load import find_faults
from engine.datasets.interactions.names import USUAL_EVENT_WEIGHTS, plain
from engine.datasets.interactions.options import InteractionOptions
from engine.datasets.opened import Opened, Read, count
from engine.messages import Message

if TYPE_CHECKING:
    import duckdb

MIN_INTERACTIONS = 100
"""Fewer teach nothing and measure nothing."""
MIN_USERS = 50
"""With fewer users, intervals are wide."""
LOUD_SHARE = 0.1
"""A user with more of all interactions than this is a test account or a program more often than a person."""

EMAIL = r"^[^@\s]+@[^@\s]+\.\w{2,}$"


def content_problems(connection: duckdb.DuckDBPyConnection, options: InteractionOptions) -> list[Problem]:
    """Return repeated pairs, rare users and items, and users who are hardly persons, of the table `data`."""
    known = (
        (
            "duplicates",
            "drop_duplicates",
            Message(
                "Interactions that repeat a user and an item: {count}; the last of each counts once you drop them."
            ),
        ),
        (
            "rare_users",
            "drop_rare_users",
            Message("Interactions of users with fewer than {limit}: {count}; such users are hard to recommend to."),
        ),
        (
            "rare_items",
            "drop_rare_items",
            Message(
                "Interactions with items that have fewer than {limit}: {count}; little can be learnt about such items."
            ),
        ),
    )
    found = []
    for kind, step, message in known:
        touched = find_faults(connection, f"({query(step, options)})", "true")
        if touched.count:
            meant = kind != "duplicates" or bool(options.event_column)  # who buys has looked before
            level = "note" if meant or step in options.cleaning else "warn"
            said = Message(message.text, count=touched.count, limit=options.rare_below)
            found.append(Problem(level, kind, said, touched.rows, touched.count, step))  # type: ignore[arg-type]
    return found + _loud_users(connection) + _personal_ids(connection)


def _personal_ids(connection: duckdb.DuckDBPyConnection) -> list[Problem]:
    number = count(connection, f"(FROM users WHERE regexp_matches(id, '{EMAIL}'))")
    if not number:
        return []
    message = Message(
        "Users whose id is an e-mail address: {count}; put numbers in their place before you upload the file, since "
        "ids are kept as they are.",
        count=number,
    )
    return [Problem("warn", "personal_ids", message, count=number)]


def _loud_users(connection: duckdb.DuckDBPyConnection) -> list[Problem]:
    query = """
        WITH a_user AS (SELECT user, count(*) AS n FROM data GROUP BY user),
        together AS (SELECT sum(n) AS total, count(*) AS users FROM a_user)
        SELECT id, n, total FROM a_user JOIN users ON code = a_user.user CROSS JOIN together
        WHERE together.users >= ? AND n > ? * total ORDER BY n DESC LIMIT 3
    """
    loud = connection.execute(query, [MIN_USERS, LOUD_SHARE]).fetchall()
    if not loud:
        return []
    name, number, total = loud[0]
    message = Message(
        "The user {user} alone has {share} of all interactions; leave out test accounts and programs.",
        user=name[:60],
        share=f"{number / total:.0%}",
    )
    return [Problem("warn", "loud_users", message, count=int(number), examples=tuple(row[0][:60] for row in loud))]


def event_problems(events: dict[str, int], weights: dict[str, float], options: InteractionOptions) -> list[Problem]:
    """Return a note on the weights that nobody chose."""
    if len(events) > MAX_EVENTS:
        message = Message(
            "The event column holds {count} different values or more; choose another event column if these are no "
            "events.",
            count=len(events),
        )
        return [Problem("warn", "many_events", message, count=len(events))]
    chosen = {plain(event) for event in options.event_weights}
    assumed = {event: weight for event, weight in weights.items() if plain(event) not in chosen}
    if not assumed:
        return []
    unknown = [event for event in assumed if plain(event) not in USUAL_EVENT_WEIGHTS]
    message = Message(
        "How strongly events count is assumed: {weights}. Set the weights that fit your business.",
        weights=", ".join(f"{event or '–'} {weight:g}" for event, weight in list(assumed.items())[:10]),
    )
    return [Problem("warn" if unknown else "note", "event_weights", message, count=sum(events[e] for e in assumed))]


def size_problems(connection: duckdb.DuckDBPyConnection) -> list[Problem]:
    """Return blocks of the table `data` where there is too little to learn from, warnings where there is little."""
    users, items, rows = _one(connection, "SELECT count(DISTINCT user), count(DISTINCT item), count(*) FROM data")
    if not rows:
        message = Message("No row has both a user and an item that can be used; give a file with rows that have both.")
        return [Problem("block", "no_rows", message)]
    found = []
    if users == 1:
        message = Message(
            "All interactions are of one user; a recommender learns from many, so give a file with more users."
        )
        found.append(Problem("block", "one_user", message, count=rows))
    if items == 1:
        message = Message(
            "All interactions are with one item; there is nothing to choose from, so give a file with more items."
        )
        found.append(Problem("block", "one_item", message, count=rows))
    if rows < MIN_INTERACTIONS:
        message = Message(
            "Interactions that can be used: {count}; training needs at least {minimum}.",
            count=rows,
            minimum=MIN_INTERACTIONS,
        )
        found.append(Problem("block", "too_few_interactions", message, count=rows))
    if 1 < users < MIN_USERS:
        message = Message("There are only {count} users; figures will be uncertain.", count=users)
        found.append(Problem("warn", "few_users", message, count=users))
    return found


def no_times_to_split_by() -> Problem:
    message = Message("The data cannot be split by time because it has no times; name the time column or split by lot.")
    return Problem("block", "no_times", message)


def times_do_not_split() -> Problem:
    message = Message("The times do not cut the data into parts because most are the same; it is split by lot instead.")
    return Problem("warn", "times_do_not_split", message)


def part_problems(connection: duckdb.DuckDBPyConnection, *, by_time: bool, test_file: bool) -> list[Problem]:
    """Return what the test part of the table `rows` cannot measure. Raises nothing; blocks when it measures nothing."""
    judged, users, strangers, items, new_items, seen = _one(connection, JUDGED)
    found = []
    if not judged:
        message = Message(
            "No user of the test part has interactions in training and something new to find; give more data or split "
            "by lot."
        )
        found.append(Problem("block", "nothing_to_judge", message, count=users))
    if strangers:
        message = Message(
            "Users of the test part without an interaction before it: {count} of {users}; they are not judged.",
            count=strangers,
            users=users,
        )
        found.append(Problem("note", "new_users", message, count=strangers))
    if new_items:
        message = Message(
            "Items of the test part that nobody touched before it: {count} of {items}; only a model that reads their "
            "text can find them.",
            count=new_items,
            items=items,
        )
        found.append(Problem("note", "new_items", message, count=new_items))
    if seen and test_file:
        message = Message(
            "Interactions of the test file with items that the user had in training already: {count}; they are not "
            "looked for.",
            count=seen,
        )
        found.append(Problem("note", "seen_in_training", message, count=seen))
    return found + _order(connection, by_time=by_time, test_file=test_file)


JUDGED = """
    WITH before AS (SELECT user, item FROM rows WHERE part <> 'test'),
    seen AS (SELECT DISTINCT user::BIGINT << 32 | item AS pair FROM before),
    test AS (
        SELECT user, item, user IN (SELECT user FROM before) AS known, item IN (SELECT item FROM before) AS old,
            (user::BIGINT << 32 | item) IN (FROM seen) AS again
        FROM rows WHERE part = 'test'
    )
    SELECT count(DISTINCT user) FILTER (known AND NOT again), count(DISTINCT user),
        count(DISTINCT user) FILTER (NOT known), count(DISTINCT item), count(DISTINCT item) FILTER (NOT old),
        count(*) FILTER (again)
    FROM test
"""
FUTURE = "SELECT count(*) FROM rows WHERE part <> 'test' AND time > (SELECT min(time) FROM rows WHERE part = 'test')"


def _order(connection: duckdb.DuckDBPyConnection, *, by_time: bool, test_file: bool) -> list[Problem]:
    """Return a warning where training knows what came after the test began."""
    found = []
    late = _one(connection, FUTURE)[0]
    if test_file and late:
        message = Message(
            "Training interactions that are later than the first of the test file: {count}; figures look better than "
            "they will be in use.",
            count=late,
        )
        found.append(Problem("note", "test_file_overlaps_in_time", message, count=late))
    if not by_time and not test_file and late:
        message = Message(
            "The data is split by lot although it has times; figures compare with published tables, but look better "
            "than they will be in use."
        )
        found.append(Problem("note", "future_is_known", message, count=late))
    return found


def test_file(connection: duckdb.DuckDBPyConnection, source: Opened, read: Read) -> list[Problem]:
    """Return what the test file cannot be used for."""
    filename, used = source.raw.filename, count(connection, "test")
    if not used:
        message = Message("The test file {filename} has no row with a user and an item.", filename=filename)
        return [Problem("block", "empty_test_file", message)]
    if left_out := read.rows - used:
        message = Message("Rows of the test file that cannot be used: {count}; they are left out.", count=left_out)
        return [Problem("warn", "test_rows_left_out", message, count=left_out)]
    return []


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    return connection.execute(sql).fetchone() or ()
