"""EfficientNet-Lite0, a classifier of ImageNet's 1,000 classes. Synchronous: call it in a thread."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from deployments.captioner.labels import Label
from deployments.errors import Misconfigured
from deployments.weights.efficientnet import LABELS_FILE, WEIGHTS_FILE

if TYPE_CHECKING:
    from PIL.Image import Image

# Preprocessing of the official EfficientNet-Lite (tensorflow/tpu, models/official/efficientnet/lite):
# a central crop of 224 / (224 + 32) of the shorter side, bicubic to 224 x 224, (x - 127) / 128.
_SIDE = 224
_CROP_PADDING = 32
_MEAN = 127.0
_SCALE = 128.0


class Tagger:
    """A classifier. It loads in about 2.5 s, mostly for the import of torch, and takes 40 ms a picture on one core.

    `pre` scales pictures (any thread), `core` runs the model on a batch from many calls (the batcher's thread).
    """

    def __init__(self, folder: Path, threads: int) -> None:
        """Load the folder that `deployments/weights/efficientnet.py` wrote. Raises Misconfigured."""
        import torch  # noqa: PLC0415 - heavy
        from efficientnet_lite_pytorch import EfficientNet  # noqa: PLC0415
        from safetensors.torch import load_file  # noqa: PLC0415

        torch.set_num_threads(threads)
        try:
            entries = json.loads((folder / LABELS_FILE).read_text(encoding="utf-8"))
            state = load_file(folder / WEIGHTS_FILE)
        except OSError:
            raise Misconfigured("captioner.model: holds no EfficientNet-Lite0 weights with class names") from None
        self._torch: Any = torch
        self._model: Any = EfficientNet.from_name("efficientnet-lite0")
        self._model.load_state_dict(state)
        self._model.eval()
        self.labels = tuple(Label(tuple(entry["names"]), entry["kind"]) for entry in entries)

    def pre(self, images: Sequence[Image]) -> list[NDArray[np.float32]]:
        """Scale RGB pictures of any size for `core`."""
        return [_preprocess(image) for image in images]

    def core(self, pictures: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Return [pictures, classes] probabilities for at least one picture."""
        batch = self._torch.from_numpy(np.stack(pictures))
        with self._torch.inference_mode():
            probabilities: NDArray[np.float32] = self._model(batch).softmax(-1).numpy()
        return probabilities


def _preprocess(image: Image) -> NDArray[np.float32]:
    """Crop and scale to (3, 224, 224), channels red, green, blue."""
    from PIL.Image import Resampling  # noqa: PLC0415 - needed for pictures alone

    crop = _SIDE / (_SIDE + _CROP_PADDING) * min(image.size)
    left, top = (image.width - crop) / 2, (image.height - crop) / 2
    square = image.resize((_SIDE, _SIDE), Resampling.BICUBIC, box=(left, top, left + crop, top + crop))
    pixels = (np.asarray(square, np.float32) - _MEAN) / _SCALE
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))
