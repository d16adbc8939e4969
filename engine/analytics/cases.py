"""Cases of a business in the workspace: `cases/<id>.json`, and beside each what was counted, `cases/<id>.csv`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.config import Settings
from engine.economics.business.actuals import Actuals, read_actuals
from engine.economics.business.case import Case
from engine.economics.business.link import read_case, written
from engine.economics.business.presets import PRESETS, preset
from engine.errors import BadInput, NotFound
from engine.files import file_in, new_id, read_json, utc_now, write_json, written_aside

LONGEST_NAME = 60


def cases(settings: Settings) -> dict[str, Case]:
    """Return the saved cases by id, oldest first; a file that cannot be read is left out (`broken` names it)."""
    return {case.id: case for path in _files(settings) if isinstance(case := _read(path), Case)}


def with_presets(settings: Settings) -> dict[str, Case]:
    """Return every case there is by its id: those one starts from, then the saved ones."""
    return {name: preset(name) for name in PRESETS} | cases(settings)


def broken(settings: Settings) -> list[BadInput]:
    """Return what is wrong with the files that are no cases."""
    return [error for path in _files(settings) if isinstance(error := _read(path), BadInput)]


def case(settings: Settings, case_id: str) -> Case:
    """Return a preset or a saved case. Raises NotFound, and BadInput for a file that was spoilt."""
    if case_id in PRESETS:
        return preset(case_id)
    path = _file(settings, case_id)
    if not path.exists():
        raise _missing(case_id)
    found = _read(path)
    if isinstance(found, BadInput):
        raise found
    return found


def named(settings: Settings, text: str) -> Case:
    """Return a preset or a saved case by its id or its name. Raises NotFound or BadInput."""
    by_name = {c.name.casefold(): c for c in cases(settings).values()}
    return by_name[text.casefold()] if text.casefold() in by_name else case(settings, text)


def latest(settings: Settings) -> Case | None:
    """Return the case that was saved last; None where none was."""
    for path in sorted(_files(settings), key=lambda p: p.stat().st_mtime_ns, reverse=True):
        if isinstance(found := _read(path), Case):
            return found
    return None


def save(settings: Settings, kept: Case, name: str, *, case_id: str = "") -> Case:
    """Keep a case under `name`, in place of the saved one of `case_id`, else as a new one; return it.

    Raises BadInput for a name that is empty, too long, or already another case's.
    """
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME:
        raise BadInput("The name has {n} characters; give 1 to {most}.", n=len(called), most=LONGEST_NAME)
    if any(c.name.casefold() == called.casefold() and c.id != case_id for c in cases(settings).values()):
        raise BadInput("There is already a case {name}; choose another name.", name=called)
    made = replace(kept, name=called, id=case_id or new_id())
    value = {"schema_version": 1, "id": made.id, "name": called, "base": made.base, "saved_at": utc_now()}
    write_json(_file(settings, made.id), value | {"assumes": written(made)})
    return made


def delete(settings: Settings, case_id: str) -> None:
    """Forget a saved case and what was counted beside it."""
    _file(settings, case_id).unlink(missing_ok=True)
    _counted(settings, case_id).unlink(missing_ok=True)


def keep_actuals(settings: Settings, of: Case, data: bytes) -> Actuals:
    """Keep what was counted beside a case, in place of what was there. Raises BadInput for what cannot be read."""
    found = read_actuals(data, of)
    with written_aside(_counted(settings, of.id)) as aside:
        aside.write_bytes(data)
    return found


def actuals(settings: Settings, of: Case) -> Actuals | None:
    """Return what was counted beside a case; None where nothing was. Raises BadInput where it fits the plan no more."""
    path = _counted(settings, of.id)
    return read_actuals(path.read_bytes(), of) if path.exists() else None


def forget_actuals(settings: Settings, case_id: str) -> None:
    """Forget what was counted beside a case."""
    _counted(settings, case_id).unlink(missing_ok=True)


def _files(settings: Settings) -> list[Path]:
    return sorted(_folder(settings).glob("*.json"))


def _folder(settings: Settings) -> Path:
    return settings.workspace.home / "cases"


def _file(settings: Settings, case_id: str, suffix: str = ".json") -> Path:
    """Return the file of a case. Raises NotFound for an id that is none."""
    path = file_in(_folder(settings), case_id, suffix)
    if path is None:
        raise _missing(case_id)
    return path


def _counted(settings: Settings, case_id: str) -> Path:
    return _file(settings, case_id, ".csv")


def _missing(case_id: str) -> NotFound:
    return NotFound("There is no case {id} in this workspace; choose another, or open the link it was shared by.",
                    id=case_id[:40])  # fmt: skip


def _read(path: Path) -> Case | BadInput:
    try:
        value = read_json(path)
        base = str(value.get("base") or "base")
        start = preset(base if base in PRESETS else "base")
        said = {str(k): str(v) for k, v in dict(value["assumes"]).items()}
        return replace(read_case(said, start), name=str(value["name"]), id=path.stem, base=start.id)
    except BadInput as error:
        return error
    except (KeyError, TypeError, ValueError):
        return BadInput("{path} is no case; correct it or delete it.", path=path.name)
