"""Stock copy that fits any item: a push must not be replaced by it.

`taught` teaches; `HELD_OUT` is never trained on and shares no phrase with it: it shows whether the lesson carries over.
"""

from __future__ import annotations

from typing import Final

import numpy as np

_TITLES: Final = (
    "A new picture", "Fresh content", "Update available", "Just posted", "Something new for you", "New story",
    "New video", "New episode", "New article", "Today's update", "Your daily update", "The latest", "Latest news",
    "What's new", "New in your feed", "Recommended for you", "Trending now", "Popular today", "Top story",
    "Just in", "Hot right now", "New item", "New listing", "New arrival", "New activity", "New message for you",
    "You have a notification", "We have something for you", "Good news", "Big news", "An update for you",
    "Something special", "A must-see", "You might like this", "Picked for you", "See what's happening",
    "Don't miss this", "Interesting read", "A great story", "An amazing moment", "A moment to remember",
    "New from someone you follow", "Worth a look", "People are talking about this", "It's here", "Hello there",
    "Time for a break", "Weekend reading", "This week's highlight", "Reminder", "Alert", "Notice", "Hi!",
    "A question for you", "Guess what", "Ready for more?", "Are you curious?", "Did you see this?",
)  # fmt: skip
_BODIES: Final = (
    "Tap to view it.", "Open the app to see more.", "Click here for details.", "Have a look.", "Check it out now.",
    "Find out more.", "Learn more in the app.", "Swipe to see.", "Watch it now.", "Listen now.", "See the full story.",
    "Come and see what it is.", "You will love it.", "Don't miss out.", "There is something new waiting for you.",
    "Discover what everyone is talking about.", "Something interesting has happened.", "It is worth your time.",
    "Here is what you need to know.", "Get all the details now.", "See why people like it.", "More inside.",
    "New content has been added for you.", "We think that you will enjoy this.", "Be the first to see it.",
    "This is one you should not miss.", "Take a minute to look at it today.", "Continue where you left off.",
    "There's always something new to explore.", "Great things are happening, come and see for yourself.",
    "Explore it today and share it with your friends.", "Stay informed with the most recent updates.",
    "It has everything that you could want.", "Sometimes small things make a big difference.",
    "Every day brings a surprise. See what happened.", "Life is full of stories like this one.", "Open it.",
    "A lot of people have already seen this one.", "The details may surprise you.", "This could be for you.",
)  # fmt: skip
HELD_OUT: Final[tuple[tuple[str, str], ...]] = (
    ("New photo", "Tap to see it."), ("News", "Read more."), ("New post", "Click to read."), ("Breaking", "See more."),
    ("Your feed has changed", "Look now."), ("For you", "See what this is about."), ("New upload", "View it here."),
    ("Today", "There is news."), ("You'll like this one", "Go and look."), ("Today's pick", "Read on."),
    ("Something happened", "Tap here."), ("A story for you", "Start reading."), ("New update", "Press to open."),
    ("Look at this", "It is really nice."), ("Hey, you!", "We picked a thing for you."), ("Unmissable", "Go see."),
    ("Photo of the day", "A picture to enjoy."), ("Content update", "Fresh items have arrived in the application."),
    ("A nice thing", "It is nice and people like nice things."), ("One more thing", "You'll want to see this."),
    ("A special day", "It was a special day with special moments for everybody."), ("News for you", ""),
    ("Something to read", "Reading is a good way to spend the evening."), ("See this", ""),
    ("It's all here", "All that you wanted to know, and more."), ("Today's story", "A story that will stay with you."),
)  # fmt: skip


def taught(count: int, seed: int) -> list[tuple[str, str]]:
    """`count` titles and bodies at random; one in eight has no body, so that length is no sign."""
    draw = np.random.default_rng(seed)
    titles, bodies = draw.integers(0, len(_TITLES), count), draw.integers(0, len(_BODIES), count)
    bare = draw.random(count) < 1 / 8
    return [(_TITLES[t], "" if b else _BODIES[i]) for t, i, b in zip(titles, bodies, bare, strict=True)]
