"""Tests of the engine, in the folders of the engine."""
