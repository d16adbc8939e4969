"""`keys add`, `keys list`, `keys revoke`: who may ask the inference service."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from engine.cli.output import finish, table
from engine.cli.train import AsJson
from engine.config import load_settings

app = typer.Typer(help="Make, list and revoke the API keys of the inference service.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="What the key is called: who it is for.")]


@app.command()
def add(
    name: Name,
    per_minute: Annotated[int, typer.Option(help="The most requests a minute; 0 means any number.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, this once; from the first one on, every request needs a key."""
    from engine.serving.keys import add_key
    from engine.serving.promotion import whoami

    settings, began = load_settings(), time.perf_counter()
    key, secret = add_key(settings, name, per_minute=per_minute, by=whoami())
    result = {"name": key.name, "key": secret, "per_minute": key.per_minute, "created_at": key.created_at}
    seconds = round(time.perf_counter() - began, 3)
    lines = [
        f"The key of {key.name}, which is shown only now:",
        f"  {secret}",
        f'  curl -H "Authorization: Bearer {secret}" http://{settings.host}:{settings.inference_port}/v2',
    ]
    finish({"run_id": None, "metrics": {}, "seconds": seconds, **result}, lines, as_json=as_json)


@app.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """List the keys, the revoked ones too, and when each was last used."""
    from engine.analytics.database import open_index
    from engine.analytics.served import last_used
    from engine.serving.keys import keys, required

    settings, began = load_settings(), time.perf_counter()
    index = open_index(settings, owner=False)
    try:
        used = {name: f"{at:%Y-%m-%dT%H:%M:%S}Z" for name, at in last_used(index).items()}
    finally:
        index.close()
    found = [
        {"name": k.name, "per_minute": k.per_minute, "created_at": k.created_at, "by": k.by,
         "revoked_at": k.revoked_at or None, "last_used_at": used.get(k.name)}
        for k in keys(settings)
    ]  # fmt: skip
    rows = [
        (k["name"], "revoked" if k["revoked_at"] else "good", k["per_minute"] or "any", k["created_at"], k["by"],
         k["last_used_at"] or "never")
        for k in found
    ]  # fmt: skip
    asked = required(settings)
    lines = table(rows, ("name", "state", "a minute", "made", "by", "last used")) if rows else ["There is no key yet."]
    lines.append(
        "Every request needs a key." if asked else "Requests need no key: only this machine reaches the service."
    )
    seconds = round(time.perf_counter() - began, 3)
    finish(
        {"run_id": None, "metrics": {}, "seconds": seconds, "required": asked, "keys": found}, lines, as_json=as_json
    )


@app.command()
def revoke(name: Name, as_json: AsJson = False) -> None:
    """Make a key worthless, from the next request on."""
    from engine.serving.keys import revoke_key

    settings, began = load_settings(), time.perf_counter()
    key = revoke_key(settings, name)
    seconds = round(time.perf_counter() - began, 3)
    result: dict[str, Any] = {
        "run_id": None,
        "metrics": {},
        "seconds": seconds,
        "name": key.name,
        "revoked_at": key.revoked_at,
    }
    finish(result, [f"The key of {key.name} is revoked."], as_json=as_json)
