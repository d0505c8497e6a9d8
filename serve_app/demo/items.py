"""The shipped demo items: requests with real photos and plausible metadata, as a push platform would send them.

The photos come inside scikit-image (`skimage/data`), nothing is copied into this project. Their terms, by skimage's own
notes: coffee.png CC0 by Rachel Michetti, courtesy of Pikolo Espresso Bar; chelsea.png CC0 by Stefan van der Walt;
camera.png CC0 by Lav Varshney; rocket.jpg (DSCOVR on Falcon 9) released into the public domain by SpaceX;
astronaut.png (Eileen Collins) public domain, NASA; hubble_deep_field.jpg by NASA, free to use; page.png is a rendered
page of scikit-image's documentation, BSD-3-Clause. Shops, people and numbers around coffee, cat, park, lesson and
library are made up; those around rocket, astronaut and Hubble are facts of public record.
"""

from __future__ import annotations

import importlib.resources
import io
from dataclasses import dataclass

from PIL import Image as Pillow

from deployments.types import Copy, Image, Incumbent, IncumbentKind, Item, Options, VideoFrame
from serve_app.contract.messages import GenerateNotificationRequest


@dataclass(frozen=True)
class DemoItem:
    """A request of the demo. `note`: one line on the feature that it shows."""

    name: str
    note: str
    request: GenerateNotificationRequest


def demo_items() -> list[DemoItem]:
    """Build every shipped item. Photos come from scikit-image's package data."""
    return [coffee(), cat(), rocket(), lesson(), astronaut(), hubble(), library(), park()]


def coffee() -> DemoItem:
    item = Item(
        id="coffee-morning",
        locale="en-US",
        title="A slow espresso at Pikolo",
        description="Marta pulls the first espresso of the day. The bar opens at 7 and has 9 stools.",
        tags=("coffee", "espresso", "breakfast"),
        creator="Marta Lindqvist",
        metadata={"place": "Montreal", "likes": "1284"},
        images=(Image(data=photo("coffee.png"), alt_text="A cup of espresso with a spoon on a wooden table"),),
    )
    return DemoItem("coffee", "A photo and metadata: the plain case.", GenerateNotificationRequest(item=item))


def cat() -> DemoItem:
    item = Item(
        id="cat-chelsea",
        locale="en-GB",
        title="Chelsea the cat stares you down",
        description="Chelsea is a rescued tabby who guards the reading chair and lets nobody sit in it.",
        tags=("cat", "pets", "rescue"),
        creator="Stefan",
        metadata={"views": "52310"},
        images=(Image(data=photo("chelsea.png"), alt_text="Close-up of a ginger and white tabby cat"),),
    )
    incumbents = (
        Incumbent(
            id="editor-a", title="This cat has claimed a chair", body="Chelsea was rescued. Now she rules the room."
        ),
        Incumbent(id="editor-b", title="New photo from Stefan", body="Tap to see it."),
        Incumbent(
            id="fallback",
            title="{{ title }}",
            body="A new photo by {{ creator }} is waiting.",
            kind=IncumbentKind.TEMPLATE,
        ),
    )
    request = GenerateNotificationRequest(item=item, incumbents=incumbents, options=Options(margin=0.0))
    return DemoItem("cat", "Two human-written copies to beat, and a template to fall back on.", request)


def rocket() -> DemoItem:
    item = Item(
        id="rocket-dscovr",
        locale="en-US",
        title="Falcon 9 lifts DSCOVR off from Cape Canaveral",
        description=(
            "The Deep Space Climate Observatory leaves Launch Complex 40 on its way to a point between Earth and the "
            "Sun, from where it watches the solar wind."
        ),
        tags=("space", "launch", "rocket"),
        creator="Launch Log",
        metadata={"place": "Cape Canaveral", "trend_rank": "3", "transcript": "We have liftoff of the Falcon 9."},
        frames=pan("rocket.jpg", count=5),
    )
    request = GenerateNotificationRequest(item=item, options=Options(length_profile="ios_banner"))
    return DemoItem("rocket", "Video frames, a transcript to quote, a trend rank, an iOS banner to fit.", request)


