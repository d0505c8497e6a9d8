"""Made-up examples of the OpenAPI document. Tests send each request, and hold each answer against the schemas.

Names are those of `configs/categories.yaml` and `configs/profiles.yaml`.
"""

from __future__ import annotations

import json
from typing import Any

REQUEST_ID = "b7c9d0f2e4a14c7f9a52"
# The smallest valid GIF, one grey pixel: a placeholder for an image.
PIXEL = "R0lGODlhAQABAIAAAICAgAAAACwAAAAAAQABAAACAkQBADs="

_COFFEE: dict[str, Any] = {
    "id": "item-17",
    "locale": "en-GB",
    "title": "How to pull a better espresso at home",
    "description": "A barista shows grind size, dose and timing, and tastes the difference.",
    "tags": ["coffee", "how-to"],
    "creator": "Ana Lima",
    "metadata": {"published": "2026-11-02"},
    "images": [{"data": PIXEL, "alt_text": "A cup of espresso on a wooden table"}],
}
_TEXT_ONLY: dict[str, Any] = {
    "id": "item-18",
    "title": "Night train from Vienna to Rome",
    "description": "What 14 hours in a sleeper car are like, and what they cost.",
}

_OPTIONS: dict[str, Any] = {
    "max_categories": 2, "candidates_per_category": 2, "seed": 7, "margin": 0.1, "time_budget_ms": 12000,
    "priority": "PRIORITY_BACKFILL",
}  # fmt: skip

GENERATE_REQUESTS: dict[str, Any] = {
    "image": {"summary": "An image with metadata", "value": {"item": _COFFEE}},
    "image-by-url": {
        "summary": "An image by its URL, where the operator has allowed its host",
        "value": {"item": {**_COFFEE, "images": [{"url": "https://images.example.com/espresso.jpg"}]}},
    },
    "incumbent": {
        "summary": "A human-written copy to beat, with options",
        "value": {
            "item": _TEXT_ONLY,
            "incumbents": [{"id": "editor", "title": "New story", "body": "Read about the night train to Rome"}],
            "recent_copies": [{"title": "Off the rails", "body": "Ten trains worth the detour"}],
            "options": _OPTIONS,
            "request_id": REQUEST_ID,
        },
    },
}
BATCH_REQUESTS: dict[str, Any] = {
    "two": {"summary": "Two items", "value": {"requests": [{"item": _COFFEE}, {"item": _TEXT_ONLY}]}}
}
CAPTION_REQUESTS: dict[str, Any] = {"image": {"summary": "An image", "value": {"item": _COFFEE}}}
_BARRED = {"item": _TEXT_ONLY, "categories_barred": ["QUESTION"]}
ROUTE_REQUESTS: dict[str, Any] = {"text": {"summary": "Text only, one category barred", "value": _BARRED}}
_TWO_COPIES: dict[str, Any] = {
    "item": _TEXT_ONLY,
    "copies": [
        {"title": "Asleep to Rome", "body": "14 hours in a sleeper car, told honestly"},
        {"title": "New story", "body": "Read about the 17 hours to Rome"},
    ],
}
SCORE_REQUESTS: dict[str, Any] = {"two": {"summary": "Two human-written copies", "value": _TWO_COPIES}}
_CHECKED = {**_TWO_COPIES, "recent_copies": [{"title": "Off the rails"}]}
CHECK_REQUESTS: dict[str, Any] = {"two": {"summary": "Two copies, and one that was sent lately", "value": _CHECKED}}

_CAPTION = {
    "text": "An espresso cup on a table. Title: How to pull a better espresso at home.",
    "source": "CAPTION_SOURCE_TAGS",
    "cached": False,
}
_CATEGORIES = [
    {"category": "BENEFIT_HOWTO", "weight": 0.61, "wanted": False},
    {"category": "CURIOSITY", "weight": 0.39, "wanted": False},
]
_CANDIDATE: dict[str, Any] = {
    "id": "c1",
    "rank": 1,
    "title": "Better espresso, three habits",
    "body": "A barista shows the grind, the dose and the timing that change your cup",
    "category": "BENEFIT_HOWTO",
    "source": "SOURCE_GENERATED",
    "reward": {"mean": 0.42, "spread": 0.08},
    "score": 0.34,
    "likelihood": -1.1,
    "fit": 0.81,
    "findings": [],
    "repaired": [],
    "round": 1,
    "rejected": False,
}
_REJECTED: dict[str, Any] = {
    **{key: _CANDIDATE[key] for key in ("source", "category", "repaired", "round")},
    "id": "c2",
    "rank": 2,
    "title": "97% of people pull it wrong",
    "body": "Is yours among them?",
    "findings": [
        {
            "rule": "grounding.number",
            "severity": "SEVERITY_BLOCK",
            "field": "title",
            "text": "97%",
            "start": 0,
            "end": 3,
            "message": "the item has no such number",
            "evidence": "",
        }
    ],
    "rejected": True,
}


