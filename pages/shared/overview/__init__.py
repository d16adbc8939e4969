"""The parts of the overview: a card a scenario, what the cases say, what runs and what is new, and three starts."""
