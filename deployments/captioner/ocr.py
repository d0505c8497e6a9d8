"""Reads text in a picture: PP-OCRv6 through RapidOCR, models inside its wheel. Synchronous: call it in a thread.

There are two steps, so that a caller can stop between them. On one core, `find` takes 0.1 to 0.25 s a picture (0.5 s
"thorough"), `read` 40 to 100 ms a line.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from deployments.errors import Misconfigured

if TYPE_CHECKING:
    from PIL.Image import Image

# "quick" scales the longer side down to `_LOOK_SIDE` pixels, "thorough" the shorter side up to it.
Look = Literal["quick", "thorough"]
_LOOK_SIDE = 736
_LIMIT_TYPE = {"quick": "max", "thorough": "min"}

# Texture reads as stray letters, so a line counts only with a high score and a word in it.
_MIN_SCORE = 0.85
_MIN_LETTERS = 3
_MIN_SIDE = 24
# "thorough" would scale a longer and narrower picture up to tens of megapixels, and read for minutes.
_MAX_RATIO = 4
_MODELS = ("PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx")

Crop = NDArray[np.uint8]


class TextReader:
    """A text reader. It loads in about 2 s, mostly for the imports of OpenCV and ONNX Runtime."""

    def __init__(self, threads: int) -> None:
        """Locate the models. Raises Misconfigured if RapidOCR or its models are missing: nothing is downloaded."""
        spec = importlib.util.find_spec("rapidocr")
        if spec is None or spec.origin is None:
            raise Misconfigured("captioner: reading text needs the package rapidocr, or set the knob ocr to 'never'")
        folder = Path(spec.origin).parent / "models"
        if missing := [name for name in _MODELS if not (folder / name).is_file()]:
            raise Misconfigured(f"captioner: this rapidocr came without {', '.join(missing)}: use requirements.lock's")
        self._detection, self._recognition = (str(folder / name) for name in _MODELS)
        self._threads = threads
        self._engines: dict[Look, Any] = {}

    def find(self, image: Image, look: Look) -> list[Crop]:
        """Return a crop for each line of text in an RGB image, top to bottom."""
        if min(image.size) < _MIN_SIDE:
            return []
        if max(image.size) > _MAX_RATIO * min(image.size):
            look = "quick"
        from rapidocr.main import RapidOCRError  # noqa: PLC0415 - heavy

        pixels = np.ascontiguousarray(np.asarray(image)[:, :, ::-1])  # OpenCV's order: blue, green, red
        try:
            crops, _ = self._engine(look).detect_and_crop(pixels, {})
        except RapidOCRError:  # raised when there is no text
            return []
        return list(crops)

    def read(self, crops: Sequence[Crop]) -> list[str]:
        """Return the text of each line with a word in it."""
        from rapidocr.main import RapidOCRError  # noqa: PLC0415 - heavy

        try:
            recognised = self._engine("quick").recognize_txt(list(crops))
        except RapidOCRError:
            return []
        texts = zip(recognised.txts or (), recognised.scores or (), strict=True)
        return [clean for text, score in texts if score >= _MIN_SCORE and (clean := _line(text))]

    def warm_up(self, look: Look) -> None:
        blank = np.zeros((48, 160, 3), np.uint8)
        self.read([blank])
        from PIL import Image  # noqa: PLC0415 - heavy

        self.find(Image.new("RGB", (320, 240)), look)

    def _engine(self, look: Look) -> Any:
        """Return the engine of a look. It loads its models on first use."""
        if look not in self._engines:
            from rapidocr import RapidOCR  # noqa: PLC0415 - heavy

            self._engines[look] = RapidOCR(
                params={
                    "Global.log_level": "critical",
                    "Global.use_cls": False,
                    "Det.model_path": self._detection,
                    "Det.limit_type": _LIMIT_TYPE[look],
                    "Det.limit_side_len": _LOOK_SIDE,
                    "Rec.model_path": self._recognition,
                    "EngineConfig.onnxruntime.intra_op_num_threads": self._threads,
                    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                }
            )
        return self._engines[look]


def version() -> str:
    """Return the version of RapidOCR, whose wheel holds the models."""
    try:
        return f"rapidocr {importlib.metadata.version('rapidocr')}"
    except importlib.metadata.PackageNotFoundError:
        return ""


def _line(text: str) -> str:
    """Clean spaces of a line; empty if it holds no word."""
    clean = " ".join(text.split())
    letters = sum(c.isalnum() for c in clean)
    return clean if letters >= _MIN_LETTERS and letters * 2 >= len(clean.replace(" ", "")) else ""
