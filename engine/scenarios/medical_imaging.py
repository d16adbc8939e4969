"""Medical imaging: is there something on the picture that a person has to look at?"""

from __future__ import annotations

from engine.datasets.demo import breastmnist
from engine.messages import Message
from engine.scenarios.base import ErrorCost, Scenario

MISSED = Message("A missed lesion: it is treated later, when treatment is harder.")
FALSE_ALARM = Message("A false alarm: one more examination, and a worried patient.")

SCENARIO = Scenario(
    name="medical_imaging",
    title=Message("Medical imaging"),
    summary=Message("Looks at ultrasound pictures and says which of them a person should see first, and why."),
    task="image_classification",
    quality="auc",
    demo=breastmnist.demo_dataset,
    recipes=("baseline", "probe", "fast", "lora", "full"),
    default_recipe="fast",
    backbone="efficientnet-lite0",
    error_costs=(
        ErrorCost("malignant", "normal or benign", 20_000.0, MISSED),
        ErrorCost("normal or benign", "malignant", 300.0, FALSE_ALARM),
        ErrorCost("lesion", "no lesion", 20_000.0, MISSED),
        ErrorCost("no lesion", "lesion", 300.0, FALSE_ALARM),
    ),
    warnings=(Message("For research and demonstration, not for diagnosis."),),
    demo_recipes=("baseline", "probe"),
)
