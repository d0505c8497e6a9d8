"""An item in words: the one place that makes text of an Item, for models, prompts, templates and cache keys. Pure.

Models were trained on these texts: `tests/unit/deployments/test_item_text.py` holds them to the byte.

Item text is data. In a prompt it is put on one line a fact, so that it cannot pose as another field, and loses whatever
could pose as markup of the prompt or of the chat template, so that it cannot end its block or speak as the system.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from deployments import text
from deployments.text import CountTokens
from deployments.types import Item, ItemFacts


class _Words(NamedTuple):
    """An item's own words, the only reading of its fields."""

    title: str
    description: str
    creator: str
    tags: tuple[str, ...]
    details: dict[str, str]
    alt_texts: tuple[str, ...]


def _words(item: Item) -> _Words:
    alt_texts = tuple(image.alt_text for image in item.images)
    return _Words(item.title, item.description, item.creator, item.tags, item.metadata, alt_texts)


class _Fact(NamedTuple):
    weight: int
    """Importance: where room is short, facts get it in this order, lowest first."""
    share: float
    """At most this share of the room, so that a long description leaves some for the rest."""


# In the order of the prompt.
_FACTS: Final = {
    "Title": _Fact(0, 0.5),
    "Tags": _Fact(4, 0.2),
    "Creator": _Fact(3, 0.2),
    "Details": _Fact(5, 0.3),
    "Picture": _Fact(1, 0.4),
    "Description": _Fact(2, 0.6),
}
_COMPOSED: Final = frozenset(("by", "topics"))  # what the tagger's caption puts around the item's own words
_LONGEST_ABOUT: Final = 240


def facts_of(item: Item, caption: str) -> ItemFacts:
    """What is known of the item, by label and at full length. Without a caption the alternative texts stand in."""
    own = _words(item)
    facts = {
        "Title": own.title,
        "Tags": ", ".join(own.tags),
        "Creator": own.creator,
        "Details": "; ".join(f"{key}: {value}" for key, value in sorted(own.details.items())),
        "Picture": _unsaid(caption, own) if caption else "; ".join(t for t in own.alt_texts if t),
        "Description": own.description,
    }
    return ItemFacts(language=item.language, facts=facts)


def prompt_facts(item: Item, caption: str, room: int, count: CountTokens, control_words: Iterable[str] = ()) -> str:
    """The facts of the item as `fitted` lays them out."""
    return fitted(facts_of(item, caption), room, count, control_words)


def fitted(known: ItemFacts, room: int, count: CountTokens, control_words: Iterable[str] = ()) -> str:
    """The facts, one a line, in at most `room` tokens as `count` counts them.

    `control_words`: the tokenizer's special tokens, which item text must not contain.
    """
    control = tuple(sorted(control_words, key=len, reverse=True))
    cleaned = {label: text.clean(value, control) for label, value in known.facts.items()}
    lines: dict[str, str] = {}
    left = room
    for label in sorted((label for label, value in cleaned.items() if value), key=lambda n: _FACTS[n].weight):
        spare = min(left, int(room * _FACTS[label].share)) - count(f"{label}: ") - 1
        value = text.truncate(cleaned[label], spare, count)
        if value:
            lines[label] = line = f"{label}: {value}"
            left -= count(line) + 1
    return "\n".join(lines[label] for label in cleaned if label in lines)


def _unsaid(caption: str, own: _Words) -> str:
    """The caption less its sentences that only repeat the item's own text, which has lines of its own.

    A caption by itself says all that is known. Here it would take the room twice, and a small model copies what it
    reads twice.
    """
    said = _COMPOSED.union(text.words(" ".join((own.title, own.description, own.creator, *own.tags))))
    return " ".join(s.strip() for s in text.sentences(caption) if not said.issuperset(text.words(s)))


def router_text(item: Item, caption: str) -> str:
    """The text for the router's encoder, the words about the item first: a long description cannot push them out."""
    own = _words(item)
    parts = (own.title, ", ".join(own.tags), caption, own.description)
    return ". ".join(p.strip() for p in parts if p.strip()) or "A picture."


def evidence(item: Item, caption: str) -> str:
    """The text that the catalogue's gates search: the router's, and the details' values."""
    return "\n".join((router_text(item, caption), *_words(item).details.values()))


def known_text(item: Item, caption: str) -> str:
    """Everything known of the item: what copy may be grounded in."""
    own = _words(item)
    parts = (
        *(own.title, own.description, own.creator, *own.tags),
        *(*own.details.values(), *own.alt_texts, caption),
    )
    return " \n ".join(part for part in parts if part)


def metadata_caption(item: Item) -> str:
    """A caption from the metadata alone, without looking at the pictures; empty where nothing is known."""
    own = _words(item)
    parts = (own.title, own.description, *own.alt_texts, ", ".join(own.tags))
    return ". ".join(p.strip().rstrip(".") for p in parts if p.strip())


def caption_sentences(item: Item, seen: Sequence[str]) -> list[str]:
    """The author's words as sentences of a composed caption: of the pictures, of the item, its topics.

    seen: names of what the pictures show, which are no new topics.
    """
    own = _words(item)
    return [_alt_texts(own), _about(own), _topics(own, seen)]


def _alt_texts(own: _Words) -> str:
    said = {_folded(own.title), _folded(own.description)}
    fresh = dict.fromkeys(text.squeeze(t) for t in own.alt_texts if _folded(t) not in said)
    return " ".join(text.stopped(t) for t in fresh if t)


def _about(own: _Words) -> str:
    """Title, creator and the start of the description."""
    title, creator, description = (text.squeeze(t) for t in (own.title, own.creator, own.description))
    parts = []
    if title:
        parts.append(text.stopped(f"{title} (by {creator})" if creator else title))
    elif creator:
        parts.append(f"By {creator}.")
    if description and _folded(description) != _folded(title):
        parts.append(text.stopped(_first_sentences(description, _LONGEST_ABOUT)))
    return " ".join(parts)


def _topics(own: _Words, seen: Sequence[str]) -> str:
    """The author's tags that say something new."""
    said = set(text.words(" ".join([own.title, own.description, *seen])))
    fresh = {_folded(tag): text.squeeze(tag).lstrip("#") for tag in reversed(own.tags) if set(text.words(tag)) - said}
    return f"Topics: {', '.join(reversed(fresh.values()))}." if fresh else ""


def _first_sentences(description: str, max_chars: int) -> str:
    """As many whole sentences as fit, at least a piece of the first."""
    taken = ""
    for sentence in text.sentences(description):
        if taken and len(taken) + len(sentence) > max_chars:
            break
        taken += sentence
    return text.shorten(taken, max_chars)


def _folded(value: str) -> str:
    return " ".join(text.words(value))


def caption_inputs(item: Item) -> tuple[str, ...]:
    """The words that a composed caption uses: what a cached one depends on beside the pictures."""
    own = _words(item)
    return (own.title, own.description, own.creator, "\n".join(own.tags), *own.alt_texts)


def prompt_inputs(item: Item) -> tuple[str, ...]:
    """The words that `prompt_facts` uses without a caption: what a cached answer depends on beside the pictures."""
    own = _words(item)
    details = (f"{key}: {value}" for key, value in sorted(own.details.items()))
    return (own.title, own.description, own.creator, "\n".join(own.tags), *details, *own.alt_texts)


def template_values(item: Item) -> dict[str, str]:
    """By the name of its placeholder in an incumbent's template."""
    own = _words(item)
    return {"title": own.title, "description": own.description, "creator": own.creator, **own.details}


def name_of(item: Item) -> str:
    """The item in a word or two; empty where nothing is known."""
    return item.title or item.description