def _timing(stage: str, **spent: float) -> dict[str, Any]:
    counts = ("prompt_tokens", "output_tokens", "cached_tokens", "batch_size", "cache_hits")
    return {**dict.fromkeys(counts, 0), "queue_ms": 0.0, "compute_ms": 0.0, "stage": stage, **spent}


def _revision(stage: str, kind: str, model: str) -> dict[str, Any]:
    return {"stage": stage, "kind": kind, "model": model, "model_revision": "4b6f3f1c2d7e", "prompt_revision": ""}


_IN_FORCE: dict[str, Any] = {
    "categories_wanted": [], "categories_barred": [], "max_categories": 1, "candidates_per_category": 2,
    "length_profile": "ios", "output_fields": ["OUTPUT_FIELD_TITLE", "OUTPUT_FIELD_BODY"], "temperature": 0.3,
    "margin": 0.0, "time_budget_ms": 30000, "priority": "PRIORITY_REALTIME", "allow_degradation": True, "adapter": "",
}  # fmt: skip
DECISION: dict[str, Any] = {
    "request_id": REQUEST_ID,
    "item_id": "item-17",
    "notification": {
        **{key: _CANDIDATE[key] for key in ("title", "body", "category")},
        "candidate_id": "c1",
    },
    "source": "SOURCE_GENERATED",
    "reason": "REASON_BEST_CANDIDATE",
    "tier": "TIER_AUTO",
    "candidates": [_CANDIDATE, _REJECTED],
    "caption": _CAPTION,
    "categories": _CATEGORIES,
    "timings": [
        _timing("STAGE_CAPTION", wall_ms=182.0, compute_ms=171.0),
        _timing(
            "STAGE_GENERATE", wall_ms=2310.0, queue_ms=12.0, prompt_tokens=412, output_tokens=61, cached_tokens=288
        ),
        _timing("STAGE_SCORE", wall_ms=37.0, compute_ms=29.0, batch_size=2),
    ],
    "revisions": [_revision("STAGE_GENERATE", "vllm", "a-small-model")],
    "partial": False,
    "degradations": [],
    "options": _IN_FORCE,
}
CAPTION: dict[str, Any] = {
    "caption": _CAPTION,
    "timing": DECISION["timings"][0],
    "revision": _revision("STAGE_CAPTION", "tags", "package:efficientnet-lite0"),
    "request_id": REQUEST_ID,
}
ROUTE: dict[str, Any] = {
    "categories": _CATEGORIES,
    "timing": _timing("STAGE_ROUTE", wall_ms=14.0),
    "revision": _revision("STAGE_ROUTE", "embedding", "package:all-minilm-l6-v2"),
    "request_id": REQUEST_ID,
}
SCORE: dict[str, Any] = {
    "candidates": [
        {**_CANDIDATE, "id": "i1", "source": "SOURCE_INCUMBENT", "category": "", "title": "Asleep to Rome"},
    ],
    "timing": _timing("STAGE_SCORE", wall_ms=31.0, batch_size=2),
    "revision": _revision("STAGE_SCORE", "bradley_terry", "models/reward"),
    "request_id": REQUEST_ID,
    "compared": True,
}
_FINDING = {
    "rule": "grounding.number", "severity": "SEVERITY_BLOCK", "field": "body", "text": "17", "start": 15, "end": 17,
    "message": "the item has no such number", "evidence": "",
}  # fmt: skip
CHECK: dict[str, Any] = {
    "copies": [{"findings": [], "verdict": "VERDICT_PASS"}, {"findings": [_FINDING], "verdict": "VERDICT_BLOCK"}],
    "rules_revision": "5f1b0c8a9d3e7c24",
    "timing": _timing("STAGE_CHECK", wall_ms=4.0),
    "request_id": REQUEST_ID,
}
INFO: dict[str, Any] = {
    "version": "0.1.0",
    "stages": DECISION["revisions"],
    "categories": [
        {
            "category": "BENEFIT_HOWTO",
            "definition": "Promises a skill that the content teaches.",
            "gate": "",
            "instruction": "Name the skill.",
            "is_default": False,
        }
    ],
    "length_profiles": [
        {
            "length_profile": "android",
            "max_title": 50,
            "max_body": 150,
            "counting_unit": "COUNTING_UNIT_GRAPHEMES",
            "origin": "for illustration",
        }
    ],
    "limits": {
        "max_images": 8,
        "max_image_bytes": 10485760,
        "max_image_pixels": 50000000,
        "max_categories": 6,
        "max_candidates_per_category": 8,
        "max_incumbents": 16,
        "max_batch_items": 256,
        "max_time_budget_ms": 120000,
        "max_candidates": 64,
        "max_short_text_chars": 500,
        "max_long_text_chars": 10000,
        "max_name_chars": 128,
        "max_tags": 64,
        "max_tag_chars": 64,
        "max_metadata_entries": 64,
        "max_metadata_key_chars": 64,
        "max_recent_copies": 200,
        "max_scored_copies": 64,
    },
    "defaults": {
        "max_categories": 4,
        "candidates_per_category": 2,
        "length_profile": "android",
        "time_budget_ms": 15000,
        "margin": 0.0,
    },
    "adapters": ["brand-a", "brand-b"],
    "missing_stages": ["STAGE_CAPTION"],
}
HEALTH: dict[str, Any] = {
    "status": "SERVING",
    "stages": {"captioner": False, "router": True, "generator": True, "reward": True, "ingress": True},
    "degraded": ["captioner"],
}

