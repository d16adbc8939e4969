"""The parts of the Business page: the case and its fields, what comes out, and what was counted since."""
