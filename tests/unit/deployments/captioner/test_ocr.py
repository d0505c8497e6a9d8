"""Text lines of a picture: what counts as one, and what cannot be read."""

from __future__ import annotations

import importlib.machinery
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from deployments.captioner import ocr
from deployments.captioner.ocr import TextReader, _line
from deployments.errors import Misconfigured


@pytest.mark.parametrize(
    ("text", "line"), [("OPEN  DAILY", "OPEN DAILY"), ("8", ""), ("/-|_~ .a", ""), ("咖啡店", "咖啡店")]
)
def test_stray_marks_are_no_text(text: str, line: str) -> None:
    assert _line(text) == line


class Rapid:
    """Takes RapidOCR's place: answers what it was given, or has nothing to read."""

    def __init__(self, texts: Sequence[str] = (), scores: Sequence[float] = ()) -> None:
        self.texts, self.scores = texts, scores
        self.pixels: Any = None

    def detect_and_crop(self, pixels: Any, _: dict) -> tuple[Any, Any]:
        from rapidocr.main import RapidOCRError

        self.pixels = pixels
        if not self.texts:
            raise RapidOCRError("no text")
        return (pixels,) * len(self.texts), None

    def recognize_txt(self, crops: list[Any]) -> Any:
        from rapidocr.main import RapidOCRError

        if not self.texts:
            raise RapidOCRError("no text")
        return types.SimpleNamespace(txts=self.texts, scores=self.scores)


def reader(engine: Rapid) -> TextReader:
    made = TextReader(threads=1)
    made._engines = {"quick": engine, "thorough": engine}
    return made


def test_a_line_needs_a_high_score_and_a_word() -> None:
    made = reader(Rapid(["OPEN  DAILY", "blurred words", "8", "Calle Mayor"], [0.99, 0.84, 0.99, 0.85]))
    assert made.read([np.zeros((8, 8, 3), np.uint8)]) == ["OPEN DAILY", "Calle Mayor"]


def test_a_picture_without_text_has_no_lines() -> None:
    made = reader(Rapid())
    assert made.find(Image.new("RGB", (64, 64)), "quick") == []
    assert made.read([np.zeros((8, 8, 3), np.uint8)]) == []


def test_an_icon_is_not_looked_at() -> None:
    engine = Rapid(["x"])
    assert reader(engine).find(Image.new("RGB", (23, 400)), "thorough") == []
    assert engine.pixels is None
    assert len(reader(engine).find(Image.new("RGB", (24, 400)), "thorough")) == 1


def test_colours_reach_the_engine_in_its_own_order() -> None:
    engine = Rapid(["x"])
    reader(engine).find(Image.new("RGB", (30, 30), (250, 100, 0)), "quick")
    assert engine.pixels[0, 0].tolist() == [0, 100, 250]


def test_missing_models_are_named_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(Misconfigured, match="rapidocr, or set the knob ocr to 'never'"):
        TextReader(threads=1)
    spec = importlib.machinery.ModuleSpec("rapidocr", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(ocr.importlib.util, "find_spec", lambda _: spec)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "PP-OCRv6_det_small.onnx").touch()
    with pytest.raises(Misconfigured, match=r"came without PP-OCRv6_rec_small\.onnx:"):
        TextReader(threads=1)


def test_the_version_is_of_the_wheel_and_empty_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ocr.version().startswith("rapidocr ")

    def missing(name: str) -> str:
        raise ocr.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(ocr.importlib.metadata, "version", missing)
    assert ocr.version() == ""
