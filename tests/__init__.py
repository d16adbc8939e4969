"""Tests mirror the modules they test; browser/ drives a real Chromium, bench/ and chaos/ are run by make alone."""
