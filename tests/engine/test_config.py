from pathlib import Path

import pytest

from engine.config import load_settings, save_settings
from engine.errors import BadInput


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "THREADS", "OFFLINE", "DEMO_ON_FIRST_RUN", "INFERENCE_PORT", "HOST"):
        monkeypatch.delenv(f"BREAKEVEN_{name}", raising=False)
    monkeypatch.setenv("BREAKEVEN_HOME", str(tmp_path))


def test_the_command_line_beats_the_environment_beats_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    save_settings(load_settings(), port=9001, threads=3, instance='a"b')
    assert (load_settings().port, load_settings().threads, load_settings().instance) == (9001, 3, 'a"b')
    monkeypatch.setenv("BREAKEVEN_PORT", "9002")
    assert load_settings().port == 9002
    assert load_settings(port=9003).port == 9003


def test_saving_one_setting_keeps_the_others() -> None:
    save_settings(load_settings(), threads=2)
    save_settings(load_settings(), offline=True)
    assert (load_settings().threads, load_settings().offline) == (2, True)


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "eighty"), ("PORT", "0"), ("OFFLINE", "perhaps"), ("UTILISATION", "1.5")]
)
def test_a_bad_setting_is_named_with_its_value(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"BREAKEVEN_{name}", value)
    with pytest.raises(BadInput, match=rf"{name.lower()} is {value}"):
        load_settings()


def test_a_broken_settings_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("port = = 1")
    with pytest.raises(BadInput, match=r"settings\.toml is not valid TOML"):
        load_settings()
