"""Files that nobody should have to think about: refused with a sentence, or used with what was left out counted."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.config import Settings
from engine.datasets.dataset import PARTS
from engine.datasets.interactions.open import read_histories, read_items, read_users
from engine.datasets.interactions.prepare import prepare
from engine.errors import BadInput, Cancelled, Failure
from tests.engine.datasets.files import kinds, left_over
from tests.engine.datasets.interactions.files import (
    HEADER,
    START,
    catalogue,
    checked,
    chosen,
    interactions,
    lines,
    parquet,
    prepared,
    stored,
)

BLOCKED = {
    "one_user": HEADER + "".join(f"u1,i{n},3,{START + n}\n" for n in range(200)),
    "one_item": HEADER + "".join(f"u{n},i1,3,{START + n}\n" for n in range(200)),
    "too_few_interactions": interactions(users=9, each=10),
    "no_rows": HEADER + ",,,\n" * 200,
    "no_item_column": "user,remark\n" + "".join(f"u{n % 40},{'so it goes ' * 9}{n}\n" for n in range(200)),
    "missing": HEADER + "".join(lines()[:200]) + f"u1,,3,{START}\n" * 300,
    "unusable_weights": "user,item,weight\n" + "".join(f"u{n % 60},i{n % 29},{n % 3 - 1}\n" for n in range(300)),
    "rejected_rows": HEADER + "".join(lines()[:200]) + "u1,i1\n" * 300,
    "unreadable_times": HEADER + "".join(f"u{n % 60},i{n % 29},3,some day\n" for n in range(300)),
}


@pytest.mark.parametrize("kind", BLOCKED)
def test_what_cannot_be_learnt_from_is_refused_in_a_sentence_and_leaves_nothing(settings: Settings, kind: str) -> None:
    card = checked(settings, BLOCKED[kind])
    assert kind in kinds(card, "block")
    assert "left out" not in str(next(p.message for p in card.problems if p.kind == kind))
    with pytest.raises(BadInput) as refused:
        prepared(settings, BLOCKED[kind])
    assert str(refused.value) in {str(p.message) for p in card.problems if p.level == "block"}
    assert list(settings.workspace.datasets.iterdir()) == []
    assert left_over(settings) == []


def test_a_million_duplicates_are_counted_and_dropped(settings: Settings) -> None:
    content = interactions() + f"u1,i1,5,{START}\n" * 1_000_000
    card = checked(settings, content)
    found = next(p for p in card.problems if p.kind == "duplicates")
    assert found.count >= 999_999
    assert found.remedy == "drop_duplicates"
    assert "loud_users" in kinds(card, "warn")
    clean = checked(settings, content, cleaning=("drop_duplicates",))
    assert clean.duplicates == 0
    assert clean.steps[0]["rows_dropped"] == found.count
    assert "loud_users" in kinds(card, "warn")


def test_of_duplicates_the_last_stays_and_with_events_the_strongest(settings: Settings) -> None:
    later = f"u0,i0,1,{START + 10**8}\nu0,i0,2,{START + 2 * 10**8}\n"
    dataset = prepared(settings, interactions() + later, cleaning=("drop_duplicates",), split="user_random")
    assert 602 in {row for part in PARTS for row in dataset.rows(part).row}
    events = "user,item,event\n" + "".join(f"u{n % 60},i{n % 29},view\n" for n in range(300))
    strong = prepared(settings, events + "a,b,purchase\na,b,view\n", cleaning=("drop_duplicates",), split="user_random")
    kept = {row for part in PARTS for row in strong.rows(part).row}
    assert 301 in kept
    assert 302 not in kept


def test_ids_stay_as_they_are_written(settings: Settings) -> None:
    ids = ["007", "7", "07", "🎈", "é", "用户 1", "a,b", "x" * 400]
    rows = [f'"{ids[n % len(ids)]}",i{n % 397},3,{START + n}\n' for n in range(400)]
    items = "item,title\n" + "".join(f"i{n},Ünï {n}\n" for n in range(397)) + "🎁,Gift\n00,Zero\n"
    dataset = prepared(settings, HEADER + "".join(rows), items=items)
    assert sorted(read_users(dataset)) == sorted(ids)
    assert {"🎁", "00"} <= set(read_items(dataset).ids)


def test_blanks_around_an_id_do_not_make_another_user(settings: Settings) -> None:
    spaced = HEADER + "".join(f" {line}" if n % 2 else line for n, line in enumerate(lines()))
    assert checked(settings, spaced).users == 60


def test_numbers_of_a_parquet_file_are_ids_and_times_too(settings: Settings) -> None:
    columns: dict[str, list[object]] = {"user_id": [], "movie_id": [], "score": [], "ts": []}
    for line in lines():
        user, item, rating, time = line.strip().split(",")
        for name, value in zip(columns, (int(user[1:]), int(item[1:]), float(rating), int(time)), strict=True):
            columns[name].append(value)
    dataset = prepared(settings, parquet(columns), "clicks.parquet")
    assert sorted(read_users(dataset), key=int) == [str(n) for n in range(60)]
    assert read_histories(dataset, PARTS).has_times


def test_rows_without_a_user_or_an_item_are_left_out_and_named(settings: Settings) -> None:
    card = checked(settings, interactions() + f",i1,3,{START}\nu1,  ,3,{START}\nu1,{'x' * 501},3,{START}\n")
    assert next(p for p in card.problems if p.kind == "missing").rows == (601, 602, 603)
    assert (card.rows_read, card.rows_used) == (603, 600)


def test_ratings_that_are_words_count_as_interactions(settings: Settings) -> None:
    words = HEADER + "".join(line.replace(f",{line.split(',')[2]},", ",good,") for line in lines())
    card = checked(settings, words)
    said = next(p for p in card.problems if p.kind == "ratings_are_words")
    assert "such as good" in str(said.message)
    assert (card.rows_used, card.ratings) == (600, {})
    weighed = checked(settings, words, event_column="rating", event_weights={"good": 2})
    assert weighed.events == {"good": {"interactions": 600, "weight": 2}}
    some = checked(settings, interactions() + f"u1,i1,great,{START}\nu2,i2,inf,{START}\n")
    assert next(p for p in some.problems if p.kind == "unreadable_ratings").rows == (601, 602)


def test_low_ratings_count_unless_the_lowest_like_is_set(settings: Settings) -> None:
    assert "every_rating_counts" in kinds(checked(settings, interactions()), "note")
    card = checked(settings, interactions(), min_rating=4.0)
    assert set(card.ratings) == {"4", "5"}
    assert {"step": "min_rating", "rows_dropped": 600 - card.rows_used} in card.steps
    assert "every_rating_counts" not in kinds(card)


def test_weights_count_and_those_that_are_no_weight_leave_with_their_rows(settings: Settings) -> None:
    plays = "user,song,plays\n" + "".join(f"u{n % 60},s{n % 29},{1 + n % 9}\n" for n in range(300))
    dataset = prepared(settings, plays + "u1,s1,-2\nu1,s2,0\nu1,s3,many\n")
    assert next(p for p in dataset.card.problems if p.kind == "unusable_weights").rows == (301, 302, 303)
    assert read_histories(dataset, PARTS, distinct=False).weights.sum() == sum(1 + n % 9 for n in range(300))


def test_an_event_of_weight_0_leaves_with_its_rows(settings: Settings) -> None:
    kinds_of = ("view", "cart", "purchase", "remove")
    events = "user,item,event\n" + "".join(f"u{n % 60},i{n % 29},{kinds_of[n % 4]}\n" for n in range(400))
    dataset = prepared(settings, events, event_weights={"remove": 0.0, "cart": 7.0})
    weights = {row.event: row.weight for part in PARTS for row in dataset.rows(part).itertuples()}
    assert weights == {"view": 1, "cart": 7, "purchase": 5}
    assert "event_weights" in kinds(dataset.card, "note")
    with pytest.raises(BadInput, match="event view has the weight -1"):
        chosen(settings, event_weights={"view": -1})


def test_lines_that_are_no_rows_are_left_out_by_number(settings: Settings) -> None:
    card = checked(settings, HEADER + "".join(lines()[:300]) + "only,three,cells\n" + "".join(lines()[300:]))
    assert next(p for p in card.problems if p.kind == "rejected_rows").rows == (301,)
    assert (card.rows_read, card.rows_used) == (601, 600)


def test_a_file_with_more_rows_than_are_prepared_is_refused_before_it_is_read(settings: Settings) -> None:
    small = replace(settings, max_interactions=500)
    with pytest.raises(BadInput, match=r"clicks\.csv has 600 rows and at most 500 are prepared"):
        checked(small, interactions())
    columns = {"user": [n % 60 for n in range(600)], "item": [n % 29 for n in range(600)]}
    with pytest.raises(BadInput, match=r"clicks\.parquet has 600 rows and at most 500 are prepared"):
        checked(small, parquet(columns), "clicks.parquet")
    assert left_over(settings) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", r"clicks\.csv is empty; give a CSV or Parquet file with rows"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "is a PNG image"),
        ("user,item\nu\0,i\n", "NUL byte in line 2"),
    ],
)
def test_what_is_no_table_is_refused(settings: Settings, content: str | bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        checked(settings, content)
    with pytest.raises(BadInput, match=said):
        checked(settings, interactions(), items=content or b"") if content else checked(settings, content)


def test_other_encodings_and_delimiters_are_read(settings: Settings) -> None:
    chinese = "用户;商品;评分;时间\n" + "".join(f"张{line.replace(',', ';')}" for line in lines())
    dataset = prepared(settings, chinese.encode("gb18030"))
    assert set(read_users(dataset)) == {f"张u{n}" for n in range(60)}
    assert dataset.card.to_json()["delimiter"] == ";"


def test_columns_that_are_not_there_or_named_twice_are_refused(settings: Settings) -> None:
    with pytest.raises(BadInput, match=r"clicks\.csv has no column who; choose one of: user, item, rating, timestamp"):
        checked(settings, interactions(), user_column="who")
    with pytest.raises(BadInput, match="named as both the user and the item column"):
        checked(settings, interactions(), user_column="item", item_column="item")
    with pytest.raises(BadInput, match=r"items\.csv has no column sku"):
        checked(settings, interactions(), items=catalogue(), item_id_column="sku")
    with pytest.raises(BadInput, match="no cleaning step mop"):
        checked(settings, interactions(), cleaning=("mop",))


def test_a_person_who_cancels_leaves_nothing(settings: Settings) -> None:
    with pytest.raises(Cancelled):
        prepare(
            stored(settings, interactions()), chosen(settings), settings, usual={}, task="ranking",
            should_stop=lambda: True,
        )  # fmt: skip
    assert left_over(settings) == []


def test_a_full_disk_leaves_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, options = stored(settings, interactions()), chosen(settings)
    real = Path.rename

    def rename(path: Path, target: Path) -> Path:
        if path.name.startswith("dataset-"):
            raise OSError(28, "No space left on device")
        return real(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(Failure, match="No space left"):
        prepare(raw, options, settings, usual={}, task="ranking")
    assert list(settings.workspace.datasets.iterdir()) == []
    assert left_over(settings) == []