STREAM = "".join(
    f"id: {n}\nevent: {name}\ndata: {json.dumps({'sequence': n, name: event})}\n\n"
    for n, (name, event) in enumerate(
        [
            ("captioned", {"caption": _CAPTION}),
            ("routed", {"categories": _CATEGORIES}),
            ("candidate", {"candidate": _REJECTED}),
            ("scored", {"candidates": [_CANDIDATE]}),
            ("decided", {"decision": DECISION}),
        ],
        start=1,
    )
)
BATCH = f"event: decision\ndata: {json.dumps({'index': 1, 'decision': DECISION})}\n\n"

_URLS_OFF = "is not fetched by this service, whose setting images_by_url is off: send data"
# Further fields of an example of a problem, by HTTP status.
PROBLEM_EXTRAS: dict[int, dict[str, Any]] = {
    401: {"detail": "an API key is needed: authorization: Bearer KEY"},
    403: {"detail": "the adapter 'brand-b' is not this tenant's; it may use base, brand-a"},
    422: {
        "detail": "item.images[0].data: cannot be decoded: truncated or damaged; options.seed: must be at least 0",
        "violations": [
            {"field": "item.images[0].data", "description": "cannot be decoded: truncated or damaged"},
            {"field": "options.seed", "description": "must be at least 0"},
        ],
    },
    429: {"detail": "the queue of this service is full", "retry_after_s": 1.0, "shed": "queue_full"},
    500: {"detail": "the service failed on this request; its log has the cause under the request id"},
    501: {
        "detail": f"item.images[0].url: {_URLS_OFF}",
        "violations": [{"field": "item.images[0].url", "description": _URLS_OFF}],
    },
    503: {"detail": "a stage has no healthy replica at the moment", "retry_after_s": 2.0},
    504: {"detail": "the time budget was spent while generating"},
}

REQUESTS: dict[str, dict[str, Any]] = {
    "GenerateNotification": GENERATE_REQUESTS,
    "StreamNotification": GENERATE_REQUESTS,
    "BatchGenerateNotifications": BATCH_REQUESTS,
    "CaptionItem": CAPTION_REQUESTS,
    "RouteItem": ROUTE_REQUESTS,
    "ScoreCopies": SCORE_REQUESTS,
    "CheckCopy": CHECK_REQUESTS,
}
ANSWERS: dict[str, Any] = {
    "GenerateNotification": {"decision": DECISION},
    "StreamNotification": STREAM,
    "BatchGenerateNotifications": BATCH,
    "CaptionItem": CAPTION,
    "RouteItem": ROUTE,
    "ScoreCopies": SCORE,
    "CheckCopy": CHECK,
    "GetServiceInfo": INFO,
}
