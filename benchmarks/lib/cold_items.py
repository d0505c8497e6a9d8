"""Items that no engine has seen: what the benchmarks send where a warm prefix would flatter."""

from __future__ import annotations

from typing import Final

from deployments.types import Item

_PLACES: Final = (("Bergen", "Ingrid Solheim"), ("Porto", "Tiago Moreira"), ("Leeds", "Amara Okafor"))
_STORIES: Final = (
    (
        "The bakery in {place} that opens at four in the morning",
        "{who} bakes 300 loaves before the first tram leaves. On Saturdays the queue reaches the bridge, and by eight "
        "everything is gone except the rye.",
        ("food", "local", "breakfast"),
    ),
    (
        "A heron has moved into the fountain of {place}'s town hall",
        "It arrived in March and catches a goldfish a day. {who} from the parks office has put up a sign that asks "
        "visitors to keep their dogs away.",
        ("birds", "city", "nature"),
    ),
    (
        "How {place} cut the noise of its night buses in half",
        "New tyres, slower turns and one sharp bend taken off the route: the engineer {who} explains the three changes "
        "and what each of them cost.",
        ("transport", "engineering"),
    ),
    (
        "Six small walks around {place} that need no car",
        "All of them start at a station and end at a café. The longest takes three hours; {who} marks where the path "
        "gets muddy after rain.",
        ("hiking", "weekend", "trains"),
    ),
    (
        "The last typewriter repairer of {place} is looking for an apprentice",
        "{who} has 40 machines waiting and no one to take over. Whoever starts now learns the trade on a portable from "
        "1962.",
        ("craft", "jobs"),
    ),
    (
        "A school in {place} grows its own lunch",
        "Beans, kale and far too many courgettes: {who} and a class of eleven-year-olds cook what the old car park "
        "yields, twice a week.",
        ("school", "garden", "food"),
    ),
    (
        "Chess players in {place} meet under the railway arch again",
        "The tables were taken away in winter and are back. {who} gives free lessons on Thursdays, and loses on "
        "purpose about once a month.",
        ("chess", "community"),
    ),
    (
        "What the storm left on the beach of {place}",
        "Thousands of razor shells, a wooden door and a message in a bottle that {who} could date to 1987 by the brand "
        "of lemonade.",
        ("sea", "weather", "history"),
    ),
)
# A title begins with another one in each arm and round, so that an item is new to an engine that sees it again.
FIRST_WORDS: Final = (
    "New", "Today", "Local", "Update", "Weekend", "Feature", "Tonight", "Report", "Inside", "Watch", "Guide", "Notes",
)  # fmt: skip


def cold_items(count: int) -> list[Item]:
    """Made-up items, always the same; no two begin alike for longer than a template's first words.

    They are 24; further ones are these with a number before the title.
    """
    stories = [(story, place) for place in _PLACES for story in _STORIES]
    every = [stories[n % len(stories)] for n in range(count)]
    return [
        Item(
            id=f"cold-{n}",
            locale="en-US",
            title=_numbered(n // len(stories), title.format(place=place)),
            description=description.format(who=who),
            tags=tags,
            creator=who,
            metadata={"place": place},
        )
        for n, ((title, description, tags), (place, who)) in enumerate(every)
    ]


def _numbered(turn: int, title: str) -> str:
    return f"{turn + 1}. {title}" if turn else title


def begun_with(word: str, item: Item) -> Item:
    """The item, its title begun with the word."""
    return item.model_copy(update={"title": f"{word}: {item.title}"})
