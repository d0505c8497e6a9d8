"""Captions that the ingress replica has had lately: an item that is sent again and again costs no message."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from cachetools import TTLCache

from deployments.deadline import Call
from deployments.types import CaptionResult, Item, Usage
from serve_app.cluster.remote import RemoteCaptioner

# New knobs or a new model of the captioner show in its captions after this time at the latest.
_KEPT_S: Final = 60.0
_MOST: Final = 1000


class RememberingCaptioner(RemoteCaptioner):
    """A captioner behind its handle that remembers what came from the captioner's cache.

    So a captioner without a cache is always asked, and one with a cache a second time for each item.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._kept: TTLCache[str, CaptionResult] = TTLCache(_MOST, _KEPT_S)

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        key = _key(item)
        kept = self._kept.get(key)
        if kept is not None:
            return kept.model_copy(update={"usage": Usage(cache_hits=1)})
        result = await super().caption(item, call)
        if result.caption.cached:
            self._kept[key] = result
        return result


def _key(item: Item) -> str:
    """Hash pictures and texts: a captioner may read any of them."""
    parts = item.pictures_digest(), item.without_media().model_dump_json()
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
