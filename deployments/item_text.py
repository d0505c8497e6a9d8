"""An item in words: the one place that reads the texts of an Item, for models, prompts, templates and cache keys. Pure.

Content systems send HTML. It becomes plain text here and not where a request arrives: so no verb, stage or training can
read a text that is not plain, and a caller's item stays as it was sent.

Models were trained on these texts: `tests/unit/deployments/test_item_text.py` holds them to the byte.

Item text is data. In a prompt each fact is one line, so that it cannot pose as another field. Anything that looks like
markup of the prompt or the chat template is removed, so that item text cannot end its block or speak as the system.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from deployments import text
from deployments.plain_text import plain_text
from deployments.text import CountTokens
from deployments.types import Item, ItemFacts


class _Fields(NamedTuple):
    """The text fields of an item, in plain text."""

    title: str
    description: str
    creator: str
    tags: tuple[str, ...]
    details: dict[str, str]
    alt_texts: tuple[str, ...]


def _fields(item: Item) -> _Fields:
    return _Fields(
        title=plain_text(item.title),
        description=plain_text(item.description),
        creator=plain_text(item.creator),
        tags=tuple(tag for tag in map(plain_text, item.tags) if tag),
        details=details_of(item),
        alt_texts=tuple(plain_text(image.alt_text) for image in item.images),
    )


def given_caption(item: Item) -> str:
    """Return the caller's own caption, empty where there is none."""
    return plain_text(item.caption)


def has_words(item: Item) -> bool:
    """Whether there is a title, a description or a caption to write from."""
    return any(plain_text(value).strip() for value in (item.title, item.description, item.caption))


class _Fact(NamedTuple):
    weight: int
    """Importance: where room is short, facts get it in this order, lowest first."""
    share: float
    """The largest share of the room, so that a long description leaves some for the other facts."""


# In the order of the prompt.
_FACTS: Final = {
    "Title": _Fact(0, 0.5),
    "Tags": _Fact(4, 0.2),
    "Creator": _Fact(3, 0.2),
    "Details": _Fact(5, 0.3),
    "Picture": _Fact(1, 0.4),
    "Description": _Fact(2, 0.6),
}
_COMPOSED: Final = frozenset(("by", "topics"))  # words that the tagger's caption adds to the item's own
_LONGEST_ABOUT: Final = 240


def facts_of(item: Item, caption: str) -> ItemFacts:
    """Return the item's facts by label, at full length. Without a caption the alternative texts replace it."""
    fields = _fields(item)
    facts = {
        "Title": fields.title,
        "Tags": ", ".join(fields.tags),
        "Creator": fields.creator,
        "Details": "; ".join(_details(fields)),
        "Picture": _unsaid(plain_text(caption), fields) if caption else "; ".join(t for t in fields.alt_texts if t),
        "Description": fields.description,
    }
    return ItemFacts(language=item.language, facts=facts)


def prompt_facts(item: Item, caption: str, room: int, count: CountTokens, control_words: Iterable[str] = ()) -> str:
    """Return the facts of the item, laid out by `fitted`."""
    return fitted(facts_of(item, caption), room, count, control_words)


def fitted(item_facts: ItemFacts, room: int, count: CountTokens, control_words: Iterable[str] = ()) -> str:
    """Lay the facts out, one per line, in at most `room` tokens by `count`.

    `control_words`: the tokenizer's special tokens, which item text must not contain.
    """
    control = tuple(sorted(control_words, key=len, reverse=True))
    cleaned = {label: text.clean(value, control) for label, value in item_facts.facts.items()}
    lines: dict[str, str] = {}
    left = room
    for label in sorted((label for label, value in cleaned.items() if value), key=lambda n: _FACTS[n].weight):
        spare = min(left, int(room * _FACTS[label].share)) - count(f"{label}: ") - 1
        value = text.truncate(cleaned[label], spare, count)
        if value:
            lines[label] = line = f"{label}: {value}"
            left -= count(line) + 1
    return "\n".join(lines[label] for label in cleaned if label in lines)


def _details(fields: _Fields) -> list[str]:
    return [f"{plain_text(key)}: {value}" for key, value in sorted(fields.details.items())]


def _unsaid(caption: str, fields: _Fields) -> str:
    """Drop sentences of the caption that only repeat the item's text, which the other facts have.

    Repeated text takes room, and a small model copies what it reads twice.
    """
    own_words = _COMPOSED.union(text.words(" ".join((fields.title, fields.description, fields.creator, *fields.tags))))
    return " ".join(s.strip() for s in text.sentences(caption) if not own_words.issuperset(text.words(s)))


def router_text(item: Item, caption: str) -> str:
    """Return the text for the router's encoder. Title, tags and caption come first, so that truncation spares them."""
    fields = _fields(item)
    parts = (fields.title, ", ".join(fields.tags), plain_text(caption), fields.description)
    return ". ".join(p.strip() for p in parts if p.strip()) or "A picture."


