"""What a task is, without torch: encode rows, decode outputs, judge, explain. Tasks by name: one line each."""

from engine.tasks import image_classification, ranking, text_classification
from engine.tasks.base import Compared, Metric, Task

TASKS: dict[str, Task] = {
    t.name: t
    for t in (text_classification.TEXT_CLASSIFICATION, image_classification.IMAGE_CLASSIFICATION, ranking.RANKING)
}

__all__ = ["TASKS", "Compared", "Metric", "Task"]
