"""The parts of the Decide page: limits and weights, the answer, its pictures, the report, the log."""
