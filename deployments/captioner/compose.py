"""Tags, text lines and metadata to one dense caption in plain English that claims no more than is known.

Pure. A change of its words is a change of the captioner's revision, see `revision`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from deployments.captioner.labels import Tag
from deployments.types import Item

# No percentages: a number in a caption would ground the same number in a notification.
_SURE = 0.8
_LIKELY = 0.6

# Of a page of text, the start is enough to know what it is about.
_MAX_READ = 240

# ImageNet's classes that are no countable things.
_MASS = frozenset(
    ("velvet", "wool", "hay", "toilet tissue", "guacamole", "ice cream", "chocolate sauce", "mashed potato")
)
_SPACE = re.compile(r"\s+")
_SENTENCE = re.compile(r".+?[.!?…。！？](?=\s|$)|.+", re.DOTALL)  # noqa: RUF001 - full-width stops are meant


def compose(item: Item, tags: Sequence[Tag], lines: Sequence[str], max_chars: int) -> str:
    """The caption: the tags, the text in the picture, the words of its author; at most `max_chars` characters.

    Without tags and lines it says what the metadata say and nothing of the picture.
    """
    sentences = [_seen(item, tags), _written(lines), _alt_texts(item), _about(item), _topics(item, tags)]
    return _cut(" ".join(s for s in sentences if s), max_chars)


def words_of(item: Item) -> tuple[str, ...]:
    """The item's words that `compose` uses: what a cached caption depends on beside the pictures."""
    return (item.title, item.description, item.creator, "\n".join(item.tags), *(i.alt_text for i in item.images))


def revision() -> str:
    """Names this wording: a hash of this file."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]


def _seen(item: Item, tags: Sequence[Tag]) -> str:
    """Where the author says what a picture shows, the tagger's mere guesses are left out."""
    if any(image.alt_text.strip() for image in item.images):
        tags = [tag for tag in tags if tag.probability >= _LIKELY]
    if not tags:
        return ""
    subject = "The video" if item.frames and not item.images else "The picture"
    if len(item.images) > 1:
        subject = "One of the pictures"
    first, *rest = tags
    verb = "shows" if first.probability >= _SURE else "probably shows" if first.probability >= _LIKELY else "may show"
    text = f"{subject} {verb} {_named(first)}"
    sure = [t for t in rest if t.probability >= _LIKELY]
    vague = [t for t in rest if t.probability < _LIKELY]
    if sure:
        text += " and " + " and ".join(_named(t) for t in sure)
    if vague:
        text += ", perhaps also " + " or ".join(_article(t.name) for t in vague)
    return text + "."


def _named(tag: Tag) -> str:
    """ "a cat (perhaps a tabby or a tiger cat)"."""
    if not tag.finer:
        return _article(tag.name)
    return f"{_article(tag.name)} (perhaps {' or '.join(_article(f) for f in tag.finer[:2])})"


def _article(name: str) -> str:
    if name in _MASS:
        return name
    return f"{'an' if name[0].casefold() in 'aeiou' else 'a'} {name}"


def _written(lines: Sequence[str]) -> str:
    """Lines of one sentence joined, those of a sign kept apart."""
    if not lines:
        return ""
    text = lines[0]
    for line in lines[1:]:
        text += f" {line}" if line[:1].islower() else f" / {line}"
    return _stopped(f"Text in the picture: {_cut(text, _MAX_READ)}")


def _alt_texts(item: Item) -> str:
    known = {_folded(item.title), _folded(item.description)}
    found = dict.fromkeys(_clean(i.alt_text) for i in item.images if _folded(i.alt_text) not in known)
    return " ".join(_stopped(text) for text in found if text)


def _about(item: Item) -> str:
    """Title, creator and the start of the description."""
    title, creator, description = _clean(item.title), _clean(item.creator), _clean(item.description)
    parts = []
    if title:
        parts.append(_stopped(f"{title} (by {creator})" if creator else title))
    elif creator:
        parts.append(f"By {creator}.")
    if description and _folded(description) != _folded(title):
        parts.append(_stopped(_first_sentences(description, 240)))
    return " ".join(parts)


def _topics(item: Item, tags: Sequence[Tag]) -> str:
    """The author's tags that say something new."""
    said = " ".join([item.title, item.description, *(t.name for t in tags)])
    known = set(_folded(said).split())
    fresh = {_folded(tag): _clean(tag).lstrip("#") for tag in reversed(item.tags) if set(_folded(tag).split()) - known}
    return f"Topics: {', '.join(reversed(fresh.values()))}." if fresh else ""


def _first_sentences(text: str, max_chars: int) -> str:
    """As many whole sentences as fit, at least a piece of the first."""
    taken = ""
    for sentence in _SENTENCE.findall(text):
        if taken and len(taken) + len(sentence) > max_chars:
            break
        taken += sentence
    return _cut(taken, max_chars)


def _cut(text: str, max_chars: int) -> str:
    if len(text) <= max_chars:
        return text
    head = text[: max_chars - 1]
    return (head[: head.rfind(" ")] if " " in head else head).rstrip(" ,;:-") + "…"


def _stopped(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…", "。", "！", "？")) else f"{text}."  # noqa: RUF001


def _clean(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
