"""Text read off a picture: PP-OCRv6 through RapidOCR, models inside its wheel. Synchronous; call it in a thread.

Two steps, so that a caller can stop between them. On one core, finding lines takes 0.1 to 0.25 s a picture (0.5 s
thoroughly), reading a line some 40 to 100 ms.
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

# How closely to look: "quick" scales the longer side down to this many pixels, "thorough" the shorter one up to it.
Look = Literal["quick", "thorough"]
_LOOK_SIDE = 736
_LIMIT_TYPE = {"quick": "max", "thorough": "min"}

# A picture's texture reads as stray letters; a line counts when the recogniser is sure and it holds a word.
_MIN_SCORE = 0.85
_MIN_LETTERS = 3
_MIN_SIDE = 24
_MODELS = ("PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx")

Crop = NDArray[np.uint8]


class TextReader:
    """Loads in about 2 s, most of it OpenCV's and ONNX Runtime's imports."""

    def __init__(self, threads: int) -> None:
        """Raises Misconfigured when RapidOCR is missing or came without its models: nothing is ever downloaded."""
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
        """The pictures of the lines in an RGB picture, top to bottom. Empty where there is no text."""
        if min(image.size) < _MIN_SIDE:
            return []
        from rapidocr.main import RapidOCRError  # noqa: PLC0415 - heavy

        pixels = np.ascontiguousarray(np.asarray(image)[:, :, ::-1])  # OpenCV's order: blue, green, red
        try:
            crops, _ = self._engine(look).detect_and_crop(pixels, {})
        except RapidOCRError:  # its way to say that there is nothing
            return []
        return list(crops)

    def read(self, crops: Sequence[Crop]) -> list[str]:
        """The text of each line that reads as text."""
        from rapidocr.main import RapidOCRError  # noqa: PLC0415 - heavy

        try:
            found = self._engine("quick").recognize_txt(list(crops))
        except RapidOCRError:
            return []
        texts = zip(found.txts or (), found.scores or (), strict=True)
        return [clean for text, score in texts if score >= _MIN_SCORE and (clean := _line(text))]

    def warm_up(self, look: Look) -> None:
        blank = np.zeros((48, 160, 3), np.uint8)
        self.read([blank])
        from PIL import Image  # noqa: PLC0415 - heavy

        self.find(Image.new("RGB", (320, 240)), look)

    def _engine(self, look: Look) -> Any:
        """One engine for each way to look; they load what they need on first use."""
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
    """Names the models: they come inside this version's wheel."""
    try:
        return f"rapidocr {importlib.metadata.version('rapidocr')}"
    except importlib.metadata.PackageNotFoundError:
        return ""


def _line(text: str) -> str:
    """The line without stray spaces; empty when it holds no word."""
    clean = " ".join(text.split())
    letters = sum(c.isalnum() for c in clean)
    return clean if letters >= _MIN_LETTERS and letters * 2 >= len(clean.replace(" ", "")) else ""
