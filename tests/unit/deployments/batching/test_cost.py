"""The learned cost of a batch: it finds the device's own figures, and one slow batch does not move it far."""

from __future__ import annotations

import random

import pytest

from deployments.batching.cost import BatchCost


def learned(launch_s: float, token_s: float, sizes: list[int], hold_up_s: float = 0.0) -> float:
    cost = BatchCost()
    for n, padded in enumerate(sizes):
        cost.observe(padded, launch_s + token_s * padded + (hold_up_s if n == len(sizes) - 20 else 0))
    return cost.launch_tokens


@pytest.mark.parametrize(("launch_s", "token_s"), [(1e-3, 6e-7), (1e-4, 1e-6), (2e-3, 1e-4)])
def test_launch_and_token_costs_are_told_apart(launch_s: float, token_s: float) -> None:
    draw = random.Random(0)
    sizes = [draw.randint(300, 4000) for _ in range(400)]
    assert learned(launch_s, token_s, sizes) == pytest.approx(launch_s / token_s, rel=0.1, abs=20)


def test_a_batch_that_was_held_up_hardly_counts() -> None:
    draw = random.Random(0)
    sizes = [draw.randint(300, 4000) for _ in range(400)]
    calm = learned(1e-3, 6e-7, sizes)
    assert learned(1e-3, 6e-7, sizes, hold_up_s=10.0) == pytest.approx(calm, rel=0.25)


def test_batches_of_one_size_tell_nothing() -> None:
    assert learned(1e-3, 6e-7, [512] * 50) == BatchCost().launch_tokens


def test_times_that_do_not_grow_with_the_tokens_are_all_launch() -> None:
    assert learned(1e-3, 0.0, [256, 512, 1024] * 50) > 2000
