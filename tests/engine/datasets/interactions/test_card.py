"""The figures of the card, against what the files were made of; and how items and interactions fit."""

from collections import Counter

import pytest

from engine.config import Settings
from engine.datasets import store
from engine.datasets.interactions.card import InteractionCard
from engine.datasets.interactions.open import read_items
from engine.datasets.interactions.options import InteractionOptions
from tests.engine.datasets.files import kinds
from tests.engine.datasets.interactions.files import (
    HEADER,
    START,
    catalogue,
    checked,
    interactions,
    lines,
    prepared,
)


def test_the_figures_are_those_of_the_file(settings: Settings) -> None:
    card = checked(settings, interactions(), items=catalogue(extra=3), licence="ours")
    popular = Counter(line.split(",")[1] for line in lines())
    assert (card.rows_used, card.users, card.items, card.items_listed) == (600, 60, len(popular), 33)
    assert card.density == pytest.approx(600 / (60 * len(popular)))
    assert card.per_user["p50"] == 10
    assert card.per_item["max"] == max(popular.values())
    assert card.top_shares["10%"] == pytest.approx(sum(n for _, n in popular.most_common(3)) / 600, abs=1e-4)
    assert (card.popularity[0], card.popularity[-1]) == ((0, 0), (1, 1))
    assert all(b[1] > a[1] for a, b in zip(card.popularity, card.popularity[1:], strict=False))
    assert sum(card.ratings.values()) == 600
    assert (card.time_from, card.time_to) == ("2023-11-14T22:13:20Z", "2023-12-09T21:13:20Z")
    assert card.categories[0] == ("Odd", 33, 600)
    assert (card.cold_items, card.items_without_metadata, card.duplicates, card.cold_users) == (3, 0, 0, 0)
    assert sum(part["interactions"] for part in card.parts.values()) == 600
    assert card.samples[0]["title"].startswith("Title ")
    assert not {p.level for p in card.problems} & {"block", "warn"}


def test_a_card_and_its_options_survive_the_way_to_the_disk(settings: Settings) -> None:
    dataset = prepared(settings, interactions(), items=catalogue(), event_weights={"x": 2}, name="one")
    again = store.open_dataset(settings, dataset.id)
    assert again == dataset
    assert isinstance(again.options, InteractionOptions)
    card = again.card
    assert isinstance(card, InteractionCard)
    assert card == checked(settings, interactions(), items=catalogue(), event_weights={"x": 2})
    renamed = prepared(settings, interactions(), items=catalogue(), event_weights={"x": 2}, name="two")
    assert (renamed.id, renamed.name, renamed.created_at) == (dataset.id, "two", dataset.created_at)


def test_the_items_file_goes_with_the_data_set(settings: Settings) -> None:
    dataset = prepared(settings, interactions(), items=catalogue())
    other = prepared(settings, interactions(), items=catalogue(), split_seed=1)
    store.delete_dataset(settings, other.id)
    assert len(list(settings.workspace.raw.iterdir())) == 2
    store.delete_dataset(settings, dataset.id)
    assert list(settings.workspace.raw.iterdir()) == []


def test_items_that_miss_on_either_side_are_counted(settings: Settings) -> None:
    card = checked(settings, interactions(), items=catalogue(items=20, extra=0) + "cold,Nobody,saw it,Odd\n")
    found = {p.kind: p for p in card.problems}
    assert found["items_without_metadata"].count == card.items_without_metadata == 10
    assert found["items_without_metadata"].examples == ("i20", "i21", "i22")
    assert found["cold_items"].count == card.cold_items == 1


def test_ids_written_otherwise_in_both_files_are_said_once(settings: Settings) -> None:
    other = catalogue().replace("\ni", "\n00")
    found = [p for p in checked(settings, interactions(), items=other).problems if p.level == "warn"]
    assert [p.kind for p in found] == ["no_shared_items"]
    assert "write the ids alike in both files" in str(found[0].message)


def test_an_id_that_the_items_file_repeats_counts_once(settings: Settings) -> None:
    dataset = prepared(settings, interactions(), items=catalogue() + "i3,Another,text,Odd\n,No id,text,Odd\n")
    found = {p.kind: p for p in dataset.card.problems}
    assert found["repeated_items"].rows == (31,)
    assert found["items_without_id"].rows == (32,)
    items = read_items(dataset)
    assert items.titles[list(items.ids).index("i3")] == "Title 3"


@pytest.mark.parametrize(
    ("cell", "groups"),
    [
        ('"Action, Drama, Drama"', ("Action", "Drama")),
        ("Action|Children's", ("Action", "Children's")),
        ("\"['Action', 'Film-Noir']\"", ("Action", "Film-Noir")),
        ("动作、剧情", ("动作", "剧情")),
        ("", ()),
    ],
)
def test_categories_are_split_however_they_are_listed(settings: Settings, cell: str, groups: tuple[str, ...]) -> None:
    rows = "".join(f"i{n},{cell}\n" for n in range(30))
    items = read_items(prepared(settings, interactions(), items="item,genres\n" + rows))
    assert set(items.categories) == {groups}


def test_rare_users_and_items_are_dropped_on_request(settings: Settings) -> None:
    content = interactions() + f"rare,i1,3,{START}\nu1,odd,3,{START}\n"
    assert {"rare_users", "rare_items"} <= kinds(checked(settings, content), "note")
    card = checked(settings, content, cleaning=("drop_rare_users", "drop_rare_items"))
    assert (card.users, card.rows_used) == (60, 600)
    assert [step["rows_dropped"] for step in card.steps] == [1, 1]


def test_a_user_with_most_of_the_interactions_is_pointed_out(settings: Settings) -> None:
    loud = "".join(f"robot,i{n % 30},3,{START + n}\n" for n in range(200))
    found = next(p for p in checked(settings, interactions() + loud).problems if p.kind == "loud_users")
    assert "robot alone has 25%" in str(found.message)


def test_the_licence_is_weighed(settings: Settings) -> None:
    assert "licence_unknown" in kinds(checked(settings, HEADER + "".join(lines())), "note")
    card = checked(settings, interactions(), licence="research only", commercial_use=False)
    assert "non_commercial" in kinds(card, "warn")


def test_ids_that_are_addresses_are_pointed_out_but_not_shown(settings: Settings) -> None:
    mail = HEADER + "".join(line.replace(",", "@example.com,", 1) for line in lines())
    found = next(p for p in checked(settings, mail).problems if p.kind == "personal_ids")
    assert (found.level, found.count, found.examples) == ("warn", 60, ())


def test_a_column_of_events_with_a_hundred_values_is_doubted(settings: Settings) -> None:
    many = "user,item,what\n" + "".join(f"u{n % 60},i{n % 29},w{n % 100}\n" for n in range(300))
    assert "many_events" in kinds(checked(settings, many, event_column="what"), "warn")
    assert "event" not in checked(settings, many.replace("what", "event")).used_columns
