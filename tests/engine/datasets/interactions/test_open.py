"""What comes back as arrays is what stood in the file, by the codes of users and items."""

import numpy as np

from engine.config import Settings
from engine.datasets.dataset import PARTS
from engine.datasets.interactions.open import NO_TIME, read_histories, read_items, read_users, targets
from tests.engine.datasets.interactions.files import START, catalogue, interactions, lines, prepared


def test_the_arrays_hold_every_interaction_of_the_file(settings: Settings) -> None:
    dataset = prepared(settings, interactions(), items=catalogue())
    histories, users, items = read_histories(dataset, PARTS), read_users(dataset), read_items(dataset)
    places = zip(histories.users, histories.items, histories.ratings, histories.times, strict=True)
    found = {f"{users[u]},{items.ids[i]},{rating:g},{time}\n" for u, i, rating, time in places}
    assert found == set(lines())
    assert histories.user_count == 60
    assert histories.has_times
    assert (histories.weights == 1).all()


def test_a_history_is_in_the_order_of_time_whatever_the_order_of_the_file(settings: Settings) -> None:
    turned = "user,item,rating,timestamp\n" + "".join(reversed(lines()))
    histories = read_histories(prepared(settings, turned), PARTS)
    for user in range(histories.user_count):
        assert (np.diff(histories.times[histories.indptr[user] : histories.indptr[user + 1]]) > 0).all()


def test_items_come_with_what_is_said_about_them_also_those_that_nobody_touched(settings: Settings) -> None:
    dataset = prepared(settings, interactions(), items=catalogue(extra=2))
    items = read_items(dataset)
    assert len(items) == 32
    at = list(items.ids).index("i31")
    assert (items.titles[at], items.texts[at]) == ("Title 31", "What 31 is, in words")
    assert items.categories[at] == ("Odd", "Group 1")
    assert items.sentences()[at] == "Title 31. Odd, Group 1. What 31 is, in words"
    counts = read_histories(dataset, PARTS).item_counts()
    assert len(counts) == 32
    assert counts[at] == 0
    assert counts.sum() == 600


def test_items_without_a_file_are_known_by_their_ids(settings: Settings) -> None:
    items = read_items(prepared(settings, interactions()))
    assert items.names == list(items.ids)
    assert not items.described.any()


def test_items_of_one_title_are_told_apart_by_their_ids(settings: Settings) -> None:
    twice = catalogue().replace("Title 2,", "Title 1,")
    items = read_items(prepared(settings, interactions(), items=twice))
    named = dict(zip(items.ids, items.names, strict=True))
    assert (named["i1"], named["i2"], named["i3"]) == ("Title 1 (i1)", "Title 1 (i2)", "Title 3")


def test_repeated_pairs_are_one_with_their_weights_added_or_each_as_it_is(settings: Settings) -> None:
    repeated = interactions() + f"u0,i0,5,{START + 10**7}\n" * 2
    dataset = prepared(settings, repeated + f"u0,i0,2,{START + 2 * 10**7}\n")
    user, item = list(read_users(dataset)).index("u0"), list(read_items(dataset).ids).index("i0")
    once, each = (read_histories(dataset, PARTS, distinct=flag) for flag in (True, False))
    place = once.indptr[user] + list(once.of(user)).index(item)
    times = 3 + sum(line.startswith("u0,i0,") for line in lines())
    assert list(each.of(user)).count(item) == times
    assert list(once.of(user)).count(item) == 1
    assert (once.weights[place], once.ratings[place], once.times[place]) == (times, 2, START + 2 * 10**7)


def test_targets_are_what_the_history_does_not_have(settings: Settings) -> None:
    dataset = prepared(settings, interactions() + "".join(f"u{n},i{n % 30},3,{START + 10**8}\n" for n in range(60)))
    history, test = read_histories(dataset, ("train", "validation")), read_histories(dataset, ("test",))
    wanted = targets(test, history)
    for user in range(history.user_count):
        assert set(wanted.of(user)) == set(test.of(user)) - set(history.of(user))
    assert 0 < len(wanted.items) < len(test.items)


def test_without_times_and_ratings_both_say_so(settings: Settings) -> None:
    bare = "user,item\n" + "".join(",".join(line.split(",")[:2]) + "\n" for line in lines())
    histories = read_histories(prepared(settings, bare), PARTS)
    assert (histories.times == NO_TIME).all()
    assert not histories.has_times
    assert np.isnan(histories.ratings).all()
