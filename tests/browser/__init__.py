"""Tests through a real browser, a real server and real files."""
