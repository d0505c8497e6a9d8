"""Requests of the contract with hostile texts and pictures in them: most are valid, and the work behind them is not."""

from __future__ import annotations

import base64
from random import Random
from typing import Any

from benchmarks.fuzz.pictures import hostile_picture
from benchmarks.fuzz.texts import hostile_text
from deployments.types import MAX_LONG_TEXT, MAX_NAME, MAX_SHORT_TEXT
from serve_app.contract.verbs import BATCH, CAPTION, CHECK, GENERATE, ROUTE, SCORE, STREAM

Body = dict[str, Any]
_OPTIONS: Body = {"max_categories": 1, "candidates_per_category": 1, "time_budget_ms": 5_000}


def with_texts(random: Random) -> tuple[str, Body]:
    """The RPC and its request, in JSON's words."""
    item = _item(random)
    copies = [_copy(random) for _ in range(random.choice((1, 3)))]
    rpc = random.choice((GENERATE.rpc, GENERATE.rpc, STREAM.rpc, BATCH.rpc, ROUTE.rpc, SCORE.rpc, CHECK.rpc))
    if rpc == ROUTE.rpc:
        return rpc, {"item": item}
    if rpc == SCORE.rpc:
        return rpc, {"item": item, "copies": copies}
    if rpc == CHECK.rpc:
        return rpc, {"item": item, "copies": copies, "recent_copies": [_copy(random)]}
    kind = random.choice(("INCUMBENT_KIND_HUMAN", "INCUMBENT_KIND_TEMPLATE"))
    request = {
        "item": item,
        "incumbents": [{**copy, "id": f"x{n}", "kind": kind} for n, copy in enumerate(copies)],
        "recent_copies": [_copy(random) for _ in range(random.choice((0, 2)))],
        "options": _OPTIONS,
    }
    return (rpc, {"requests": [request, {"item": item}]}) if rpc == BATCH.rpc else (rpc, request)


def with_pictures(random: Random) -> tuple[str, Body]:
    pictures = [{"data": base64.b64encode(hostile_picture(random)).decode()} for _ in range(random.choice((1, 1, 4)))]
    field = random.choice(("images", "frames"))
    item: Body = {field: pictures} | random.choice(({}, {"title": "A cat"}))
    rpc = random.choice((CAPTION.rpc, GENERATE.rpc, STREAM.rpc))
    return rpc, {"item": item} | ({} if rpc == CAPTION.rpc else {"options": _OPTIONS})


def _copy(random: Random) -> Body:
    return {"title": hostile_text(random, MAX_SHORT_TEXT), "body": hostile_text(random, MAX_LONG_TEXT)}


def _item(random: Random) -> Body:
    fields: Body = {
        "id": hostile_text(random, MAX_NAME),
        "title": hostile_text(random, MAX_SHORT_TEXT),
        "description": hostile_text(random, MAX_LONG_TEXT),
        "creator": hostile_text(random, MAX_NAME),
        "caption": hostile_text(random, MAX_LONG_TEXT),
        "tags": [hostile_text(random, 64) for _ in range(3)],
        "metadata": {f"price {n}": hostile_text(random, MAX_LONG_TEXT) for n in range(random.choice((1, 16)))},
        "locale": random.choice(("en", "ar", "ja", "x-y", "zz-ZZ", hostile_text(random, 35))),
    }
    return {name: fields[name] for name in random.sample(sorted(fields), random.randint(1, len(fields)))}
