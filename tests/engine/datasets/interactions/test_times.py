"""Times in every form that files bring them in; what cannot be read is named by its row."""

from datetime import UTC, datetime

import pytest

from engine.config import Settings
from engine.datasets.dataset import PARTS
from engine.datasets.interactions.open import read_histories
from engine.datasets.interactions.times import FORMATS
from engine.errors import BadInput
from tests.engine.datasets.files import kinds
from tests.engine.datasets.interactions.files import HEADER, START, checked, interactions, lines, prepared

SECONDS = sorted(int(line.rsplit(",", 1)[1]) for line in lines())


def written(how: str, *, every: int = 1) -> str:
    """Return the interactions with every n-th time written as `how` of strftime, or as a multiple of seconds."""
    rows = []
    for number, line in enumerate(lines()):
        start, seconds = line.strip().rsplit(",", 1)
        moment = datetime.fromtimestamp(int(seconds), UTC)
        time = str(int(int(seconds) * float(how[1:]))) if how.startswith("*") else moment.strftime(how)
        rows.append(f'{start},"{time if number % every == 0 else seconds}"\n')
    return HEADER + "".join(rows)


@pytest.mark.parametrize(
    ("how", "name"),
    [
        ("*1", "unix_s"),
        ("*1000", "unix_ms"),
        ("*1000000", "unix_us"),
        ("%Y-%m-%d %H:%M:%S", "iso"),
        ("%Y-%m-%dT%H:%M:%SZ", "iso"),
        ("%Y-%m-%dT%H:%M:%S.123+00:00", "iso"),
        ("%Y/%m/%d %H:%M:%S", "iso"),
        ("%Y%m%d%H%M%S", "yyyymmddhhmmss"),
        ("%d/%m/%Y %H:%M:%S", "day_month_year"),
        ("%m/%d/%Y %H:%M:%S", "month_day_year"),
        ("%d.%m.%Y %H:%M:%S", "day_month_year"),
        ("%m/%d/%Y %I:%M:%S %p", "month_day_year"),
        ("%Y年%m月%d日 %H:%M:%S", "chinese"),
        ("%d %b %Y %H:%M:%S", "month_name"),
        ("%a, %d %b %Y %H:%M:%S +0000", "mail"),
    ],
)
def test_a_time_is_the_same_moment_however_it_is_written(settings: Settings, how: str, name: str) -> None:
    dataset = prepared(settings, written(how))
    assert dataset.card.to_json()["time_format"] == name
    assert sorted(read_histories(dataset, PARTS).times) == SECONDS


def test_a_zone_shifts_a_time_and_a_missing_one_is_said(settings: Settings) -> None:
    east = prepared(settings, written("%Y-%m-%d %H:%M:%S+08:00"))
    assert sorted(read_histories(east, PARTS).times) == [s - 8 * 3600 for s in SECONDS]
    assert "times_without_zone" not in kinds(east.card)
    assert "times_without_zone" not in kinds(checked(settings, interactions()))
    note = next(p for p in checked(settings, written("%Y-%m-%d %H:%M:%S")).problems if p.kind == "times_without_zone")
    assert (note.level, note.count) == ("note", 600)
    head, *rows = written("%Y-%m-%d %H:%M:%S").splitlines()
    mixed = "\n".join([head, *(row.rsplit(",", 1)[0] + ",soon" for row in rows[:30]), *rows[30:]])
    note = next(p for p in checked(settings, mixed).problems if p.kind == "times_without_zone")
    assert note.count == 570  # what is left out is not read as UTC


def test_dates_alone_are_days(settings: Settings) -> None:
    for how in ("%Y-%m-%d", "%Y%m%d"):
        times = read_histories(prepared(settings, written(how)), PARTS).times
        assert sorted(times) == sorted(s - s % 86_400 for s in SECONDS)


def test_a_day_that_could_be_a_month_is_a_warning_and_can_be_told(settings: Settings) -> None:
    start = int(datetime(2024, 3, 1, tzinfo=UTC).timestamp())
    few_days = [f"{line.rsplit(',', 1)[0]},0{1 + n // 100}/03/2024\n" for n, line in enumerate(lines())]
    card = checked(settings, HEADER + "".join(few_days))
    assert "ambiguous_times" in kinds(card, "warn")
    assert card.time_from == datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    told = checked(settings, HEADER + "".join(few_days), time_format="month_day_year")
    assert told.time_from == "2024-01-03T00:00:00Z"
    assert "ambiguous_times" not in kinds(told)
    with pytest.raises(BadInput, match="no way of writing times called moon; choose from: iso, "):
        checked(settings, interactions(), time_format="moon")


def test_mixed_times_are_named_by_row_and_can_be_ignored(settings: Settings) -> None:
    mixed = written("%Y-%m-%d %H:%M:%S", every=20)
    card = checked(settings, mixed)
    found = next(p for p in card.problems if p.kind == "mixed_times")
    assert (found.level, found.count, found.remedy) == ("warn", 30, "ignore_times")
    assert found.rows[:3] == (1, 21, 41)
    assert card.rows_used == 570
    ignored = checked(settings, mixed, cleaning=("ignore_times",))
    assert (ignored.rows_used, ignored.split, ignored.time_from) == (600, "user_random", "")
    assert "mixed_times" not in kinds(ignored)


def test_times_that_are_words_block_until_they_are_ignored(settings: Settings) -> None:
    words = HEADER + "".join(f"{line.rsplit(',', 1)[0]},last week\n" for line in lines())
    found = next(p for p in checked(settings, words).problems if p.kind == "unreadable_times")
    assert (found.level, found.remedy, found.examples) == ("block", "ignore_times", ("last week",))
    assert not checked(settings, words, cleaning=("ignore_times",)).blocked


def test_seconds_among_milliseconds_are_not_taken_for_another_century(settings: Settings) -> None:
    card = checked(settings, interactions() + f"u1,i1,3,{START * 1000}\nu1,i2,3,inf\nu1,i3,3,nan\nu1,i4,3,\n")
    assert next(p for p in card.problems if p.kind == "mixed_times").rows == (601, 602, 603, 604)
    assert card.time_to < "2024"


def test_small_numbers_are_an_order(settings: Settings) -> None:
    counted = HEADER + "".join(f"{line.rsplit(',', 1)[0]},{n}\n" for n, line in enumerate(lines()))
    dataset = prepared(settings, counted)
    assert "times_are_an_order" in kinds(dataset.card, "note")
    assert dataset.rows("train").row.max() < dataset.rows("test").row.min()


@pytest.mark.parametrize("name", FORMATS)
def test_the_example_of_each_form_is_read_as_it(settings: Settings, name: str) -> None:
    content = HEADER + "".join(f'{line.rsplit(",", 1)[0]},"{FORMATS[name].example}"\n' for line in lines())
    assert checked(settings, content).time_format == name
