"""The workspace on disk and the settings of one process.

A setting is taken from the command line, else from the environment (`BREAKEVEN_PORT` for `port`), else from
`settings.toml` in the workspace, else from the default written here.
"""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.errors import BadInput
from engine.files import sha256_json, write_text

REPOSITORY = Path(__file__).resolve().parent.parent
CATALOG = REPOSITORY / "data" / "catalog"


@dataclass(frozen=True)
class Workspace:
    """Where everything that belongs to one user lives. Every path is absolute; folders are made when first used."""

    home: Path

    @cached_property
    def raw(self) -> Path:
        """Uploaded files as they came, one folder a SHA-256."""
        return self._folder("raw")

    @cached_property
    def datasets(self) -> Path:
        """Prepared data sets, one folder an id."""
        return self._folder("datasets")

    @cached_property
    def runs(self) -> Path:
        """Run folders, the truth about every job."""
        return self._folder("runs")

    @cached_property
    def usage(self) -> Path:
        """Append-only files of what the inference process served."""
        return self._folder("usage")

    @cached_property
    def models(self) -> Path:
        """Backbones fetched from the hub."""
        return self._folder("models")

    @cached_property
    def measurements(self) -> Path:
        """What was measured of this machine: timed training steps, one file a backbone."""
        return self._folder("measurements")

    @cached_property
    def decisions(self) -> Path:
        """What was decided, one file a decision."""
        return self._folder("decisions")

    @cached_property
    def endpoints(self) -> Path:
        """Names under which models are asked, one file a name."""
        return self._folder("endpoints")

    @cached_property
    def corrections(self) -> Path:
        """Right answers that users gave for wrong ones, one append-only file an endpoint."""
        return self._folder("corrections")

    @cached_property
    def tmp(self) -> Path:
        """This process's temporary files; swept when its process is gone."""
        return self._folder("tmp", str(os.getpid()))

    @property
    def database(self) -> Path:
        """The DuckDB index. Only the holder of `supervisor.lock` opens it."""
        return self.home / "analytics.duckdb"

    @property
    def id(self) -> str:
        """16 hex digits that tell this workspace from others without giving its folder away."""
        return sha256_json(str(self.home))[:16]

    @property
    def settings_file(self) -> Path:
        return self.home / "settings.toml"

    def _folder(self, *names: str) -> Path:
        folder = self.home.joinpath(*names)
        folder.mkdir(parents=True, exist_ok=True)
        return folder


@dataclass(frozen=True)
class Settings:
    """What a user may change. Each field's unit is in its name, its meaning beneath it."""

    home: Path = REPOSITORY / "data" / "workspace"
    """The workspace folder."""
    host: str = "127.0.0.1"
    """The address both servers bind to."""
    port: int = 8501
    """The dashboard's port."""
    inference_port: int = 8502
    """The inference service's port."""
    threads: int = 0
    """Threads for training and inference; 0 means one a physical core."""
    require_gpu: bool = False
    """Refuse to serve a model that would not run on a GPU."""
    batch_delay_us: int = 500
    """How many microseconds a request waits at most for others to be computed with; not at all when others are rare."""
    queue_rows: int = 8192
    """Rows of all requests that may wait to be computed; beyond it requests are refused."""
    request_timeout_ms: int = 60_000
    """How long a request may take before it is dropped, in milliseconds; 0 means as long as it takes."""
    demo_on_first_run: bool = True
    """Train demo runs in the background when the workspace is empty."""
    offline: bool = False
    """Never ask the hub or a download site."""
    hub_url: str = "https://huggingface.co"
    """Where hub ids are fetched from."""
    phrasebank_url: str = (
        "https://huggingface.co/datasets/takala/financial_phrasebank/resolve/main/data/FinancialPhraseBank-v1.0.zip"
    )
    """Where the demo data of the finance scenario is fetched from."""
    movielens_url: str = "https://files.grouplens.org/datasets/movielens/ml-100k.zip"
    """Where the demo data of the recommendation scenario is fetched from."""
    breastmnist_url: str = "https://zenodo.org/records/10519652/files/breastmnist.npz"
    """Where the demo data of the imaging scenario is fetched from."""
    instance: str = "aws/us-east-1/c6i.xlarge"
    """The catalogue row that prices are computed for: provider/region/type."""
    utilisation: float = 0.3
    """The share of its capacity that serving is busy, for cost per 1,000 predictions."""
    max_upload_mib: int = 500
    """The largest file an upload may be."""
    data_sample_rows: int = 1_000_000
    """The most rows of one table that are prepared."""
    max_interactions: int = 20_000_000
    """The most interactions that are prepared; a larger file is refused."""

    def __post_init__(self) -> None:
        if not 0 < self.utilisation <= 1:
            raise BadInput("utilisation is {value}; give a share above 0 and up to 1.", value=self.utilisation)
        for name, least in (("batch_delay_us", 0), ("queue_rows", 1), ("request_timeout_ms", 0)):
            if (value := getattr(self, name)) < least:
                raise BadInput(
                    "{name} is {value}; give a whole number from {least}.", name=name, value=value, least=least
                )
        for name in ("port", "inference_port"):
            if not 0 < (value := getattr(self, name)) < 65536:
                raise BadInput("{name} is {value}; give a port from 1 to 65535.", name=name, value=value)

    @cached_property
    def workspace(self) -> Workspace:
        return Workspace(Path(self.home).resolve())

    def environment(self) -> dict[str, str]:
        """Return the settings as environment variables, for a process started from this one to find the same."""
        return {f"BREAKEVEN_{f.name.upper()}": str(getattr(self, f.name)) for f in fields(self)}


def load_settings(**overrides: Any) -> Settings:
    """Return the settings of this process. `overrides` that are None count as not given.

    Raises BadInput for a value that does not fit its setting, naming the setting and where the value came from.
    """
    given = {k: v for k, v in overrides.items() if v is not None}
    environment = {
        f.name: os.environ[k] for f in fields(Settings) if (k := f"BREAKEVEN_{f.name.upper()}") in os.environ
    }
    home = Path(given.get("home") or environment.get("home") or Settings.home)
    merged = {**_read_settings_file(home / "settings.toml"), **environment, **given, "home": home}
    return Settings(**{f.name: _typed(f.name, f.default, merged[f.name]) for f in fields(Settings) if f.name in merged})


def save_settings(settings: Settings, **changes: Any) -> Settings:
    """Write `changes` to the workspace's `settings.toml`, keeping what stands there, and return the new settings."""
    changed = replace(settings, **changes)
    kept = _read_settings_file(settings.workspace.settings_file) | changes
    # Every JSON string, number and boolean is a TOML value of the same meaning.
    write_text(
        settings.workspace.settings_file,
        "".join(f"{name} = {json.dumps(value)}\n" for name, value in sorted(kept.items())),
    )
    return changed


def _read_settings_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadInput(
            "{path} is not valid TOML ({error}); correct it or delete it.", path=str(path), error=str(error)
        ) from error


def _typed(name: str, default: Any, value: Any) -> Any:
    """Return `value` as the type of `default`; text from the environment is read as that type."""
    wanted = Path if isinstance(default, Path) else type(default)
    if wanted is bool and isinstance(value, str):
        if value.lower() in {"1", "true", "yes", "on"}:
            return True
        if value.lower() in {"0", "false", "no", "off", ""}:
            return False
    elif wanted is not bool or isinstance(value, bool):
        try:
            return wanted(value)
        except (TypeError, ValueError):
            pass
    raise BadInput("{name} is {value}; give a value of type {type}.", name=name, value=value, type=wanted.__name__)
