"""Ways to make a copy worse that need its item or another one. Pure, given the draw."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from deployments.types import Copy
from training.fitness import slips
from training.writer import worse
from training.writer.corpus import Entry

Draw = np.random.Generator
T = TypeVar("T")
_SENTENCE: Final = re.compile(r"[^.!?]+[.!?]*")
_NAME: Final = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+(?: [A-Z][a-z]+)*")
_NEGATION: Final = re.compile(
    r"\b(?:(?i:not|never|no|nothing|nobody|without|only|almost|nearly)|may|might|could)\b ?|n['’]t\b"  # noqa: RUF001
)
_GRAVE: Final = re.compile(
    r"\b(?:die[ds]?|dead|death|deaths|killed|fatal|funeral|obituary|cancer|tumou?r|stroke|dementia|suicide|murder\w*|"
    r"stabb\w*|shooting|assault\w*|abuse\w*|crash\w*|drown\w*|flood\w*|wildfire|earthquake|war|bomb\w*|shell\w*|refugees?|"
    r"lay-?offs?|redundan\w*|bankrupt\w*|evict\w*|missing|injur\w*|miscarriage|hospice|overdose)\b",
    re.I,
)
_STOCK: Final = (
    "You won't believe what happened next.", "Tap to find out more.", "Don't miss this incredible story!",
    "Everyone is talking about it.", "It will change the way you see the world.", "Read on to learn the truth.",
    "This is something you have to see.", "The reason will surprise you.", "Here is what happened.",
    "Find out why this matters.", "A story that will touch your heart.", "And that is not all.", "What a story!",
    "The answer may shock you.", "Get ready for an unforgettable journey.", "It's a must-see for everyone.",
    "Stay tuned for more updates.", "Discover the magic today.", "This is a great example of teamwork.",
    "It is a reminder that anything is possible.", "The rest is history.", "Join us and be part of it.",
)  # fmt: skip
_OPENINGS: Final = (
    "A funny story", "A beautiful moment", "The real reason", "What you need to know", "Guess what happened",
    "This is why it matters", "The secret behind it", "A heartwarming story", "An amazing discovery",
    "The best of the day", "Number 1", "It turns out", "How to make the most of it", "Here is the truth",
    "The story of the year", "What a day",
)  # fmt: skip
_JOKES: Final = (
    "Talk about a bad day!", "Oops! That did not go to plan.", "Well, that escalated quickly.", "Grab the popcorn.",
    "Spoiler: it does not end well.", "Somebody call the drama police!", "You can't make this stuff up, folks!",
    "Guess who had a rough Monday?", "Yikes! Bet they didn't see that coming.", "LOL, read this one twice.",
    "At least the weather was nice.", "Now that is what we call going out with a bang.",
    "And you thought your week was bad.",
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A good copy, its item, and a copy of another item in the same language."""

    entry: Entry
    copy: Copy
    other: Copy


Way = Callable[[Source, Draw], Copy | None]


def _another(source: Source, _draw: Draw) -> Copy:
    """The copy of another item."""
    return source.other


def _halves(source: Source, draw: Draw) -> Copy:
    """One half is of another item."""
    copy, other = source.copy, source.other
    return Copy(title=copy.title, body=other.body) if draw.random() < 0.6 else Copy(title=other.title, body=copy.body)


def _appended(source: Source, draw: Draw) -> Copy:
    """A sentence of another item follows."""
    sentences = _SENTENCE.findall(source.other.body)
    return (
        Copy(title=source.copy.title, body=f"{source.copy.body} {_pick(sentences, draw).strip()}")
        if sentences
        else source.copy
    )


def _stock(source: Source, draw: Draw) -> Copy:
    """A phrase that fits anything takes the place of what is said, or follows it."""
    copy, phrase = source.copy, _pick(_STOCK, draw)
    drawn = draw.random()
    if drawn < 0.4:
        return Copy(title=copy.title, body=phrase)
    if drawn < 0.7:
        return Copy(title=_pick(_OPENINGS, draw), body=phrase if draw.random() < 0.5 else copy.body)
    return Copy(title=copy.title, body=f"{copy.body} {phrase}")


