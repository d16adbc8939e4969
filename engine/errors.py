"""The one family of errors a user may see.

Each error carries a `Message`: a sentence that names the value at fault, the choices, and the next step. The command
line prints it and leaves with `exit_status`; a page shows it in the reader's language. Anything else that is raised is
a fault of the program and is logged with its traceback.
"""

from __future__ import annotations

from typing import Any

from engine.messages import Message


class BreakevenError(Exception):
    """Base of every error that is worded for a user: `BreakevenError("No run {run_id}.", run_id=…)`."""

    exit_status = 1

    def __init__(self, text: str | Message, /, **values: Any) -> None:
        self.message = text if isinstance(text, Message) else Message(text, **values)
        super().__init__(str(self.message))


class BadInput(BreakevenError):
    """What the user gave cannot be used: a file, a column, an option. Exit status 2."""

    exit_status = 2


class NotFound(BadInput):
    """What the user named does not exist in this workspace. Exit status 2."""


class Failure(BreakevenError):
    """The input was fine and the work failed: a full disk, a lost process, a refused model. Exit status 1."""


class Cancelled(BreakevenError):
    """The user asked for the work to stop. Exit status 1."""
