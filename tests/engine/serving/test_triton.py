"""Triton model repositories: what Triton's own schema reads, the graphs in them, and the README that says how."""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from engine.cli.app import main
from engine.config import Settings
from engine.datasets.images.picture import Picture, png
from engine.errors import Failure, NotFound
from engine.files import sha256_file
from engine.serving.promotion import promote, retire
from engine.serving.runtime import Classifier
from engine.serving.triton import repository, zipped
from engine.serving.triton_readme import readme
from engine.tasks.bag import fit_bag
from engine.tasks.encoder import Encoder, read_task
from engine.tasks.histories import Catalogue, HistoryEncoder
from engine.tasks.pictures import PictureEncoder
from tests.engine.serving.conftest import LABELS, RUN_ID, TEXTS, Trained, publish_run
from tests.engine.serving.test_endpoints import SECOND

DATATYPES = {"TYPE_INT64": "tensor(int64)", "TYPE_FP32": "tensor(float)", "TYPE_UINT8": "tensor(uint8)"}


@pytest.fixture(scope="module")
def schema() -> Any:
    """Triton's protocol buffers, from its own client; importing the package around them would want gRPC."""
    package = importlib.util.find_spec("tritonclient")
    assert package is not None
    path = Path(str(package.origin)).parent / "grpc" / "model_config_pb2.py"
    spec = importlib.util.spec_from_file_location("model_config_pb2", path)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.fixture(scope="module")
