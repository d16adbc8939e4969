"""The parts of the Costs page: what one chooses, what comes out, and the facts behind it."""
