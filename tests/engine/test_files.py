import json
from pathlib import Path

import pytest

from engine.errors import BadInput
from engine.files import append_line, file_in, read_json, read_lines, sha256_json, write_json, written_aside


def test_a_file_written_aside_is_whole_or_absent(tmp_path: Path) -> None:
    target = tmp_path / "result.bin"
    target.write_bytes(b"before")

    def stop_half_way() -> None:
        with written_aside(target) as aside:
            aside.write_bytes(b"half")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stop_half_way()
    assert target.read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir()] == ["result.bin"]


def test_json_needs_a_schema_version(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="schema_version"):
        write_json(tmp_path / "a.json", {"value": 1})


def test_a_newer_schema_version_is_refused_with_a_sentence(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"schema_version": 9})
    with pytest.raises(BadInput, match=r"version 9.*up to 1"):
        read_json(tmp_path / "a.json")


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\xfe"])
def test_a_damaged_json_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(BadInput, match=r"a\.json is damaged"):
        read_json(tmp_path / "a.json")


def test_a_line_still_being_written_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    append_line(path, {"event": "started"})
    with path.open("a", encoding="utf-8") as file:
        file.write('{"event": "epo')
    assert read_lines(path) == [{"event": "started"}]


def test_the_hash_of_json_does_not_depend_on_the_order_of_keys() -> None:
    assert sha256_json({"a": 1, "b": "ü"}) == sha256_json(json.loads('{"b": "ü", "a": 1}'))


@pytest.mark.parametrize("name", ["", "..", "../other", "a/b", "a\\b", "a.b", "a\x00b", "ü", "x" * 41, "a\n"])
def test_a_name_from_outside_never_leaves_its_folder(tmp_path: Path, name: str) -> None:
    assert file_in(tmp_path, name) is None
    assert file_in(tmp_path, "finance_sentiment") == tmp_path / "finance_sentiment.json"
    assert file_in(tmp_path, "01JABC", ".csv") == tmp_path / "01JABC.csv"
