"""Finance sentiment: is a sentence of news good, bad or neutral for the company it is about?"""

from __future__ import annotations

from engine.datasets.demo import phrasebank
from engine.messages import Message
from engine.scenarios.base import ErrorCost, Scenario

MISSED_EVENT = Message("A missed market event: somebody acts late.")
FALSE_ALARM = Message("A false alarm: an analyst reads the sentence for nothing.")
WRONG_WAY = Message("The wrong direction: somebody acts against the news.")

SCENARIO = Scenario(
    name="finance_sentiment",
    title=Message("Finance sentiment"),
    summary=Message("Reads financial news sentence by sentence and says whether it is good, bad or neutral."),
    task="text_classification",
    quality="macro_f1",
    demo=phrasebank.demo_dataset,
    recipes=("baseline", "probe", "fast", "lora", "full"),
    default_recipe="fast",
    backbone="minilm-l6",
    columns={
        "text": ("text", "sentence", "content", "headline", "title", "news", "文本", "句子", "内容", "标题"),
        "label": ("label", "sentiment", "class", "category", "target", "标签", "情感", "类别"),
    },
    error_costs=(
        ErrorCost("negative", "neutral", 5.0, MISSED_EVENT),
        ErrorCost("positive", "neutral", 3.0, MISSED_EVENT),
        ErrorCost("neutral", "negative", 1.0, FALSE_ALARM),
        ErrorCost("neutral", "positive", 1.0, FALSE_ALARM),
        ErrorCost("negative", "positive", 10.0, WRONG_WAY),
        ErrorCost("positive", "negative", 8.0, WRONG_WAY),
    ),
    examples=(
        "Operating profit rose to EUR 13.1 mn from EUR 8.7 mn in the corresponding period a year earlier.",
        "The company will close two plants and lay off 300 people after orders fell sharply.",
        "The annual general meeting will be held in Helsinki on 14 April.",
    ),
    demo_recipes=("baseline", "probe", "fast"),
)
