"""Examples of the styles that metadata open and that an archive of headlines has not: quotes, places, crowds, trends.

No editor wrote these: the copy is the archive's, the title is one of a few phrases or the body a sentence of the
story in quotation marks, and the metadata that prove it are made up. They teach where such evidence is found and how it
is said, not how well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from deployments.types import Item
from training.generator.answers import Form, accepted, sentences

CITIES: Final = ("Chicago", "London", "Boston", "Seattle", "Oakland", "Texas", "Canada", "Detroit", "Brooklyn")
_TRENDS: Final = (
    ({"trending": "yes"}, ("Trending right now", "What everyone is talking about", "Trending today")),
    ({"live": "yes"}, ("Happening right now", "Live right now", "Going on right now")),
    ({"breaking": "yes"}, ("Breaking news today", "Just in, right now")),
)
_CROWDS: Final = {"views": "{} views so far", "followers": "{} followers saw this", "likes": "{} people like this"}
_QUOTED_WORDS: Final = (4, 14)
_MARKS: Final = "“”\"‘’'"  # noqa: RUF001 - quotation marks are meant


class Composed(NamedTuple):
    """An answer in `category` for an item with the metadata that open it."""

    category: str
    item: Item
    form: Form


def composed(form: Form, item: Item, draw: np.random.Generator, share: float) -> Iterator[Composed]:
    """What a copy with title and body can be made into, each with probability `share`; only what the grammar writes."""
    if len(form.fields) < 2:
        return
    made = [_trend(form, item, draw), _crowd(form, item, draw), _place(form, item, draw), *_quote(form, item, draw)]
    for each, wanted in zip(made, draw.random(len(made)) < share, strict=True):
        if wanted and accepted(each.form):
            yield each


def _with(item: Item, metadata: dict[str, str]) -> Item:
    return item.model_copy(update={"metadata": {**item.metadata, **metadata}})


def _trend(form: Form, item: Item, draw: np.random.Generator) -> Composed:
    metadata, phrases = _TRENDS[draw.integers(len(_TRENDS))]
    title = phrases[draw.integers(len(phrases))]
    return Composed("URGENT_TREND", _with(item, metadata), form._replace(title=title))


def _crowd(form: Form, item: Item, draw: np.random.Generator) -> Composed:
    key = list(_CROWDS)[draw.integers(len(_CROWDS))]
    number = int(draw.integers(2, 99)) * 10 ** int(draw.integers(1, 4))
    item = _with(item, {key: str(number)})
    return Composed("SOCIAL_PROOF_LOCAL", item, form._replace(title=_CROWDS[key].format(f"{number:,}")))


def _place(form: Form, item: Item, draw: np.random.Generator) -> Composed:
    city = CITIES[draw.integers(len(CITIES))]
    title = ("From {}", "Straight from {}", "Seen in {}")[draw.integers(3)].format(city)
    return Composed("SOCIAL_PROOF_LOCAL", _with(item, {"city": city}), form._replace(title=title))


def _quote(form: Form, item: Item, draw: np.random.Generator) -> Iterator[Composed]:
    low, high = _QUOTED_WORDS
    found = [s for s in sentences(item.description) if low <= len(s.split()) <= high and not set(s) & set(_MARKS)]
    if found:
        quote = found[draw.integers(len(found))]
        item = _with(item, {"transcript" if draw.random() < 0.5 else "quote": quote})
        yield Composed("QUOTE", item, form._replace(body=f"“{quote}”"))
