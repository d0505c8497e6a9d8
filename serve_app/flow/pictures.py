"""The pictures of a request that come by URL: fetched before the captioner, which then sees no difference."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from deployments.deadline import Call
from deployments.errors import InvalidInput, PushGenError, StageUnavailable, UnsupportedField, Violation
from deployments.images import ImageLimits, problem
from deployments.stages import Captioner
from deployments.types import CaptionResult, Image, Item, RefusedPicture
from serve_app.fetch.fetcher import Fetcher, FetchFailed, Resolve, SystemResolver
from serve_app.fetch.knobs import FetchKnobs
from serve_app.fetch.urls import RefusedUrl, target_of
from serve_app.flow.intake import Holding, Intake
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.metrics import Metrics

# Of the time that the caption stage has left. The rest is for the captioner, and for the pictures that did come.
_SHARE = 0.5
_FULL = "was not kept: the requests that this service holds have too many bytes"
_OFF = "is not fetched by this service, whose setting images_by_url is off: send data"


class _Missing(NamedTuple):
    reason: str
    retryable: bool = False


_Fetched = Mapping[str, bytes | _Missing]


def url_violations(item: Item, knobs: FetchKnobs | None) -> list[Violation]:
    """Return a violation for each URL that is not fetched. Raises UnsupportedField where none is."""
    by_url = [(n, image.url) for n, image in enumerate(item.images) if image.url is not None]
    if not by_url:
        return []
    if knobs is None:
        raise UnsupportedField([Violation(_url_field(n), _OFF) for n, _ in by_url])
    violations = []
    for n, url in by_url:
        try:
            target_of(url, knobs)
        except RefusedUrl as refused:
            violations.append(Violation(_url_field(n), str(refused)))
    return violations


def refusal(pictures: Sequence[RefusedPicture]) -> PushGenError:
    """Return the error of an answer that needed these pictures: StageUnavailable if another try may bring them all."""
    if all(picture.retryable for picture in pictures):
        return StageUnavailable("; ".join(f"{picture.field}: {picture.reason}" for picture in pictures))
    return InvalidInput([Violation(picture.field, picture.reason) for picture in pictures])


class FetchingCaptioner:
    """Fetches the images of an item, and asks the captioner with their bytes.

    An image that cannot be fetched, or is no picture, is left out and refused, as the captioner refuses one that it
    cannot decode.
    """

    def __init__(self, inner: Captioner, intake: Intake, metrics: Metrics, resolve: Resolve | None = None) -> None:
        self._inner = inner
        self._intake = intake
        self._metrics = metrics
        self._resolve = resolve or SystemResolver()
        self._fetcher: Fetcher | None = None
        self._limits = ImageLimits()

    def reconfigure(self, knobs: IngressKnobs) -> None:
        """Take new knobs. Fetches in flight keep theirs."""
        self._limits = knobs.limits.images
        if knobs.images_by_url is None:
            self._fetcher = None
        elif self._fetcher is None or self._fetcher.knobs != knobs.images_by_url:
            self._fetcher = Fetcher(knobs.images_by_url, self._resolve)

    async def caption(self, item: Item, call: Call) -> CaptionResult:
        """Raises the captioner's errors, and DeadlineExceeded."""
        urls = {image.url for image in item.images if image.url is not None}
        if not urls:
            return await self._inner.caption(item, call)
        time_s = _SHARE * call.deadline.remaining_s()
        with self._intake.hold() as holding:
            async with call.deadline.limit("fetching images"):
                outcomes = await asyncio.gather(*(self._measured(url, time_s, holding) for url in urls))
                fetched = dict(zip(urls, outcomes, strict=True))
                whole = item.model_copy(update={"images": tuple(_with_data(image, fetched) for image in item.images)})
                await asyncio.to_thread(whole.pictures_digest)
            result = await self._inner.caption(whole, call)
        return result.model_copy(update={"refused": (*_missing(item, fetched), *_by_url(item, result.refused))})

    async def _measured(self, url: str, time_s: float, holding: Holding) -> bytes | _Missing:
        began = time.perf_counter()
        outcome, picture = await self._picture(url, time_s)
        if not isinstance(picture, _Missing):
            if self._intake.fits(len(picture)):
                holding.add(len(picture))
            else:
                outcome, picture = "memory_full", _Missing(_FULL, retryable=True)
        self._metrics.fetched(outcome, (time.perf_counter() - began) * 1000)
        return picture

    async def _picture(self, url: str, time_s: float) -> tuple[str, bytes | _Missing]:
        """Return the outcome's name in the metrics, and the picture or why there is none."""
        fetcher, limits = self._fetcher, self._limits
        if fetcher is None:  # since the request was checked
            return "off", _Missing(_OFF)
        try:
            target = target_of(url, fetcher.knobs)
            data = fetcher.cached(target)
            outcome = "fetched" if data is None else "cached"
            if data is None:
                data = await fetcher.fetch(target, limits.max_image_bytes, min(time_s, fetcher.knobs.timeout_s))
        except RefusedUrl as refused:
            return "off", _Missing(str(refused))
        except FetchFailed as failed:
            return failed.cause, _Missing(failed.reason, failed.retryable)
        if reason := await asyncio.to_thread(problem, data, limits):
            return "no_picture", _Missing(reason)
        return outcome, data


def _with_data(image: Image, fetched: _Fetched) -> Image:
    """Return the image with its bytes, or without any. No `model_copy`: it would keep the digest of no bytes."""
    if image.url is None:
        return image
    outcome = fetched[image.url]
    data = None if isinstance(outcome, _Missing) else outcome
    return Image.model_validate({**image.model_dump(exclude={"url"}), "data": data})


def _missing(item: Item, fetched: _Fetched) -> list[RefusedPicture]:
    return [
        RefusedPicture(field=_url_field(n), reason=outcome.reason, retryable=outcome.retryable)
        for n, image in enumerate(item.images)
        if image.url is not None and isinstance(outcome := fetched[image.url], _Missing)
    ]


def _by_url(item: Item, refused: Sequence[RefusedPicture]) -> list[RefusedPicture]:
    """Name the fields of the request: the captioner knows images with data alone."""
    by_url = {f"item.images[{n}].data": _url_field(n) for n, image in enumerate(item.images) if image.url is not None}
    return [picture.model_copy(update={"field": by_url.get(picture.field, picture.field)}) for picture in refused]


def _url_field(n: int) -> str:
    return f"item.images[{n}].url"
