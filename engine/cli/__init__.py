"""The command line: every action of the pages as a command, over the same functions."""
