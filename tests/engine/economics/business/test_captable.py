"""Four rounds worked by hand, SAFEs by cap and by discount, and rounds that take more than there is."""

from __future__ import annotations

import numpy as np
import pytest

from engine.economics.business.captable import FOUNDERS, POOL, at_exit, cap_table, proceeds
from engine.economics.business.case import Round
from engine.errors import BadInput

ANGELS = Round("Angels", "angel", "safe", 1, 500_000, 0.1, discount=0.2)
SEED = Round("Seed", "venture", "priced", 12, 2_000_000, 0.2, pool=0.1)
A = Round("A", "venture", "priced", 24, 10_000_000, 0.25, pool=0.15)
B = Round("B", "venture", "priced", 36, 20_000_000, 0.2)


def test_four_rounds_are_those_of_a_hand() -> None:
    """10,000,000 founders' shares.

    Angels: 500,000 USD at a cap of 5,000,000: a tenth of the firm before the seed round's own shares and pool, so
    10,000,000 ÷ 0.9 × 0.1 = 1,111,111 shares (their discount would give 992,063).
    Seed: 10,000,000 USD after the money; 20 % and a pool of 10 % leave 70 % for 11,111,111 shares: 15,873,016 in all at
    0.63 USD. Founders 63 %, angels 7 %.
    A: 40,000,000 after; 25 % and a pool of 15 % leave 60 % for the 14,285,714 that are not pool: 23,809,524 at 1.68.
    B: 100,000,000 after; 20 %, the pool stays as it is: 23,809,524 ÷ 0.8 = 29,761,905 at 3.36.
    """
    start, safe, seed, a, b = cap_table([B, ANGELS, A, SEED])
    assert start.parts == {FOUNDERS: 1}
    assert safe.parts == {FOUNDERS: 1}
    assert safe.waiting == (ANGELS,)
    assert seed.parts == pytest.approx({FOUNDERS: 0.63, "Angels": 0.07, POOL: 0.1, "Seed": 0.2})
    assert seed.price_usd == pytest.approx(0.63)
    assert seed.shares["Angels"] == pytest.approx(1_111_111.11)
    assert a.parts == pytest.approx({FOUNDERS: 0.42, "Angels": 0.14 / 3, POOL: 0.15, "Seed": 0.4 / 3, "A": 0.25})
    assert a.price_usd == pytest.approx(1.68)
    assert b.parts == pytest.approx(
        {FOUNDERS: 0.336, "Angels": 0.112 / 3, POOL: 0.12, "Seed": 0.32 / 3, "A": 0.2, "B": 0.2}
    )
    assert b.price_usd == pytest.approx(3.36)
    assert b.post_money_usd == pytest.approx(100e6)


def test_a_safe_takes_its_discount_where_that_is_more_than_its_cap() -> None:
    cheap = Round("Angels", "angel", "safe", 1, 500_000, 0.02, discount=0.2)
    seed = Round("Seed", "venture", "priced", 12, 2_000_000, 0.2)
    found = cap_table([cheap, seed])[-1]
    # 500,000 at 80 % of the price of 10,000,000 after the money.
    assert found.parts == pytest.approx({FOUNDERS: 0.7375, "Angels": 0.0625, "Seed": 0.2})


def test_a_safe_that_never_turned_into_shares_is_paid_at_the_exit() -> None:
    assert at_exit(cap_table([ANGELS])) == pytest.approx({FOUNDERS: 0.9, "Angels": 0.1})
    assert at_exit(cap_table([])) == {FOUNDERS: 1}


def test_a_grant_dilutes_nobody() -> None:
    grant = Round("State", "grant", "grant", 20, 300_000)
    assert cap_table([SEED, grant])[-1].parts == cap_table([SEED])[-1].parts


def test_two_rounds_of_one_name_are_told_apart() -> None:
    again = Round("Seed", "venture", "priced", 20, 1_000_000, 0.1)
    assert set(cap_table([SEED, again])[-1].parts) == {FOUNDERS, POOL, "Seed", "Seed (20)"}


def test_no_name_hides_another_holder() -> None:
    names = ("founders", "pool", "A", "A", "A")
    safes = [Round(name, "angel", "safe", 3, 1e5, 0.02) for name in names]
    last = cap_table([*safes, Round("A", "venture", "priced", 3, 2e6, 0.2, pool=0.1)])[-1]
    assert len(last.parts) == 8
    assert sum(last.parts.values()) == pytest.approx(1)
    assert last.parts[FOUNDERS] > 0.6


def test_what_each_has_of_a_sale_is_that_of_a_hand() -> None:
    found = proceeds([ANGELS, SEED, A, B], 200e6, 48)
    assert sum(got.usd for got in found.values()) == pytest.approx(200e6)
    assert found[FOUNDERS].usd == pytest.approx(67.2e6)
    assert found[FOUNDERS].multiple is None
    assert found["B"].multiple == pytest.approx(2)
    assert found["B"].rate_year == pytest.approx(1.0)
    assert found["A"].rate_year == pytest.approx(1.0)  # 40 of 10 million after two years
    early = proceeds([ANGELS, SEED, A, B], 5e6, 6)
    assert {holder: got.usd for holder, got in early.items()} == pytest.approx({FOUNDERS: 4.5e6, "Angels": 0.5e6})
    assert early["Angels"].multiple == pytest.approx(1)
    assert proceeds([ANGELS], 5e6, 1)["Angels"].rate_year is None


def test_safes_and_a_round_that_take_the_whole_firm_are_refused() -> None:
    greedy = [Round(f"S{i}", "angel", "safe", i, 1e5, 0.3) for i in (1, 2, 3, 4)]
    with pytest.raises(BadInput, match="take the whole firm"):
        cap_table([*greedy, SEED])


@pytest.mark.parametrize("seed", range(30))
def test_shares_add_up_and_cost_what_was_paid(seed: int) -> None:
    random = np.random.default_rng(seed)
    rounds = []
    for i in range(8):
        dilution, worth = float(random.uniform(0.02, 0.2)), 4e6 * 2**i
        if i % 2:
            pool = float(random.uniform(0, 0.15))
            rounds.append(Round(f"R{i}", "venture", "priced", 1 + 6 * i, dilution * worth, dilution, pool=pool))
        else:
            off = float(random.uniform(0, 0.3))
            rounds.append(Round(f"R{i}", "angel", "safe", 1 + 6 * i, dilution * worth, dilution, discount=off))
    for stake, r in zip(cap_table(rounds)[1:], rounds, strict=True):
        assert sum(stake.parts.values()) == pytest.approx(1)
        if r.instrument == "priced":
            assert stake.parts[r.name] == pytest.approx(r.dilution)
            assert stake.price_usd is not None
            assert stake.shares[r.name] * stake.price_usd == pytest.approx(r.usd)
            assert stake.parts.get(POOL, 0) >= r.pool - 1e-9
