import pytest

from engine.datasets.texts.personal import find, mask, masked_example


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("email", "Write to a.b+c@mail.example.co.uk, please", ["a.b+c@mail.example.co.uk"]),
        ("email", "sold @ 5 EUR; see x@y", []),
        ("phone", "tel. +358 9 4762 1234 today", ["+358 9 4762 1234"]),
        ("phone", "call (650) 253-0000 or 13800138000", ["(650) 253-0000", "13800138000"]),
        ("phone", "sales of 2,009,100.50 and 123 456 789 shares in 2009-2010", []),
        ("account", "says @breakeven_ai on IBAN FI21 1234 5600 0007 85", ["@breakeven_ai", "FI21 1234 5600 0007 85"]),
        ("account", "card 4111 1111 1111 1111, not 4111 1111 1111 1112", ["4111 1111 1111 1111"]),
        ("account", "ISIN FI0009000681 and a@b.com", []),
    ],
)
def test_personal_data_is_found_and_figures_are_not(kind: str, text: str, found: list[str]) -> None:
    assert find(kind, text) == found


def test_masks_replace_every_find() -> None:
    assert mask("a@b.com, c@d.org or @someone", ("email", "account")) == "[email], [email] or [account]"


def test_an_example_hides_most_of_what_was_found() -> None:
    assert masked_example("email", "jane@example.com") == "j***@e***"
    assert masked_example("phone", "+358 9 4762 1234") == "+35***34"
