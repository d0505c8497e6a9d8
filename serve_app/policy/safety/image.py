"""Safety of the pictures: no copy is written for an item that shows sexual content. The captioner screens them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import Field

from deployments.settings import Knobs
from deployments.types import Copy
from serve_app.policy.context import Action, Hit, PolicyContext, Rule, RuleId

_ID: Final = "safety.image"


class ImageRule(Knobs):
    """Sexual content of the item's pictures, by `Caption.sexual_content`.

    The model's authors call scores above 0.8 explicit and below 0.2 safe. unsure: between the two probabilities.
    unscreened: for an item with pictures that nobody screened, as when the caller gives the caption.
    """

    action: Action = "block"
    min_probability: float = Field(default=0.8, ge=0, le=1)
    unsure: Action = "review"
    unsure_probability: float = Field(default=0.5, ge=0, le=1)
    unscreened: Action = "off"


def image(copy: Copy, context: PolicyContext, settings: ImageRule) -> Iterator[Hit]:  # noqa: ARG001 - of any copy
    """safety.image: of the item, whatever the copy is."""
    probability = context.sexual_content
    if probability is None:
        if context.unscreened_pictures:
            yield Hit(_ID, settings.unscreened, "", "", message="nobody screened the item's pictures")
    elif probability >= settings.min_probability:
        yield Hit(_ID, settings.action, "", "", evidence=f"probability {probability:.2f}")
    elif probability >= settings.unsure_probability:
        yield Hit(_ID, settings.unsure, "", "", evidence=f"probability {probability:.2f}")


IMAGE = Rule("image", image, (RuleId(_ID, "a picture shows sexual content"),))
