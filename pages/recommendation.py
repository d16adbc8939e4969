"""Recommendation: try it, its data, fine-tuning, results."""

from engine.scenarios import SCENARIOS
from pages.shared.scenario.page import scenario_page

scenario_page(SCENARIOS["recommendation"])
