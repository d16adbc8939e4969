"""Keys: who may ask, through the real service; and the bucket that counts."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from engine.config import Settings
from engine.errors import BadInput, NotFound
from engine.serving.client import InferenceClient
from engine.serving.guard import Bucket
from engine.serving.keys import (
    add_key,
    file_of,
    is_local,
    keys,
    own_file,
    own_key,
    prepare,
    required,
    revoke_key,
)
from tests.engine.serving.conftest import RUN_ID, Trained, alone, publish_run, served, wait_for

INDEX = "/v2/repository/index"


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture(scope="module")
def asked(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A service of its own: other tests' service asks for no key."""
    home = tmp_path_factory.mktemp("keys") / "workspace"
    publish_run(home, trained)
    settings = alone(home)
    with served(settings):
        yield settings


def test_from_the_first_key_on_every_request_needs_one(asked: Settings) -> None:
    client = InferenceClient(asked)
    with httpx.Client(base_url=client.url, trust_env=False) as http:
        assert http.get(INDEX).status_code == 200, "before anybody was given a key"
        assert client.predict(RUN_ID, ["profit rose"]).answers
        key, secret = add_key(asked, "shop", by="ann")
        refused = wait_for(lambda: found if (found := http.get(INDEX)).is_error else None, 5)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        assert "Authorization: Bearer" in refused.json()["error"]
        assert http.get(INDEX, headers=bearer(secret)).status_code == 200
        assert http.get(INDEX, headers=bearer(secret + "x")).status_code == 401
        assert http.get("/v2/health/live").status_code == http.get("/v2/health/ready").status_code == 200
        assert http.get("/metrics").status_code == 401
        assert client.predict(RUN_ID, ["profit rose"]).answers, "the dashboard has a key of its own"
        assert client.state() is not None
        revoke_key(asked, "shop")
        gone = wait_for(lambda: found if (found := http.get(INDEX, headers=bearer(secret))).is_error else None, 5)
        assert "revoked" in gone.json()["error"]
        assert http.get(INDEX).status_code == 401, "revoking the last key opens nothing"
    assert secret not in file_of(asked).read_text()
    assert key.sha256 in file_of(asked).read_text()
    assert stat.S_IMODE(own_file(asked).stat().st_mode) == 0o600


def test_a_key_that_asks_too_often_waits(asked: Settings) -> None:
    _, secret = add_key(asked, "eager", per_minute=2, by="ann")
    with httpx.Client(base_url=InferenceClient(asked).url, trust_env=False, headers=bearer(secret)) as http:
        assert [http.get(INDEX).status_code for _ in range(3)] == [200, 200, 429]
        refused = http.get(INDEX)
        assert 1 <= int(refused.headers["retry-after"]) <= 30
        assert "Key eager may ask 2 times a minute" in refused.json()["error"]


def test_the_bucket_fills_at_its_rate() -> None:
    bucket = Bucket(60, now=0.0)
    assert [bucket.take(0.0) for _ in range(60)] == [0.0] * 60
    assert bucket.take(0.0) == pytest.approx(1.0)
    assert bucket.take(0.25) == pytest.approx(0.75)
    assert bucket.take(1.25) == 0.0
    assert [bucket.take(1000.0) for _ in range(61)][-1] > 0, "it never holds more than a minute's worth"


def test_beyond_this_machine_keys_are_always_asked_for(tmp_path: Path) -> None:
    local, public = Settings(home=tmp_path), Settings(home=tmp_path, host="0.0.0.0")
    assert not prepare(local)
    assert not own_file(local).exists()
    assert prepare(public)
    assert own_file(public).exists()
    assert not required(local), "the dashboard's own key was given to nobody"
    assert [is_local(h) for h in ("localhost", "127.0.0.1", "::1", "0.0.0.0", "::", "example.org")] == [True] * 3 + [
        False
    ] * 3
    secret = own_key(public)
    assert own_key(replace(public, host="127.0.0.1")) == secret


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with pytest.raises(BadInput, match="cannot be the name of a key"):
        add_key(settings, "dashboard", by="ann")
    with pytest.raises(BadInput, match="give 1 to"):
        add_key(settings, "shop", per_minute=-1, by="ann")
    add_key(settings, "shop", by="ann")
    with pytest.raises(BadInput, match="There is a key shop already"):
        add_key(settings, "shop", by="ann")
    with pytest.raises(NotFound, match="There is no key web to revoke; there are: shop"):
        revoke_key(settings, "web")
    with pytest.raises(NotFound, match="no key dashboard"):
        revoke_key(settings, "dashboard")
    revoke_key(settings, "shop")
    add_key(settings, "shop", by="bob")
    assert [(k.name, k.is_good, k.by) for k in keys(settings)] == [("shop", False, "ann"), ("shop", True, "bob")]
    file_of(settings).write_text('{"schema_version": 1, "keys": [7]}')
    with pytest.raises(BadInput, match="holds no keys"):
        keys(settings)
