"""Tests of data sets; `files` makes good and hostile files for them."""