def settings(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An endpoint with an int8, an fp32 and a retired version."""
    found = Settings(home=tmp_path_factory.mktemp("triton"), threads=1)
    publish_run(found.home, trained)
    publish_run(found.home, trained, SECOND)
    promote(found, RUN_ID, "news")
    promote(found, SECOND, "news", "fp32", share=10)
    promote(found, RUN_ID, "news", share=0)
    retire(found, "news", "3")
    return found


def parsed(config: str, into: Any) -> Any:
    """Return Triton's message that a `config.pbtxt` holds; protobuf brings no types."""
    return importlib.import_module("google.protobuf.text_format").Parse(config, into)


def unpacked(settings: Settings, name: str, folder: Path) -> Path:
    """Return the folder into which the repository of an endpoint or run was unpacked."""
    with zipfile.ZipFile(io.BytesIO(b"".join(zipped(repository(settings, name))))) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder / name


def test_triton_reads_the_configuration_and_it_fits_every_graph(
    settings: Settings, schema: Any, tmp_path: Path
) -> None:
    model = unpacked(settings, "news", tmp_path)
    config = parsed((model / "config.pbtxt").read_text(), schema.ModelConfig())
    assert (config.name, config.backend, config.max_batch_size) == ("news", "onnxruntime", 256)
    assert config.version_policy.WhichOneof("policy_choice") == "all"
    assert config.HasField("dynamic_batching")
    assert [schema.ModelInstanceGroup.Kind.Name(g.kind) for g in config.instance_group] == ["KIND_CPU"]
    assert config.output[0].label_filename == "labels.txt"
    assert (model / "labels.txt").read_text().split() == list(LABELS)
    assert {p.name for p in model.iterdir() if p.name.isdigit()} == {"1", "2"}
    for version in ("1", "2"):
        session = onnxruntime.InferenceSession(str(model / version / "model.onnx"), providers=["CPUExecutionProvider"])
        for said, there in ((config.input, session.get_inputs()), (config.output, session.get_outputs())):
            assert [t.name for t in said] == [t.name for t in there]
            for tensor, node in zip(said, there, strict=True):
                assert DATATYPES[schema.DataType.Name(tensor.data_type)] == node.type
                assert [d if isinstance(d, int) else -1 for d in node.shape[1:]] == list(tensor.dims)


def test_versions_with_other_tensors_are_a_model_of_their_own(
    settings: Settings, schema: Any, trained: Trained, tmp_path: Path
) -> None:
    other = publish_run(settings.home, trained, RUN_ID[:-1] + "E")
    config = other / "onnx" / "int8" / "config.pbtxt"
    promote(settings, RUN_ID[:-1] + "E", "mixed")
    promote(settings, SECOND, "mixed", share=10)
    spoilt = config.read_text().replace("dims: [ 3 ]", "dims: [ 5 ]")
    hashes = other.parent.parent / "published.json"
    before = sha256_file(config)
    config.write_text(spoilt)
    hashes.write_text(hashes.read_text().replace(before, sha256_file(config)))
    found = repository(settings, "mixed")
    assert [(m.name, list(m.versions)) for m in found] == [("mixed", ["1"]), ("mixed-2", ["2"])]
    for model in found:
        assert parsed(model.config(), schema.ModelConfig()).name == model.name


def test_a_run_is_exported_by_its_id_and_the_same_run_makes_the_same_zip(settings: Settings, tmp_path: Path) -> None:
    assert (unpacked(settings, RUN_ID, tmp_path) / "1" / "model.onnx").is_file()
    source = json.loads((tmp_path / RUN_ID / "assets" / "1" / "source.json").read_text())
    assert source == {"run": RUN_ID, "precision": "int8"}
    first, second = (b"".join(zipped(repository(settings, RUN_ID))) for _ in range(2))
    assert first == second


def test_the_command_writes_the_zip_once(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BREAKEVEN_HOME", str(settings.home))
    out = tmp_path / "news.zip"
    asked = ["export", "news", "--triton", "--out", str(out), "--json"]
    assert main(asked) == 0
    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert printed["models"] == {"news": ["1", "2"]}
    assert zipfile.is_zipfile(out)
    assert main(asked) == 2
    assert "is there already; give another file with --out" in capsys.readouterr().err


def test_what_is_not_there_or_was_changed_is_a_sentence(trained: Trained, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, threads=1)
    folder = publish_run(tmp_path, trained)
    with pytest.raises(NotFound, match="There is no endpoint nobody"):
        repository(settings, "nobody")
    promote(settings, RUN_ID, "news")
    (folder / "onnx" / "int8" / "config.pbtxt").write_text("")
    with pytest.raises(Failure, match="not the file that was published"):
        repository(settings, "news")
    retire(settings, "news")
    with pytest.raises(NotFound, match="news is retired"):
        repository(settings, "news")


def test_the_readme_answers_as_the_service_does(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = unpacked(settings, "news", tmp_path)
    does = run_code((model / "assets" / "README.md").read_text(), model, monkeypatch)
    session = onnxruntime.InferenceSession(str(model / "1" / "model.onnx"), providers=["CPUExecutionProvider"])
    found = does["probabilities"](session.run(["logits"], does["encode"](list(TEXTS)))[0])
    served = Classifier.load(repository(settings, "news")[0].versions["1"].folder, threads=1)
    # One by one and together an int8 graph may differ in the third place.
    np.testing.assert_allclose(found, served.probabilities(list(TEXTS)), atol=0.02)


def run_code(text: str, model: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return what the code of a README defines, run in the model's folder as it says."""
    monkeypatch.chdir(model)
    names: dict[str, Any] = {}
    exec(text.split("```python\n")[1].split("```")[0], names)
    return names


BAG_TEXTS = ["Profit rose, profit grew by 12 %.", "会社の profit 増加", "", "nothing known"]
HISTORIES = [["b", "a", "gone", "b"], [], ["c"], list("abcabcab")]


def picture_files(folder: Path) -> list[str]:
    random = np.random.default_rng(3)
    for place, shape in enumerate([(40, 70), (200, 130, 3)]):
        (folder / f"{place}.png").write_bytes(png(Picture(random.integers(0, 256, shape, dtype=np.uint8))))
    return [str(folder / f"{place}.png") for place in range(2)]


@pytest.mark.parametrize("kind", ["bag", "grey", "colour", "history"])
def test_the_readme_encodes_as_the_encoder_does(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoders: dict[str, Encoder] = {
        "bag": fit_bag(BAG_TEXTS, min_rows=1, labels=LABELS),
        "grey": PictureEncoder(("a", "b"), 32, "grey"),
        "colour": PictureEncoder(("a", "b"), 32, "colour"),
        "history": HistoryEncoder(Catalogue(("a", "b", "c")), max_history=2),
    }
    folder = tmp_path / "assets" / "1"
    folder.mkdir(parents=True)
    encoder = encoders[kind]
    encoder.save(folder)
    does = run_code(readme("m", {"1": read_task(folder)}), tmp_path, monkeypatch)
    known: dict[str, list[Any]] = {"bag": [*BAG_TEXTS], "history": [*HISTORIES]}
    inputs = known.get(kind) or picture_files(tmp_path)
    expected = encoder.collate(
        encoder.rows([Path(p).read_bytes() for p in inputs] if encoder.takes == "image" else inputs), multiple=1
    )
    found = does["encode"](inputs)
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert found[name].dtype == values.dtype
        np.testing.assert_allclose(found[name], values, rtol=1e-6)
