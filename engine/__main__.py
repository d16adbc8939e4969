"""`python -m engine`: every action of the pages as a command.

What goes wrong is one sentence on standard error; the exit status is 2 for bad input and 1 for a failure.
"""

from __future__ import annotations

import sys

from engine.cli.app import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
