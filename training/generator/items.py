"""Items of serving from what an archive says of its stories: cleaned, titled, and giving no headline away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from deployments.types import Item
from training.clusters import MIN_CONTEXT, MIN_WORDS, OVERLAP, normalised
from training.generator.answers import plain, sentences
from training.generator.names import Names, in_sentence_case
from training.generator.siblings import titles_for

# A sentence that stands beside more stories than this is the site's motto, and no fact.
MAX_STORIES: Final = 5
MAX_TITLE_FACT: Final = 120  # characters of a sentence that may pose as the item's title


def _plain(texts: pd.Series) -> pd.Series:
    return texts.fillna("").astype(str).map(plain)


def mottos_of(copies: pd.DataFrame) -> frozenset[str]:
    """Sentences that stand beside so many stories that they tell none."""
    said = pd.concat([copies[["cluster", name]].rename(columns={name: "text"}) for name in ("context", "excerpt")])
    said = said.drop_duplicates().assign(text=lambda t: t["text"].map(sentences)).explode("text").dropna()
    stories = said.groupby("text")["cluster"].nunique()
    return frozenset(stories.index[stories > MAX_STORIES])


def _bags(headlines: Iterable[str]) -> list[tuple[str, frozenset[str]]]:
    """Headlines and their sentences, as far as they are long enough to be known again."""
    parts = pd.Series(sorted({part for text in headlines for part in (text, *sentences(text))}), dtype=str)
    return [(text, frozenset(text.split())) for text in normalised(parts) if len(text.split()) >= MIN_WORDS]


def readable(copies: pd.DataFrame) -> tuple[pd.DataFrame, dict[Any, Unsaid]]:
    """The copies with their contexts and excerpts as plain text, and what the facts of each cluster leave out."""
    copies = copies.assign(context=_plain(copies["context"]), excerpt=_plain(copies["excerpt"]))
    mottos = mottos_of(copies)
    return copies, {cluster: Unsaid(mottos, _bags(group)) for cluster, group in copies.groupby("cluster")["text"]}


def names_of(copies: pd.DataFrame) -> Names:
    """Learnt from what the archive writes as prose: ledes, excerpts, and headlines in sentence case."""
    return Names([*copies["context"].unique(), *copies["excerpt"].unique(), *filter(in_sentence_case, copies["text"])])


class Unsaid(NamedTuple):
    """What is left out of the facts: mottos of the site, and what gives a headline of the story away."""

    mottos: frozenset[str]
    headlines: Sequence[tuple[str, frozenset[str]]]

    def leaves(self, sentence: str) -> bool:
        normal = normalised(pd.Series([sentence]))[0]
        words = frozenset(normal.split())
        return sentence not in self.mottos and not any(
            text in normal or len(words & bag) >= OVERLAP * len(words | bag)
            for text, bag in self.headlines
            if words & bag
        )


def item_of(context: str, excerpt: str, unsaid: Unsaid, draw: np.random.Generator) -> tuple[str, Item]:
    """What an item of serving would say of this story, and how it was laid out; empty when nothing is left to say.

    A served item mostly has a title. Half of the time the excerpt, or the first of several sentences, is it, so that
    the model meets items with a title and without one.
    """
    said = [s for s in sentences(context) if unsaid.leaves(s)]
    extra = " ".join(s for s in sentences(excerpt) if s not in said and unsaid.leaves(s))
    with_title = draw.random() < 0.5
    if with_title and extra and len(extra) <= MAX_TITLE_FACT and said:
        return "excerpt as title", Item(title=extra, description=" ".join(said))
    if with_title and not extra and len(said) > 1 and len(said[0]) <= MAX_TITLE_FACT:
        return "first sentence as title", Item(title=said[0], description=" ".join(said[1:]))
    return "description only", Item(description=" ".join([*said, *filter(None, [extra])]))


def tells(item: Item) -> bool:
    """Whether enough is known of the item to write about it."""
    return sum(c.isalpha() for c in words_of(item)) >= MIN_CONTEXT


def words_of(item: Item) -> str:
    return f"{item.title} {item.description}"


def layouts(
    row: Mapping[str, Any],
    others: Sequence[str],
    unsaid: Unsaid,
    known: Names,
    draw: np.random.Generator,
    titles: int,
    min_support: float,
) -> Iterator[tuple[str, Item]]:
    """The items that a copy could have been written for: one from lede and excerpt alone, some titled by a sibling.

    Half of those that have a second sibling tell it at the beginning of their description.
    """
    yield item_of(row["context"], row["excerpt"], unsaid, draw)
    told = told_of(row, unsaid)
    found = titles_for(row["text"], others, told, titles, min_support)
    spelled = [known.as_prose(plain(title), told) for title in found]
    for title in spelled:
        second = next((other for other in spelled if other != title), "")
        description = f"{second} {told}" if second and draw.random() < 0.5 else told
        yield "headline as title", Item(title=title, description=description.strip())


def told_of(row: Mapping[str, Any], unsaid: Unsaid) -> str:
    """Lede and excerpt less what gives a headline of the story away."""
    said = [s for text in (row["context"], row["excerpt"]) for s in sentences(text) if unsaid.leaves(s)]
    return " ".join(dict.fromkeys(said))
