from __future__ import annotations

import pytest

from engine.errors import BadInput
from engine.models.ranking_memory import NEEDED, Size, check, graph_bytes, needed_bytes
from engine.models.ranking_recipes import RANKING_RECIPES

GIB = 2**30


def test_every_recipe_says_what_it_needs() -> None:
    assert set(NEEDED) == set(RANKING_RECIPES)
    for name, recipe in RANKING_RECIPES.items():
        small, large = (needed_bytes(name, recipe.defaults, Size(n, n, 50 * n)) for n in (1000, 9000))
        assert 0 < small < large


def test_a_dense_model_is_refused_where_its_matrices_do_not_fit_and_what_fits_is_named() -> None:
    size, options = Size(50_000, 10_000, 2_000_000), RANKING_RECIPES["item_item"].defaults
    check("item_item", options, size, 16 * GIB)
    with pytest.raises(BadInput, match=r"needs \d.* GiB for 10000 items") as refused:
        check("item_item", options, size, 3 * GIB)
    assert "matrix_factorisation" in str(refused.value)
    assert "item_item" not in str(refused.value).split("choose one that fits:")[1]


def test_beyond_ten_thousand_items_neighbours_fit_again() -> None:
    options = RANKING_RECIPES["item_item"].defaults
    check("item_item", options, Size(200_000, 100_000, 10_000_000), 16 * GIB)
    assert graph_bytes("item_item", options, Size(1, 100_000, 1)) < 2e9


def test_a_graph_beyond_one_file_is_refused() -> None:
    options = {**RANKING_RECIPES["matrix_factorisation"].defaults, "width": 512}
    with pytest.raises(
        BadInput, match=r"makes a model of 3\.8 GiB for 1000000 items, and one ONNX file holds 1\.9 GiB"
    ):
        check("matrix_factorisation", options, Size(10, 1_000_000, 1000), 10_000 * GIB)
