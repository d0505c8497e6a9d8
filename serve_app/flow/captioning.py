"""The caption of an item: the caller's, one of its words alone, the captioner's, or what is left without it."""

from __future__ import annotations

import asyncio

from deployments.deadline import Call
from deployments.errors import DeadlineExceeded
from deployments.item_text import metadata_caption
from deployments.stages import Captioner
from deployments.types import Caption, CaptionResult, CaptionSource, Degradation, Stage
from serve_app.flow.brief import Brief
from serve_app.flow.ledger import SURVIVABLE, Ledger
from serve_app.flow.pictures import refusal


async def caption_of(brief: Brief, captioner: Captioner, call: Call, ledger: Ledger) -> Caption:
    """Return the caption and record its cost. Raises InvalidInput, Overloaded, StageUnavailable."""
    if brief.given_caption:
        return Caption(text=brief.given_caption, source=CaptionSource.GIVEN)
    if brief.composed is not None:
        ledger.used(Stage.CAPTION, brief.composed.usage, brief.composed.revision)
        return brief.composed.caption
    if Degradation.CAPTION_FROM_METADATA in ledger.degradations:  # the ladder has taken it away
        return await _of_metadata(brief)
    with ledger.stage(Stage.CAPTION):
        try:
            result = await captioner.caption(brief.item, call)
        except SURVIVABLE as error:
            ledger.degraded(Degradation.CAPTION_FROM_METADATA, error)
            return await _of_metadata(brief)
    if not result.complete:
        cut = DeadlineExceeded("the time budget was spent while reading text off the images")
        ledger.degraded(Degradation.CAPTION_INCOMPLETE, cut)
    if result.refused:
        _left_out(result, ledger)
    ledger.used(Stage.CAPTION, result.usage, result.revision)
    return result.caption


async def _of_metadata(brief: Brief) -> Caption:
    text = await asyncio.to_thread(metadata_caption, brief.text_item)
    return Caption(text=text, source=CaptionSource.METADATA)


def _left_out(result: CaptionResult, ledger: Ledger) -> None:
    """Declare that the caption leaves out pictures. Refuse an item that has nothing else to write about."""
    broken = refusal(result.refused)
    if not result.caption.text.strip():
        raise broken
    none_read = result.caption.source is CaptionSource.METADATA
    ledger.degraded(Degradation.CAPTION_FROM_METADATA if none_read else Degradation.CAPTION_INCOMPLETE, broken)
