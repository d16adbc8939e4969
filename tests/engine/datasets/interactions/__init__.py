"""Tests of data sets for recommendation."""
