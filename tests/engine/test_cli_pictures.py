"""Commands on pictures: what a DICOM file was called stays out of the workspace, and what is asked needs no labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli.app import main
from tests.engine.datasets.images.files import dicom, encoded, pixels, study, written, zipped
from tests.engine.datasets.images.planted import contents

NAMED = "QZXNAME7 scans"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one run, trained by the command on an archive that is called after a patient."""
    folder = tmp_path_factory.mktemp("pictures")
    archive = folder / f"{NAMED}.zip"
    archive.write_bytes(zipped(study(60)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BREAKEVEN_HOME", str(folder / "workspace"))
        words = ("--scenario", "medical_imaging", "--recipe", "baseline", "-d", "positive=sick", "-o", "epochs=2")
        assert main(["finetune", *words, "--data", str(archive), "--threads", "1"]) == 0
    return folder / "workspace"


def test_the_name_of_an_archive_of_dicom_is_nowhere_in_the_workspace(home: Path) -> None:
    assert not [where for where, data in contents(home) if b"QZXNAME7" in data]


ASKED: dict[str, bytes] = {
    "one.png": encoded(pixels(1)),
    "one.dcm": written(dicom(1)),
    "flat.zip": zipped({f"{i}.png": encoded(pixels(i)) for i in range(3)}),
    "dicom.zip": zipped({f"{i}.dcm": written(dicom(i)) for i in range(3)}),
}


@pytest.mark.parametrize("name", ASKED)
def test_pictures_without_labels_are_answered(
    home: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BREAKEVEN_HOME", str(home))
    (tmp_path / name).write_bytes(ASKED[name])
    run = next((home / "runs").iterdir()).name
    assert main(["predict", run, "--input", str(tmp_path / name), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {a["label"] for a in found["predictions"]} <= {"sick", "well"}
    assert found["rows"] == (3 if name.endswith(".zip") else 1)


def test_what_is_judged_needs_labels(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BREAKEVEN_HOME", str(home))
    (tmp_path / "flat.zip").write_bytes(ASKED["flat.zip"])
    run = next((home / "runs").iterdir()).name
    assert main(["evaluate", run, "--data", str(tmp_path / "flat.zip")]) == 2
    assert "lie in no folders" in capsys.readouterr().err