def _swapped_name(source: Source, draw: Draw) -> Copy | None:
    """A name is another one, of the item itself or of another."""
    both = f"{source.copy.title}\n{source.copy.body}"
    hits = list(_NAME.finditer(both))
    entry = source.entry
    item_names = _NAME.findall(f"x {entry.title}. x {entry.description}")
    names = [*item_names, *item_names, *_NAME.findall(f"{source.other.title}\n{source.other.body}")]
    if not hits or not names:
        return None
    hit, name = _pick(hits, draw), _pick(names, draw)
    return _copy(both[: hit.start()] + name + both[hit.end() :])


def _negation(source: Source, draw: Draw) -> Copy | None:
    """A negation or a limit is lost."""
    both = f"{source.copy.title}\n{source.copy.body}"
    hits = list(_NEGATION.finditer(both))
    if not hits:
        return None
    hit = _pick(hits, draw)
    return _copy(both[: hit.start()] + both[hit.end() :])


def _some_words(source: Source, draw: Draw) -> Copy:
    """Move some words, or replace them with others of the item."""
    both = f"{source.copy.title} \n {source.copy.body}".split(" ")
    pool = f"{source.entry.title} {source.entry.description}".split()
    places = [i for i, word in enumerate(both) if word.strip()]
    for _ in range(int(draw.integers(1, 4))):
        i, j = (int(draw.choice(places)) for _ in range(2))
        if draw.random() < 0.5:
            both[i], both[j] = both[j], both[i]
        elif pool:
            both[i] = _pick(pool, draw)
    return _copy(" ".join(both).replace(" \n ", "\n"))


def _echo(source: Source, draw: Draw) -> Copy:
    """The halves say the same."""
    title = source.copy.title if draw.random() < 0.5 else source.entry.title or source.copy.title
    return Copy(title=title[:60], body=f"{title[:100].rstrip('.')}{'.' if draw.random() < 0.5 else ''}")


def _cut_anywhere(source: Source, draw: Draw) -> Copy:
    """Ends after some words, stop or none."""
    copy = source.copy
    words, end = copy.body.split(), "." if draw.random() < 0.3 else ""
    if draw.random() < 0.3:
        title = copy.title.split()
        return Copy(title=" ".join(title[: int(draw.integers(1, max(2, min(5, len(title)))))]), body="")
    return Copy(
        title=copy.title, body=" ".join(words[: int(draw.integers(1, max(2, len(words) - 1)))]).rstrip(".!?,;:") + end
    )


def _joke(source: Source, draw: Draw) -> Copy | None:
    """A joke on a grave subject."""
    entry, joke = source.entry, _pick(_JOKES, draw)
    grave = _GRAVE.search(f"{entry.title} {entry.description}") and all(c.category != "HUMOUR" for c in entry.copies)
    if not grave:
        return None
    return (
        Copy(title=joke.rstrip("."), body=source.copy.body)
        if draw.random() < 0.4
        else Copy(title=source.copy.title, body=joke)
    )


def _by_rule(kind: str) -> Way:
    return lambda source, draw: worse.spoiled(source.copy, kind, draw)


WAYS: Final[dict[str, Way]] = {
    **{kind: _by_rule(kind) for kind in worse.KINDS},
    "another": _another,
    "halves": _halves,
    "appended": _appended,
    "stock": _stock,
    "swapped_name": _swapped_name,
    "negation": _negation,
    "some_words": _some_words,
    "echo": _echo,
    "cut_anywhere": _cut_anywhere,
    "joke": _joke,
    "pronoun": lambda source, draw: slips.pronoun(source.copy, draw),
    "small_word": lambda source, draw: slips.small_word(source.copy, draw),
    "turned": lambda source, draw: slips.turned(source.copy, draw),
    "spliced": lambda source, draw: slips.spliced(source.copy, source.entry.description, draw),
    "scrap": lambda source, draw: slips.scrap(source.copy, source.entry.description, draw),
}
ALIGNED: Final = frozenset(
    ("wrong_number", "swapped_name", "some_words", "appended", "pronoun", "small_word", "turned")
)
"""Ways that change some words of the copy: those words are wrong, the others are not."""


def spoiled(source: Source, kind: str, draw: Draw) -> Copy | None:
    """The copy made worse in a way of WAYS; None where that way cannot spoil it."""
    worse_copy = WAYS[kind](source, draw)
    return (
        None
        if worse_copy is None or worse_copy == source.copy or not (worse_copy.title or worse_copy.body)
        else worse_copy
    )


def _copy(both: str) -> Copy:
    title, _, body = both.partition("\n")
    return Copy(title=title, body=body)


def _pick(of: Sequence[T], draw: Draw) -> T:
    return of[int(draw.integers(len(of)))]