def evidence(item: Item, caption: str) -> str:
    """Return the text that the catalogue's gates search: the router's text and the values of the metadata."""
    return "\n".join((router_text(item, caption), *_fields(item).details.values()))


def grounding_text(item: Item, caption: str) -> str:
    """Return all text of the item, in which a copy may be grounded; the metadata last, which may be the longest."""
    fields = _fields(item)
    parts = (
        *(fields.title, fields.description, fields.creator, *fields.tags),
        *(plain_text(caption), *fields.alt_texts, *fields.details.values()),
    )
    return " \n ".join(part for part in parts if part)


def metadata_caption(item: Item) -> str:
    """Compose a caption from the text fields alone; empty for an item without text."""
    fields = _fields(item)
    parts = (fields.title, fields.description, *fields.alt_texts, ", ".join(fields.tags))
    return ". ".join(p.strip().rstrip(".") for p in parts if p.strip())


def caption_sentences(item: Item, seen: Sequence[str]) -> list[str]:
    """Return the author's text as sentences of a composed caption: alternative texts, title and description, topics.

    seen: names of the objects that a tagger saw; they are no new topics.
    """
    fields = _fields(item)
    return [_alt_texts(fields), _about(fields), _topics(fields, seen)]


def _alt_texts(fields: _Fields) -> str:
    repeated = {_folded(fields.title), _folded(fields.description)}
    fresh = dict.fromkeys(text.squeeze(t) for t in fields.alt_texts if _folded(t) not in repeated)
    return " ".join(text.stopped(t) for t in fresh if t)


def _about(fields: _Fields) -> str:
    """Join title, creator and the start of the description."""
    title, creator, description = (text.squeeze(t) for t in (fields.title, fields.creator, fields.description))
    parts = []
    if title:
        parts.append(text.stopped(f"{title} (by {creator})" if creator else title))
    elif creator:
        parts.append(f"By {creator}.")
    if description and _folded(description) != _folded(title):
        parts.append(text.stopped(_first_sentences(description, _LONGEST_ABOUT)))
    return " ".join(parts)


def _topics(fields: _Fields, seen: Sequence[str]) -> str:
    """List the author's tags that add a word."""
    used_words = set(text.words(" ".join([fields.title, fields.description, *seen])))
    fresh = {
        _folded(tag): text.squeeze(tag).lstrip("#")
        for tag in reversed(fields.tags)
        if set(text.words(tag)) - used_words
    }
    return f"Topics: {', '.join(reversed(fresh.values()))}." if fresh else ""


def _first_sentences(description: str, max_chars: int) -> str:
    """Return as many whole sentences as fit, at least a part of the first."""
    taken = ""
    for sentence in text.sentences(description):
        if taken and len(taken) + len(sentence) > max_chars:
            break
        taken += sentence
    return text.shorten(taken, max_chars)


def _folded(value: str) -> str:
    return " ".join(text.words(value))


def caption_inputs(item: Item) -> tuple[str, ...]:
    """Return the text that a composed caption uses. A cached one depends on it, and on the images and frames."""
    fields = _fields(item)
    return (fields.title, fields.description, fields.creator, "\n".join(fields.tags), *fields.alt_texts)


def prompt_inputs(item: Item) -> tuple[str, ...]:
    """Return the text that `prompt_facts` uses without a caption. A cached answer depends on it, images and frames."""
    fields = _fields(item)
    tags = "\n".join(fields.tags)
    return (fields.title, fields.description, fields.creator, tags, *_details(fields), *fields.alt_texts)


def template_values(item: Item) -> dict[str, object]:
    """Return the values of an incumbent's template by name: the item's own fields, then its metadata.

    A field without text has no value, and no key of the metadata stands in for it. `metadata` and `item` hold the same
    values once more, for keys that are no names.
    """
    fields = _fields(item)
    texts = {"title": fields.title, "description": fields.description, "creator": fields.creator}
    tags = [tag for tag in fields.tags if tag.strip()]
    details = {key: value for key, value in fields.details.items() if value.strip()}
    values: dict[str, object] = {key: value for key, value in details.items() if key not in (*texts, "tags")}
    values |= {name: value for name, value in texts.items() if value.strip()}
    if tags:
        values["tags"] = tags
    return {**values, "metadata": details, "item": values}


def has_alt_text(item: Item) -> bool:
    """Whether the author has described a picture."""
    return any(plain_text(image.alt_text).strip() for image in item.images)


def name_of(item: Item) -> str:
    """Return a short name of the item; empty for an item without title and description."""
    return title_of(item) or plain_text(item.description)


def title_of(item: Item) -> str:
    return plain_text(item.title)


def placeholders_of(item: Item) -> str:
    """Return the list of the placeholders that the sender fills, as it is: they must stand byte for byte in a copy."""
    return item.metadata.get("placeholders", "")


def details_of(item: Item) -> dict[str, str]:
    """Return the metadata by the caller's keys."""
    return {key: plain_text(value) for key, value in item.metadata.items()}
