"""What is done to an endpoint: promote a run to it, share its traffic out, roll back, retire. Files only, no model.

The inference process takes a change up when it has loaded and checked what the change needs; until then, and when that
fails, it answers as before (`engine.serving.live`).
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import replace

from engine.config import Settings
from engine.errors import BadInput
from engine.files import utc_now
from engine.jobs.runs import open_run
from engine.serving.endpoints import (
    Action,
    Change,
    Endpoint,
    Traffic,
    Version,
    changing,
    checked_name,
    endpoint,
    endpoints,
    file_of,
    write_endpoint,
)  # fmt: skip
from engine.serving.published import SERVED, Published, check_hashes, published
from engine.tasks.encoder import read_task

WHOLE = 100


def promote(
    settings: Settings, run: str, name: str, precision: str = "", *, share: int = WHOLE, by: str = ""
) -> Endpoint:
    """Make `run` (its id or the start of it) the next version of endpoint `name` and return the endpoint.

    Without a `precision` it is the one the run's gate chose. The new version gets `share` percent of the traffic, those
    that answered before share the rest as they did; 0 leaves it in standby. `by` is who did it, else this user.
    Raises NotFound for an unknown run or precision; BadInput for a name that cannot be, a share that cannot be, a run
    that was put away, or one that takes other inputs than the endpoint; Failure for files that are not what was tested.
    """
    model = promotable(settings, run, precision)
    checked_name(name)
    with changing(settings):
        old = endpoint(settings, name) if file_of(settings, name).exists() else Endpoint(name)
        task = _same_task(old, model)
        number = str(len(old.versions) + 1)
        made = Version(number, model.run.run_id, model.precision, utc_now(), by or whoami())
        split = _with(number, share, old.split)
        new = replace(old, task=task, versions=(*old.versions, made))
        return _changed(settings, new, Traffic(split, old.traffic.retired), "promote", made.by, number)


def promotable(settings: Settings, run: str, precision: str = "") -> Published:
    """Return the model of a run that may be promoted. Raises what `promote` raises about the run."""
    found = open_run(settings.workspace.runs, run)
    found.report()  # says so when it is not finished
    if not found.is_model:
        raise BadInput("Run {run_id} is no model to serve; choose a fine-tuning run.", run_id=found.run_id)
    if found.trashed:
        raise BadInput("Run {run_id} was put away; have it back first, or choose another run.", run_id=found.run_id)
    model = published(settings.workspace.runs, found.run_id, precision or SERVED)
    check_hashes(model)
    return model


def set_split(settings: Settings, name: str, split: Mapping[str, int], *, by: str = "") -> Endpoint:
    """Share the traffic of an endpoint out, in whole percent by version; return the endpoint.

    Versions left out get none and stay in standby. Raises NotFound for an endpoint or version that is not there,
    BadInput for a retired version or shares that are not 100 together.
    """
    with changing(settings):
        old = endpoint(settings, name)
        for number in split:
            if old.state(old.version(number).number) == "retired":
                raise BadInput(
                    "Version {version} of {name} is retired; promote its run again to use it.",
                    version=number,
                    name=old.name,
                )
        if any(share < 0 for share in split.values()) or sum(split.values()) != WHOLE:
            raise BadInput(
                "The shares {split} are not 100 percent together; give whole percents from 0 to 100 that are, as "
                "1=90 2=10.",
                split=" ".join(f"{k}={v}" for k, v in split.items()) or "-",
            )
        chosen = {v.number: split[v.number] for v in old.versions if split.get(v.number)}
        return _changed(settings, old, Traffic(chosen, old.traffic.retired), "split", by)


def roll_back(settings: Settings, name: str, *, by: str = "") -> Endpoint:
    """Give the traffic back to those who had it before the last change; return the endpoint.

    A second rollback undoes the first. Raises NotFound, and BadInput when nothing was changed yet.
    """
    with changing(settings):
        old = endpoint(settings, name)
        if old.before is None:
            raise BadInput("Endpoint {name} has nothing to go back to; promote a run to it first.", name=old.name)
        return _changed(settings, old, old.before, "rollback", by)


def retire(settings: Settings, name: str, version: str = "", *, by: str = "") -> Endpoint:
    """Stop a version from answering, or with no `version` the whole endpoint; a rollback undoes it. Its files stay.

    Raises NotFound, and BadInput for a version that still gets traffic.
    """
    with changing(settings):
        old = endpoint(settings, name)
        if not version:
            return _changed(settings, old, Traffic({}, tuple(v.number for v in old.versions)), "retire", by)
        if share := old.split.get(old.version(version).number):
            raise BadInput(
                "Version {version} of {name} answers {share} % of the requests; give its share to another first.",
                version=version,
                name=old.name,
                share=share,
            )
        retired = tuple(v.number for v in old.versions if v.number == version or v.number in old.traffic.retired)
        return _changed(settings, old, replace(old.traffic, retired=retired), "retire", by, version)


def endpoints_of(settings: Settings, run_id: str) -> list[str]:
    """Return the endpoints that need a run: those where one of its versions is not retired."""
    return [
        e.name
        for e in endpoints(settings)
        if any(v.run_id == run_id and e.state(v.number) != "retired" for v in e.versions)
    ]


def refuse_promoted(settings: Settings, run_id: str) -> None:
    """Raise BadInput, naming the endpoints and what to do, when a run that is to be put away is promoted."""
    if names := endpoints_of(settings, run_id):
        raise BadInput(
            "Run {run_id} answers for {endpoints}; retire its version there before you put it away.",
            run_id=run_id,
            endpoints=", ".join(names),
        )


def whoami() -> str:
    """Return the name of the user of this process, for the history."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "unknown"


def _changed(
    settings: Settings, endpoint: Endpoint, traffic: Traffic, action: Action, by: str, version: str = ""
) -> Endpoint:
    change = Change(utc_now(), by or whoami(), action, version, traffic.split)
    before = endpoint.traffic if endpoint.history else None
    return write_endpoint(
        settings, replace(endpoint, traffic=traffic, before=before, history=(*endpoint.history, change))
    )


def _with(number: str, share: int, split: Mapping[str, int]) -> dict[str, int]:
    """Return the split with `share` percent for a new version; the others keep their proportions, in whole percent."""
    if not 0 <= share <= WHOLE:
        raise BadInput("The share is {share}; give a whole percent from 0 to 100.", share=share)
    if share < WHOLE and not split:
        raise BadInput("Nobody else answers yet; leave the share out, so that the first version answers everything.")
    rest, left = WHOLE - share, WHOLE
    kept: dict[str, int] = {}
    for name, old in split.items():
        kept[name] = round(rest * old / left) if left else 0
        rest, left = rest - kept[name], left - old
    return {k: v for k, v in {**kept, number: share}.items() if v}


def _same_task(old: Endpoint, model: Published) -> str:
    """Return what the model does; refuse another task: it would misunderstand who asks the endpoint."""
    task = str(read_task(model.folder)["task"])
    if old.task and old.task != task:
        raise BadInput(
            "Endpoint {name} answers {known} and run {run_id} is made for {task}; choose another name.",
            name=old.name,
            known=old.task,
            run_id=model.run.run_id,
            task=task,
        )
    return task
