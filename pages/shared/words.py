"""Names of what the engine calls by ids, in the reader's language."""

from __future__ import annotations

from engine.jobs.progress import STATES
from engine.jobs.runs import State
from engine.models.recipes import RECIPES
from engine.scenarios import SCENARIOS
from pages.shared.i18n import tr, tr_message


def recipe(name: str) -> str:
    """Return the title of a recipe; its id when it is not known any more."""
    return tr_message(RECIPES[name].title) if name in RECIPES else name


def scenario(name: str) -> str:
    return tr_message(SCENARIOS[name].title) if name in SCENARIOS else name


def state(name: State) -> str:
    return tr_message(STATES[name])


def metric_name(name: str) -> str:
    """Return the usual name of a metric."""
    names = {
        "accuracy": tr("Accuracy"),
        "macro_f1": tr("Macro-F1"),
        "auc": tr("AUC"),
        "ece": tr("Calibration error"),
        "log_loss": tr("Log loss"),
    }
    return names.get(name, name)


def metric_meaning(name: str) -> str:
    """Return in one sentence what a metric says."""
    meanings = {
        "accuracy": tr("The share of sentences that got the right class."),
        "macro_f1": tr(
            "The balance of precision and recall, averaged over classes: a rare class counts as much as a common one."
        ),
        "auc": tr("How well probabilities rank: 1 is perfect, 0.5 is chance."),
        "ece": tr("How far stated probabilities are from how often they come true, on average. Lower is better."),
        "log_loss": tr(
            "How much probability the model gave to the right class, on a logarithmic scale. Lower is better."
        ),
    }
    return meanings.get(name, "")


def run_name(recipe_name: str, seed: int, run_id: str, label: str = "") -> str:
    """Return what a run is called where people choose one: its own name, recipe, seed when it is not 0, end of id."""
    seed_part = tr(", seed {seed}", seed=seed) if seed else ""
    own = f"{label} · " if label else ""
    return f"{own}{recipe(recipe_name)}{seed_part} · {run_id[-4:]}"


def right_of(accuracy: float | None) -> str:
    """Return an accuracy in plain words: "93 of 100 right"."""
    return tr("{n} of 100 right", n=round(100 * (accuracy or 0.0)))
