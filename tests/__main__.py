"""Run every test in two processes side by side: those that drive a browser, which mostly wait, and all others.

    python -m tests [what pytest takes]

Each has its own fixtures and workspaces; what the others print comes after the browser's. The others give way, so that
a page under test is drawn as quickly as on a machine with nothing else to do. Exits with 1 when either fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import suppress

GIVING_WAY = 15
"""How much nicer the others are."""


def main(arguments: list[str]) -> int:
    command = [sys.executable, "-m", "pytest", *arguments, "-m"]
    with tempfile.TemporaryFile() as printed:
        others = subprocess.Popen([*command, "not browser"], stdout=printed, stderr=subprocess.STDOUT)
        with suppress(PermissionError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, others.pid, GIVING_WAY)
        try:
            browser = subprocess.run([*command, "browser"], check=False).returncode
            print("\nThe tests that need no browser:", flush=True)
            status = others.wait()
        finally:
            others.terminate()
        printed.seek(0)
        sys.stdout.buffer.write(printed.read())
        sys.stdout.flush()
    return int(bool(browser or status))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
