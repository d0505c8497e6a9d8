"""Pictures as the classifier was trained on them, and a folder that holds no classifier."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from deployments.captioner.tagger import Tagger, _preprocess
from deployments.errors import Misconfigured


def test_a_picture_of_any_shape_becomes_a_square_of_planes() -> None:
    for size in ((640, 480), (100, 900), (224, 224), (10, 10)):
        pixels = _preprocess(Image.new("RGB", size, (255, 127, 0)))
        assert pixels.shape == (3, 224, 224)
        assert pixels.dtype == np.float32
        assert pixels.flags.c_contiguous
        assert pixels[:, 100, 100].tolist() == pytest.approx([1.0, 0.0, -127 / 128])


def test_the_middle_is_seen_and_the_borders_are_not() -> None:
    """The crop is 224/256 of the shorter side, so a sixteenth is cut off at each of its ends."""
    image = Image.new("RGB", (512, 256), "black")
    image.paste("white", (0, 0, 140, 256))  # left of the middle square's crop, which begins at 144
    image.paste("white", (372, 0, 512, 256))
    assert _preprocess(image).max() < 0
    image.paste("red", (246, 118, 266, 138))
    assert _preprocess(image)[0, 112, 112] > 0.9


def test_pictures_are_prepared_in_their_order() -> None:
    rows = Tagger.pre(None, [Image.new("RGB", (30, 30), c) for c in ("red", "blue")])  # type: ignore[arg-type]
    assert [int(row[:, 5, 5].argmax()) for row in rows] == [0, 2]


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"captioner\.model: holds no EfficientNet-Lite0 weights"):
        Tagger(tmp_path, threads=1)


def test_right_is_not_below() -> None:
    image = Image.new("RGB", (256, 256), "black")
    image.paste("red", (192, 118, 212, 138))
    red = _preprocess(image)[0]
    assert red[112, 186] > 0.9
    assert red[186, 112] < 0
