"""Where the caption of a request comes from, what it costs and which degradation it declares."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.deadline import Call, Deadline
from deployments.errors import DeadlineExceeded, InvalidInput, PushGenError, StageUnavailable
from deployments.fakes import FakeCaptioner
from deployments.types import Caption, CaptionResult, CaptionSource, Degradation, Item, RefusedPicture, Stage
from serve_app.flow.captioning import caption_of
from serve_app.flow.ledger import Ledger
from tests.graph.stages import ITEM, PIXEL, brief

PICTURE = {"images": [{"data": PIXEL}]}


class Captioner(FakeCaptioner):
    """Answers as told."""

    def __init__(self, error: PushGenError | None = None, **changes: Any) -> None:
        super().__init__()
        self.error = error
        self.changes = changes
        self.calls = 0

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        self.calls += 1
        if self.error is not None:
            raise self.error
        return (await super().caption(item, call)).model_copy(update=self.changes)


async def caption(
    captioner: Captioner, item: dict[str, Any], *, allow_degradation: bool = True
) -> tuple[Caption, Ledger]:
    ledger = Ledger(allow_degradation=allow_degradation)
    return await caption_of(brief(item=item), captioner, Call(Deadline.after(5)), ledger), ledger


@pytest.mark.parametrize(
    ("item", "source", "kind"),
    [
        ({**ITEM, "caption": "A cup"}, CaptionSource.GIVEN, None),
        ({"title": "Coffee"}, CaptionSource.METADATA, "words"),
        (ITEM, CaptionSource.FAKE, "fake"),
    ],
)
async def test_only_pictures_without_a_caption_need_the_captioner(
    item: dict[str, Any], source: CaptionSource, kind: str | None
) -> None:
    captioner = Captioner()
    made, ledger = await caption(captioner, item)
    assert (made.source, captioner.calls) == (source, int(source is CaptionSource.FAKE))
    assert [revision.kind for revision in ledger.revisions] == ([kind] if kind else [])
    assert [timing.stage for timing in ledger.timings] == [Stage.CAPTION] * captioner.calls
    assert ledger.degradations == ()


MISSING = (RefusedPicture(field="item.images[0].data", reason="cannot be decoded"),)
WORDS = Caption(text="Coffee.", source=CaptionSource.METADATA)


@pytest.mark.parametrize(
    ("captioner", "degradation", "error"),
    [
        (Captioner(StageUnavailable("gone")), Degradation.CAPTION_FROM_METADATA, StageUnavailable),
        (Captioner(complete=False), Degradation.CAPTION_INCOMPLETE, DeadlineExceeded),
        (Captioner(refused=MISSING), Degradation.CAPTION_INCOMPLETE, InvalidInput),
        (Captioner(refused=MISSING, caption=WORDS), Degradation.CAPTION_FROM_METADATA, InvalidInput),
    ],
)
async def test_what_is_missing_is_declared_or_an_error(
    captioner: Captioner, degradation: Degradation, error: type[PushGenError]
) -> None:
    made, ledger = await caption(captioner, ITEM)
    assert made.text
    assert ledger.degradations == (degradation,)
    with pytest.raises(error):
        await caption(captioner, ITEM, allow_degradation=False)


async def test_an_item_of_broken_pictures_alone_is_refused() -> None:
    nothing = Captioner(refused=MISSING, caption=Caption(text="", source=CaptionSource.METADATA))
    with pytest.raises(InvalidInput):
        await caption(nothing, PICTURE)


async def test_what_the_ladder_takes_away_costs_no_call() -> None:
    captioner, ledger = Captioner(), Ledger()
    ledger.lower([Degradation.CAPTION_FROM_METADATA])
    caption = await caption_of(brief(item={"title": "A cat", **PICTURE}), captioner, Call(Deadline.after(5)), ledger)
    assert (caption.source, captioner.calls) == (CaptionSource.METADATA, 0)
    assert not ledger.cut_short
