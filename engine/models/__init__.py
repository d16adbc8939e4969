"""Backbones: where they come from, under which licence, with which hash. No torch here."""
