"""The screen for sexual content: its own model on harmless photos, and what happens without it."""

from __future__ import annotations

import importlib.util

import pytest
from PIL import Image as Pillow
from skimage import data

from deployments.captioner.screen import Screen
from deployments.errors import Misconfigured


async def test_harmless_photos_are_harmless_and_the_worst_counts() -> None:
    screen = Screen()
    await screen.start()
    photos = [Pillow.fromarray(getattr(data, name)()) for name in ("astronaut", "coffee", "chelsea")]
    alone = [await screen.probability([photo]) for photo in photos]
    assert all(probability is not None and 0 <= probability < 0.2 for probability in alone)
    assert await screen.probability(photos) == max(filter(None, alone))
    screen.check_health()
    screen.stop()


async def test_nothing_is_said_of_no_picture() -> None:
    assert await Screen().probability([]) is None


async def test_without_its_package_the_knob_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(Misconfigured, match="screen_pictures"):
        await Screen().start()
