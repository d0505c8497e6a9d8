"""Requests with hostile texts and pictures in them."""

from __future__ import annotations

from random import Random

from pydantic import ValidationError

from benchmarks.fuzz.requests import with_pictures, with_texts
from serve_app.contract.messages import GenerateNotificationRequest


def test_most_are_valid_so_that_the_work_behind_is_done() -> None:
    random, valid, tried = Random(1), 0, 0
    for make in (with_texts, with_pictures):
        for _ in range(60):
            rpc, body = make(random)
            if rpc == "GenerateNotification":
                tried += 1
                try:
                    GenerateNotificationRequest.model_validate(body)
                    valid += 1
                except ValidationError:
                    continue
    assert valid > tried / 2 > 10


def test_every_verb_with_an_item_gets_them() -> None:
    random = Random(1)
    rpcs = {make(random)[0] for make in (with_texts, with_pictures) for _ in range(60)}
    assert rpcs == {"GenerateNotification", "StreamNotification", "BatchGenerateNotifications", "CaptionItem",
                    "RouteItem", "ScoreCopies", "CheckCopy"}  # fmt: skip