def lesson() -> DemoItem:
    item = Item(
        id="lesson-coins",
        locale="en-US",
        title="Count the coins in a photo, step by step",
        description="How to separate touching coins from the background with markers, in a few lines of Python.",
        tags=("python", "tutorial", "images"),
        creator="Pixel School",
        images=(Image(data=photo("page.png"), alt_text="A page of a tutorial"),),
    )
    request = GenerateNotificationRequest(item=item)
    return DemoItem("lesson", "A page of text: the caption comes from reading it, the tagger is of no use.", request)


def astronaut() -> DemoItem:
    item = Item(
        id="portrait-collins",
        locale="en-US",
        title="Eileen Collins, first woman to pilot the Space Shuttle",
        description=(
            "She was selected as an astronaut in 1992, first piloted the shuttle in 1995 on STS-63, and commanded one "
            "in 1999."
        ),
        tags=("space", "history", "portrait"),
        creator="NASA Great Images",
        images=(Image(data=photo("astronaut.png"), alt_text="Portrait of an astronaut in an orange suit"),),
    )
    recent = (Copy(title="The first woman to pilot a shuttle", body="Meet Eileen Collins."),)
    request = GenerateNotificationRequest(item=item, recent_copies=recent, options=Options(temperature=0.9))
    return DemoItem("astronaut", "Names and dates that must be right, and a copy sent lately not to repeat.", request)


def hubble() -> DemoItem:
    item = Item(
        id="hubble-deep-field",
        locale="en-US",
        title="Thousands of galaxies in one small patch of sky",
        description="The Hubble eXtreme Deep Field is among the farthest views of the universe ever taken.",
        tags=("space", "astronomy", "galaxies"),
        creator="HubbleSite",
        metadata={"trend_rank": "11"},
        images=(Image(data=photo("hubble_deep_field.jpg"), alt_text="A black sky full of small galaxies"),),
    )
    options = Options(categories_barred=("HUMOUR",), length_profile="ios")
    request = GenerateNotificationRequest(item=item, options=options)
    return DemoItem("hubble", "Nothing an ImageNet tagger knows: the caption says what the author says.", request)


def library() -> DemoItem:
    item = Item(
        id="library-evening",
        locale="en-US",
        title="The town library stays open until midnight on Fridays",
        description="From 1 November the reading room keeps its lights on. Free tea, 40 seats, no booking needed.",
        tags=("books", "city", "evening"),
        creator="Elm Street Library",
        metadata={"city": "Portland", "attendees": "40"},
    )
    request = GenerateNotificationRequest(item=item, options=Options(seed=7))
    return DemoItem("library", "Text alone, no image, and a seed: the same candidates every time.", request)


def park() -> DemoItem:
    item = Item(
        id="parque-foto",
        locale="es-ES",
        title="Un fotógrafo en el parque al amanecer",
        description="Con su vieja cámara y un trípode, espera cada mañana la primera luz sobre la ciudad.",
        tags=("fotografía", "parque", "mañana"),
        creator="Lucía Romero",
        metadata={"city": "Madrid"},
        images=(Image(data=photo("camera.png"), alt_text="Un hombre mira por una cámara con trípode"),),
    )
    incumbents = (
        Incumbent(id="redaccion", title="La primera luz", body="Un fotógrafo, un trípode y una ciudad dormida."),
    )
    request = GenerateNotificationRequest(item=item, incumbents=incumbents)
    return DemoItem(
        "park", "Spanish: the demo's models know English, so English copy is blocked and the editor's stays.", request
    )


def photo(name: str) -> bytes:
    """Read the bytes of a photo inside scikit-image, without importing its code."""
    return (importlib.resources.files("skimage") / "data" / name).read_bytes()


def pan(name: str, count: int, step_ms: int = 400) -> tuple[VideoFrame, ...]:
    """Make a video of a photo: a window of three quarters of its width moves from left to right. JPEG frames."""
    image = Pillow.open(io.BytesIO(photo(name))).convert("RGB")
    width, height = round(image.width * 0.75), image.height
    frames = []
    for n in range(count):
        left = round((image.width - width) * n / max(count - 1, 1))
        out = io.BytesIO()
        image.crop((left, 0, left + width, height)).save(out, "JPEG", quality=88)
        frames.append(VideoFrame(data=out.getvalue(), offset_ms=n * step_ms))
    return tuple(frames)
