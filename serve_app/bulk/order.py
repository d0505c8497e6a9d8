"""The order of a bulk job: requests whose prompts begin alike stand beside each other.

A prompt begins with the form of the answer and goes on with the item's facts (`deployments/generator/prompt.py`). So
the engine's prefix cache has the facts of an item that occurs often, and the captioner's cache its caption.
"""

from __future__ import annotations

import hashlib

from deployments.item_text import given_caption, prompt_inputs
from serve_app.contract.messages import GenerateNotificationRequest


def prefix_key(request: GenerateNotificationRequest) -> str:
    """Return a key to sort by. Equal facts have equal keys; the facts begin with the title."""
    options, item = request.options, request.item
    form = (options.adapter or "", options.length_profile, ",".join(options.output_fields), item.language)
    title, *others = prompt_inputs(item)
    rest = "\0".join((*others, item.pictures_digest(), given_caption(item)))
    return "\0".join((*form, title[:80], hashlib.sha256(rest.encode("utf-8", "surrogatepass")).hexdigest()[:16]))
