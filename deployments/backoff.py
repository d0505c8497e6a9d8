"""Pauses before retries: they grow, and callers do not come back together."""

from __future__ import annotations

import random


def spread(pause_s: float) -> float:
    """Return the pause, up to half longer."""
    return pause_s * random.uniform(1.0, 1.5)  # noqa: S311 - no secret


def backoff_s(first_s: float, tries: int, factor: float = 3.0) -> float:
    """Return the pause after so many tries, with jitter."""
    return spread(first_s * factor ** (tries - 1))
