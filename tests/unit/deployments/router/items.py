"""Eight items as a feed brings them, for looking at what the router does with them."""

from __future__ import annotations

from deployments.types import Item

ITEMS = {
    "recipe": Item(
        title="Creamy mushroom risotto",
        description="Ingredients and steps for a risotto that never sticks.",
        tags=("recipe", "cooking"),
    ),
    "cat": Item(
        title="Our kitten met the vacuum cleaner",
        description="She jumped into the laundry basket.",
        tags=("cat", "pets"),
    ),
    "launch": Item(
        title="Rocket lifts off with a new weather satellite",
        description="The launch is being streamed live.",
        tags=("space", "rocket"),
        metadata={"trend_rank": "3"},
    ),
    "interview": Item(
        title="A midwife looks back on forty years",
        description="An interview about her work and life.",
        metadata={"transcript": "I never counted the babies. I counted the mornings."},
    ),
    "howto": Item(
        title="How to fix a leaking tap in ten minutes", description="A step-by-step repair with tools you own."
    ),
    "price": Item(
        title="Headphones fall to 49 euros",
        description="The lowest price this year, today only.",
        metadata={"ends_at": "23:59"},
    ),
    "festival": Item(
        title="Lantern festival on the harbour",
        description="The city celebrates with music and food stalls.",
        metadata={"place": "Bremen", "attendees": "12000"},
    ),
    "fail": Item(
        title="He tried to park the boat",
        description="A clumsy captain, a small dock and a very funny ending.",
        tags=("fail", "funny"),
    ),
}
