"""Scenarios by name: one line each."""

from engine.scenarios import finance_sentiment, medical_imaging, recommendation
from engine.scenarios.base import ErrorCost, PoorList, Scenario

SCENARIOS: dict[str, Scenario] = {
    s.name: s for s in (finance_sentiment.SCENARIO, medical_imaging.SCENARIO, recommendation.SCENARIO)
}

__all__ = ["SCENARIOS", "ErrorCost", "PoorList", "Scenario"]
