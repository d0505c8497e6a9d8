"""The order of a job: what shares a prompt's beginning stands together."""

from __future__ import annotations

import itertools
import random
from typing import Any

from serve_app.bulk.order import prefix_key
from serve_app.contract.messages import GenerateNotificationRequest


def request(title: str, **fields: Any) -> GenerateNotificationRequest:
    item = {"id": fields.pop("id", ""), "title": title, "locale": fields.pop("locale", "en-US")}
    return GenerateNotificationRequest.model_validate({"item": item, "options": fields})


def test_equal_items_stand_together_below_their_language_and_form() -> None:
    requests = [
        request(title, locale=locale, length_profile=profile, seed=seed)
        for title in ("A heron", "Night buses")
        for locale in ("en-US", "en-GB", "de-DE")
        for profile in ("default", "ios")
        for seed in (1, 2)
    ]
    random.Random(0).shuffle(requests)
    ordered = sorted(requests, key=prefix_key)
    groups = [(r.options.length_profile, r.item.language, r.item.title) for r in ordered]
    changes = sum(one != other for one, other in itertools.pairwise(groups))
    assert changes == len(set(groups)) - 1


def test_the_id_is_no_part_of_a_prompt() -> None:
    assert prefix_key(request("A heron", id="a")) == prefix_key(request("A heron", id="b"))


def test_other_pictures_are_other_facts() -> None:
    def pictured(data: bytes) -> GenerateNotificationRequest:
        return GenerateNotificationRequest.model_validate({"item": {"title": "t", "images": [{"data": data}]}})

    assert prefix_key(pictured(b"a")) != prefix_key(pictured(b"b"))
