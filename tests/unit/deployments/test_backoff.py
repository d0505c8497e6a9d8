"""Pauses grow with the tries and differ between callers."""

from __future__ import annotations

from deployments.backoff import backoff_s, spread


def test_a_pause_is_spread_to_the_later_side() -> None:
    pauses = {spread(2.0) for _ in range(50)}
    assert len(pauses) > 1
    assert all(2.0 <= pause <= 3.0 for pause in pauses)


def test_pauses_grow_by_the_factor() -> None:
    for tries, least in ((1, 0.02), (2, 0.06), (3, 0.18)):
        assert least <= backoff_s(0.02, tries) <= 1.5 * least + 1e-9
