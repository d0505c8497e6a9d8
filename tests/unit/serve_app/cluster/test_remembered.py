"""A caption that came from the captioner's cache is not asked for again, for a while."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.deadline import Call, Deadline
from deployments.retry_budget import RetryBudget
from deployments.types import Caption, CaptionResult, CaptionSource, Image, Item, Stage, StageRevision
from serve_app.cluster.remembered import RememberingCaptioner
from serve_app.flow.metrics import NoMetrics

ITEM = Item(title="Coffee", images=(Image(data=b"cup", alt_text="a cup"),))
OTHERS = [
    ITEM.model_copy(update={"title": "Tea"}),
    Item(title="Coffee", images=(Image(data=b"cup", alt_text="a glass"),)),
    Item(title="Coffee", images=(Image(data=b"glass", alt_text="a cup"),)),
]


class Handle:
    """The handle of a captioner with or without a cache."""

    def __init__(self, cache: bool) -> None:
        self.cache = cache
        self.asked: list[Item] = []
        self.caption = self

    def options(self, **_: Any) -> Handle:
        return self

    async def remote(self, item: Item, _: Call) -> CaptionResult:
        cached = self.cache and item in self.asked
        self.asked.append(item)
        caption = Caption(text=f"{len(self.asked)}", source=CaptionSource.TAGS, cached=cached)
        return CaptionResult(caption=caption, revision=StageRevision(stage=Stage.CAPTION, kind="tags"))


def captioner(handle: Any) -> RememberingCaptioner:
    return RememberingCaptioner(handle, NoMetrics(), RetryBudget(10))


async def texts(stage: RememberingCaptioner, *items: Item) -> list[str]:
    return [(await stage.caption(item, Call(Deadline.after(5)))).caption.text for item in items]


async def test_an_item_is_asked_twice_and_then_remembered() -> None:
    handle = Handle(cache=True)
    stage = captioner(handle)
    assert await texts(stage, ITEM, ITEM, ITEM, ITEM) == ["1", "2", "2", "2"]
    assert (await stage.caption(ITEM, Call(Deadline.after(5)))).usage.cache_hits == 1


@pytest.mark.parametrize("other", OTHERS)
async def test_another_picture_or_text_is_another_item(other: Item) -> None:
    handle = Handle(cache=True)
    assert await texts(captioner(handle), ITEM, ITEM, other) == ["1", "2", "3"]


async def test_a_captioner_without_a_cache_is_always_asked() -> None:
    handle = Handle(cache=False)
    assert await texts(captioner(handle), ITEM, ITEM, ITEM) == ["1", "2", "3"]


async def test_what_is_remembered_is_forgotten_in_time() -> None:
    now_s = 0.0
    handle = Handle(cache=True)
    stage = captioner(handle)
    stage._kept = type(stage._kept)(10, 60, timer=lambda: now_s)
    assert await texts(stage, ITEM, ITEM, ITEM) == ["1", "2", "2"]
    now_s = 61.0
    assert await texts(stage, ITEM) == ["3"]
