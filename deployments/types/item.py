"""The request of a caller: the item, its existing copies, and how to write and choose."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from deployments.types.base import (
    MAX_INT32,
    EncodedBytes,
    LongText,
    Margin,
    Model,
    Name,
    ShortText,
)

MAX_TAGS = 64
MAX_TAG = 64
MAX_METADATA_ENTRIES = 64
MAX_METADATA_KEY = 64
# More than any operator may allow: they bound the work on a request that is refused.
MAX_PICTURES = 256
MAX_INCUMBENTS = 256


@lru_cache(maxsize=1024)
def _primary(locale: str) -> str:
    return (locale or "en").replace("_", "-").split("-")[0].lower()


class Image(Model):
    """An image of the item: the encoded bytes, or the URL to fetch them from."""

    data: EncodedBytes | None = None
    url: str | None = Field(default=None, max_length=2048)
    alt_text: ShortText = ""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.data is not None and self.url is not None:
            raise ValueError("has both data and url: set one of them")
        return self

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the encoded image. Computed once, then pickled with the image."""
        return hashlib.sha256(self.data or b"").digest()


class VideoFrame(Model):
    """One frame of the item's video; frames are read in the order of their offsets."""

    data: EncodedBytes
    offset_ms: int = Field(default=0, ge=0, le=MAX_INT32)

    @cached_property
    def digest(self) -> bytes:
        """As `Image.digest`."""
        return hashlib.sha256(self.data).digest()


class Item(Model):
    """The content to write a notification for."""

    id: Name = ""
    locale: Annotated[str, StringConstraints(max_length=35)] = ""
    title: ShortText = ""
    description: LongText = ""
    tags: tuple[Annotated[str, StringConstraints(max_length=MAX_TAG)], ...] = Field(default=(), max_length=MAX_TAGS)
    creator: Name = ""
    metadata: dict[Annotated[str, StringConstraints(min_length=1, max_length=MAX_METADATA_KEY)], LongText] = Field(
        default_factory=dict, max_length=MAX_METADATA_ENTRIES
    )
    images: tuple[Image, ...] = Field(default=(), max_length=MAX_PICTURES)
    frames: tuple[VideoFrame, ...] = Field(default=(), max_length=MAX_PICTURES)
    caption: LongText = ""

    @property
    def language(self) -> str:
        """Primary language subtag, lower case; "en" when the item names none."""
        return _primary(self.locale)

    @property
    def has_pictures(self) -> bool:
        """Whether there is an image or a frame to look at."""
        return bool(self.frames or any(image.data or image.url for image in self.images))

    def media_bytes(self) -> int:
        """Return the size of all images and frames."""
        pictures: list[Image | VideoFrame] = [*self.images, *self.frames]
        return sum(len(picture.data) for picture in pictures if picture.data)

    def pictures_digest(self) -> str:
        """Hash the digests of all images, in their order, and of all frames, by offset. Empty for an item without.

        The first call also hashes every image and frame, 1 to 2 ms per megabyte: make it in a thread.
        """
        frames = sorted(self.frames, key=lambda frame: frame.offset_ms)
        if not (frames or any(image.data for image in self.images)):
            return ""
        pictures: list[Image | VideoFrame] = [*self.images, *frames]
        digests = [str(len(self.images)).encode(), *(picture.digest for picture in pictures)]
        return hashlib.sha256(b"\0".join(digests)).hexdigest()

    def without_media(self) -> Item:
        """Copy the item without image and frame bytes, for stages that only read text. Alternative texts stay."""
        captions = tuple(Image(alt_text=image.alt_text) for image in self.images if image.alt_text)
        return self.model_copy(update={"images": captions, "frames": ()})


class Copy(Model):
    """The words of a notification."""

    title: ShortText = ""
    body: LongText = ""


class IncumbentKind(StrEnum):
    HUMAN = "INCUMBENT_KIND_HUMAN"
    TEMPLATE = "INCUMBENT_KIND_TEMPLATE"


class Incumbent(Copy):
    """An existing copy that would be sent without the service."""

    id: Name = ""
    kind: IncumbentKind = IncumbentKind.HUMAN


class OutputField(StrEnum):
    TITLE = "OUTPUT_FIELD_TITLE"
    BODY = "OUTPUT_FIELD_BODY"


class Priority(StrEnum):
    REALTIME = "PRIORITY_REALTIME"
    BACKFILL = "PRIORITY_BACKFILL"


class Options(Model):
    """Options of writing and selection. Unset ones have the service's defaults."""

    categories_wanted: tuple[Name, ...] = Field(default=(), max_length=32)
    categories_barred: tuple[Name, ...] = Field(default=(), max_length=32)
    max_categories: int | None = Field(default=None, ge=1, le=MAX_INT32)
    candidates_per_category: int | None = Field(default=None, ge=1, le=MAX_INT32)
    length_profile: Name = ""
    output_fields: tuple[OutputField, ...] = Field(default=(), max_length=2)
    temperature: float | None = Field(default=None, ge=0, le=2, allow_inf_nan=False)
    seed: int | None = Field(default=None, ge=0, le=MAX_INT32)
    margin: Margin | None = None
    time_budget_ms: int | None = Field(default=None, ge=1, le=MAX_INT32)
    priority: Priority = Priority.REALTIME
    allow_degradation: bool | None = None
    adapter: Name = ""
