"""Code to paste: it works, whatever stands in the text, and shows the key only where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import Settings
from engine.serving.client import InferenceClient
from engine.serving.snippets import LANGUAGES, Call
from tests.engine.serving.conftest import RUN_ID
from tests.engine.serving.pasting import pasted, run

AWKWARD = 'Profit rose: it\'s 12 % "up" \\ $HOME `date` 会社 \u2028 \n the company grew'


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_a_text_is_asked_as_it_stands(language: str, service: Settings, tmp_path: Path) -> None:
    client = InferenceClient(service)
    expected = client.predict(RUN_ID, [AWKWARD])
    printed = pasted(language, Call(client.url, RUN_ID, "text", AWKWARD, "a key nobody asks for"), tmp_path)
    client.close()
    assert expected.answers[0] in printed
    assert f"{expected.probabilities[0][0]:.6f}"[:7] in printed


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_a_key_stands_where_one_is_asked_for(language: str) -> None:
    def write(key: str) -> str:
        return LANGUAGES[language][1](Call("http://127.0.0.1:8502", "sentiment", "text", "Profit rose.", key))

    assert "Authorization" not in write("")
    assert "Bearer bk_secret" in write("bk_secret")


def test_a_script_says_why_it_was_refused_and_shows_no_traceback(service: Settings, tmp_path: Path) -> None:
    client = InferenceClient(service)
    done = run("Python", Call(client.url, "nobody", "text", "Profit rose."), tmp_path)
    client.close()
    assert done.returncode == 1
    assert done.stderr.startswith("There is no model nobody; ")
