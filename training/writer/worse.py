"""Copies made worse by rule: what a judge of fit must never take for fit. Pure but for the draw."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import numpy as np

from deployments.types import Copy

Draw = np.random.Generator

_GENERIC_TITLES: Final = (
    "New photo", "News", "Breaking news", "Update", "New for you", "Something new", "Check this out", "Big news",
    "Just in", "Today's highlight", "You'll love this", "Must see", "A new story", "New video", "Don't miss this",
    "Something special", "Your daily update", "What's new", "Latest", "Great news", "Hot topic", "New post", "Hello",
    "A surprise for you", "We have news", "New in the app", "For you", "Good morning", "Trending now", "Have a look",
)  # fmt: skip
_GENERIC_BODIES: Final = (
    "Tap to see it.", "Read more.", "Open the app to find out.", "You won't believe what happened.", "Click to look.",
    "See what everyone is talking about.", "Something interesting is waiting for you.", "Don't miss out.", "Watch now.",
    "Discover more in the app.", "Find out what is new today.", "Take a look and tell us what you think.",
    "There is something here that you should see.", "Learn more about it now.", "It is worth your time.",
    "Everything you need to know.", "Come and see for yourself.", "Your next favourite is here.", "Swipe to see it.",
    "A story that everyone should read.", "New content has been added.", "We picked this just for you.",
    "This will make your day.", "Get all the details inside.", "People are loving this.", "See what we found.",
)  # fmt: skip


def generic(_copy: Copy, draw: Draw) -> Copy:
    """Words that fit any item."""
    return Copy(title=str(draw.choice(_GENERIC_TITLES)), body=str(draw.choice(_GENERIC_BODIES)))


def cut(copy: Copy, draw: Draw) -> Copy:
    """The body, or the title, ends in the middle."""
    words = copy.body.split()
    if len(words) > 4 and draw.random() < 0.8:
        kept = words[: int(draw.integers(2, len(words) - 1))]
        return Copy(title=copy.title, body=" ".join(kept).rstrip(".!?,;:"))
    title = copy.title.split()
    return Copy(title=" ".join(title[: max(1, len(title) // 2)]), body="" if draw.random() < 0.5 else words[0])


def salad(copy: Copy, draw: Draw) -> Copy:
    """The words in another order."""
    title, body = copy.title.split(), copy.body.split()
    return Copy(title=" ".join(draw.permutation(title)), body=" ".join(draw.permutation(body)))


def doubled(copy: Copy, draw: Draw) -> Copy:
    """Said twice."""
    if draw.random() < 0.5:
        return Copy(title=copy.title, body=f"{copy.body} {copy.body}")
    return Copy(title=copy.title, body=copy.title if draw.random() < 0.5 else f"{copy.title} {copy.title}")


_NUMBER: Final = re.compile(r"\d+")


def wrong_number(copy: Copy, draw: Draw) -> Copy | None:
    """One number is another; None where there is none."""
    both = f"{copy.title}\n{copy.body}"
    numbers = list(_NUMBER.finditer(both))
    if not numbers:
        return None
    hit = numbers[int(draw.integers(len(numbers)))]
    old = int(hit.group())
    step = int(draw.integers(1, max(3, min(old, 40)) + 1))
    new = old + step if draw.random() < 0.5 or old - step < 1 else old - step
    title, _, body = (both[: hit.start()] + str(new) + both[hit.end() :]).partition("\n")
    return Copy(title=title, body=body)


KINDS: Final[dict[str, Callable[[Copy, Draw], Copy | None]]] = {
    "generic": generic,
    "cut": cut,
    "salad": salad,
    "doubled": doubled,
    "wrong_number": wrong_number,
}


def spoiled(copy: Copy, kind: str, draw: Draw) -> Copy | None:
    """The copy made worse in a way of KINDS; None where that way cannot spoil it."""
    worse = KINDS[kind](copy, draw)
    return None if worse is None or worse == copy else worse
