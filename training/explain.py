"""The explanation of a reward: its parts, and the effect of leaving out each word."""

from __future__ import annotations

import re
from typing import Any

from deployments.reward.heads import GUARDS
from deployments.reward.model import RewardModel
from deployments.reward.text import FEATURES, features, render_copy


def explain(model: RewardModel, title: str, body: str = "") -> dict[str, Any]:
    """Mean, spread and their parts in logits, and for each word mean(copy) - mean(copy without it).

    A word's part is measured by leaving it out (occlusion), so parts need not add up to the mean.
    """
    text = render_copy(title, body)
    words = list(re.finditer(r"\S+", text))
    without = [(text[: word.start()] + text[word.end() :]).strip() for word in words]
    parts = model.parts(model.encode([text, *[" ".join(t.split()) for t in without]]))
    config = model.config
    surface = dict(zip(FEATURES, features(text), strict=True))
    return {
        "text": text,
        "mean": _round(parts.mean[0]),
        "spread": _round(parts.spread[0]),
        "heads": [_round(value) for value in parts.heads[0]],
        "parts": {
            "heads_mean": _round(parts.heads[0].mean()),
            "penalties": {name: _round(-taken) for name, taken in zip(GUARDS, parts.penalties[0], strict=True)},
            "offset": _round(config.offset),
            "corrections": {
                name: _round(weight * surface[name]) for name, weight in config.corrections.items() if surface[name]
            },
        },
        "distance": _round(parts.distance[0]),
        "typical_distance": _round(config.typical_distance),
        "widening": _round(parts.widening[0]),
        "words": [
            {"word": word.group(), "moves": _round(parts.mean[0] - mean)}
            for word, mean in zip(words, parts.mean[1:], strict=True)
        ]
        if len(words) > 1
        else [],
        "revision": model.revision,
    }


def _round(value: float) -> float:
    return round(float(value), 4)
