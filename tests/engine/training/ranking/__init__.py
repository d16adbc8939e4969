"""Recommenders, on a shop small enough to train in seconds."""
