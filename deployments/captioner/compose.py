"""Composes tags, text lines and metadata to one dense caption in plain English that claims no more than they say.

Pure. A change of its words changes the captioner's revision, see `revision`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from deployments.captioner.labels import Tag
from deployments.item_text import caption_sentences, has_alt_text
from deployments.prompt_revision import prompt_revision
from deployments.text import shorten, stopped
from deployments.types import Caption, CaptionResult, CaptionSource, Image, Item, Stage, StageRevision, VideoFrame

# No percentages: a number in a caption would ground the same number in a notification.
_SURE = 0.8
_LIKELY = 0.6

# The start of a page of text tells its subject.
_MAX_READ = 240
# Of a caption without pictures: it repeats what the generator reads anyway.
_MAX_WORDS: Final = 700

# ImageNet's classes without an article: no countable things.
_MASS = frozenset(
    ("velvet", "wool", "hay", "toilet tissue", "guacamole", "ice cream", "chocolate sauce", "mashed potato")
)


def compose(item: Item, tags: Sequence[Tag], lines: Sequence[str], max_chars: int) -> str:
    """Compose the caption of tags, text in the image, and the author's text; at most `max_chars` characters.

    Without tags and lines it repeats the metadata and claims nothing of the image.
    """
    sentences = [_seen(item, tags), _written(lines), *caption_sentences(item, [tag.name for tag in tags])]
    return shorten(" ".join(s for s in sentences if s), max_chars)


def of_words(item: Item) -> CaptionResult:
    """Caption an item by its own words, as for one without pictures. It is the same wherever it is composed."""
    caption = Caption(text=compose(item, (), (), _MAX_WORDS), source=CaptionSource.METADATA)
    return CaptionResult(caption=caption, revision=_words_revision())


@lru_cache
def _words_revision() -> StageRevision:
    composed = prompt_revision(lambda item, _: [compose(item, (), (), _MAX_WORDS)])
    return StageRevision(stage=Stage.CAPTION, kind="words", prompt_revision=composed)


def revision() -> str:
    """Return the revision of this wording."""
    return prompt_revision(_composed)


def _composed(item: Item, _caption: str) -> list[str]:
    """Compose captions with every phrase: for one image, several, a video, and none."""
    tags = [Tag("a", 0.9, ("b", "c")), Tag("d", 0.7), Tag("e", 0.4)]
    seen = [tags, tags[1:], tags[2:], ()]
    silent = item.model_copy(update={"images": tuple(Image(data=image.data) for image in item.images)})
    several = item.model_copy(update={"images": item.images * 2})
    video = silent.model_copy(update={"images": (), "frames": (VideoFrame(data=b"x"),)})
    lines = ("A line", "of text", "Another")
    return [compose(one, each, lines, 1000) for one in (item, silent, several, video) for each in seen]


def _seen(item: Item, tags: Sequence[Tag]) -> str:
    """Name the objects in the image. Where the author has described it, the unlikely tags are left out."""
    if has_alt_text(item):
        tags = [tag for tag in tags if tag.probability >= _LIKELY]
    if not tags:
        return ""
    subject = "The video" if item.frames and not item.images else "The picture"
    if len(item.images) > 1:
        subject = "One of the pictures"
    first, *others = tags
    verb = "shows" if first.probability >= _SURE else "probably shows" if first.probability >= _LIKELY else "may show"
    text = f"{subject} {verb} {_named(first)}"
    sure = [t for t in others if t.probability >= _LIKELY]
    vague = [t for t in others if t.probability < _LIKELY]
    if sure:
        text += " and " + " and ".join(_named(t) for t in sure)
    if vague:
        text += ", perhaps also " + " or ".join(_article(t.name) for t in vague)
    return text + "."


def _named(tag: Tag) -> str:
    """Name a tag with its finer classes: `a cat (perhaps a tabby or a tiger cat)`."""
    if not tag.finer:
        return _article(tag.name)
    return f"{_article(tag.name)} (perhaps {' or '.join(_article(f) for f in tag.finer[:2])})"


def _article(name: str) -> str:
    if name in _MASS:
        return name
    return f"{'an' if name[0].casefold() in 'aeiou' else 'a'} {name}"


def _written(lines: Sequence[str]) -> str:
    """Join lines of one sentence, and separate those of a sign."""
    if not lines:
        return ""
    text = lines[0]
    for line in lines[1:]:
        text += f" {line}" if line[:1].islower() else f" / {line}"
    return stopped(f"Text in the picture: {shorten(text, _MAX_READ)}")
