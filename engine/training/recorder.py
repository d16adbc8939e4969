"""Curves for TensorBoard, and for Weights & Biases where the user has set it up."""

from __future__ import annotations

import contextlib
import importlib.util
import netrc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from engine.training.progress import Progress, Say


class Recorder:
    """Hands every event on to `say`, and writes the numbers of each epoch to event files in `folder`."""

    def __init__(self, folder: Path, say: Say, description: dict[str, Any]) -> None:
        from tensorboardX import SummaryWriter

        self.say = say
        self._board = SummaryWriter(str(folder))
        self._wandb = _wandb_run(folder, description)

    def __call__(self, event: str, **values: Any) -> None:
        self.say(event, **values)
        if event == "epoch":
            numbers = {k: v for k, v in values.items() if k not in ("epoch", "epochs") and isinstance(v, int | float)}
            for name, value in numbers.items():
                self._board.add_scalar(name, value, values["epoch"])
            if self._wandb is not None:
                self._wandb.log(numbers, step=values["epoch"])

    def close(self) -> None:
        self._board.close()
        if self._wandb is not None:
            self._wandb.finish()


@contextlib.contextmanager
def recorded(out: Path, say: Say, should_stop: Callable[[], bool], **description: Any) -> Iterator[Progress]:
    """Yield the progress of a training that writes to `out`; its curves go beside that folder."""
    recorder = Recorder(out.parent / "tensorboard", say, description)
    try:
        yield Progress(recorder, should_stop)
    finally:
        recorder.close()


def _wandb_run(folder: Path, description: dict[str, Any]) -> Any:
    """Return a run of Weights & Biases when the package is installed and the user has logged in, else None."""
    if not (_wandb_configured() and importlib.util.find_spec("wandb")):
        return None
    import wandb  # type: ignore[import-not-found]  # it is the user's own

    return wandb.init(project=os.environ.get("WANDB_PROJECT", "breakeven"), dir=str(folder), config=description)


def _wandb_configured() -> bool:
    if os.environ.get("WANDB_API_KEY"):
        return True
    with contextlib.suppress(OSError, netrc.NetrcParseError):
        return netrc.netrc().authenticators("api.wandb.ai") is not None
    return False
