"""Recommendation: what should a visitor see next, judged by what visitors took later?"""

from __future__ import annotations

from engine.datasets.demo import movielens
from engine.messages import Message
from engine.scenarios.base import PoorList, Scenario

POOR = Message("A poor recommendation: a visitor finds nothing among the ten items shown, and buys less or leaves.")

SCENARIO = Scenario(
    name="recommendation",
    title=Message("Recommendation"),
    summary=Message("Learns from what people took and lists what each of them may want next, with the reasons."),
    task="ranking",
    quality="ndcg_at_10",
    demo=movielens.demo_dataset,
    recipes=("popularity", "item_item", "matrix_factorisation", "sequence", "text", "blend"),
    default_recipe="blend",
    backbone="minilm-l6",
    poor_list=PoorList(0.10, POOR),
    demo_recipes=("popularity", "item_item"),
)
