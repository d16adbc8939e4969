"""The commands in one place, and the one place where an error becomes a sentence and an exit status."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

import typer
from typer.exceptions import Abort, TyperException

from engine.cli import buy, corrections, curve, endpoints, keys, load, plan, readiness, report, train, use, workspace
from engine.config import load_settings
from engine.errors import BreakevenError, Failure
from engine.jobs.faults import is_full_disk

app = typer.Typer(
    name="python -m engine",
    help="Fine-tune small models, serve them, and see what they are worth.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command()(workspace.datasets)
app.command()(train.finetune)
app.command()(curve.curve)
app.command()(buy.buy)
app.command()(plan.plan)
app.command()(use.evaluate)
app.command()(use.predict)
app.command()(use.export)
app.command()(use.bench)
app.command()(load.loadtest)
app.command()(workspace.compare)
app.command()(readiness.readiness)
app.command()(report.report)
app.command()(endpoints.promote)
app.command()(endpoints.endpoints)
app.command()(endpoints.split)
app.command()(endpoints.rollback)
app.command()(endpoints.retire)
app.command()(corrections.corrections)
app.add_typer(keys.app, name="keys")
app.command()(workspace.serve)
app.command()(workspace.reindex)


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status: 0, 2 for bad input, 1 for a failure."""
    try:
        status = typer.main.get_command(app).main(
            args=list(arguments), prog_name="python -m engine", standalone_mode=False
        )
    except BreakevenError as error:
        return _complain(str(error), error.exit_status)
    except TyperException as error:
        return _complain(_usage(error.format_message(), arguments), error.exit_code)
    except (KeyboardInterrupt, Abort):
        return _complain("Stopped.", 1)
    except Exception as error:  # noqa: BLE001 - nobody at a terminal is to see a traceback
        return _complain(str(_fault(error)), 1)
    finally:
        shutil.rmtree(_home() / "tmp" / str(os.getpid()), ignore_errors=True)
    return status if isinstance(status, int) else 0


def _usage(words: str, arguments: Sequence[str]) -> str:
    """Return what is wrong with the arguments and where the choices stand."""
    commands = [str(c.callback.__name__) for c in app.registered_commands if c.callback is not None]
    commands += [str(group.name) for group in app.registered_groups]
    named = next((a for a in arguments if not a.startswith("-")), "")
    if not named:
        return words
    if named not in commands:
        return f"There is no command {named}; choose one of {', '.join(commands)}."
    return f"{words.rstrip('.')}; python -m engine {named} --help shows what there is."


def _complain(sentence: str, status: int) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return status


def _fault(error: Exception) -> Failure:
    """Return the sentence for an error nobody foresaw, its traceback written to a file."""
    if is_full_disk(error):
        return Failure(
            "The disk that holds {folder} is full; free some space or choose another folder with BREAKEVEN_HOME.",
            folder=str(_home()),
        )
    if isinstance(error, OSError) and error.filename:
        return Failure(
            "{path} could not be used ({reason}); check that it is there and can be read and written.",
            path=str(error.filename),
            reason=error.strerror or str(error),
        )
    return Failure(
        "The command failed on a fault of the program ({error}); the details are in {log}.",
        error=type(error).__name__,
        log=str(_log(error)),
    )


def _log(error: Exception) -> Path:
    text = "".join(traceback.format_exception(error))
    for folder in (_home(), Path(tempfile.gettempdir())):
        try:
            with (folder / "errors.log").open("a", encoding="utf-8") as file:
                file.write(text + "\n")
        except OSError:
            continue
        return folder / "errors.log"
    return Path("(no log could be written)")


def _home() -> Path:
    try:
        return load_settings().workspace.home
    except BreakevenError:
        return Path(tempfile.gettempdir())
