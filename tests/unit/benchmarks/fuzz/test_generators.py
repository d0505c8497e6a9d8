"""What all generators of requests promise: no end, no error of their own, the same of one seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from random import Random

import pytest

from benchmarks.fuzz import over_grpc, over_http
from benchmarks.fuzz.attempts import Attempt

GENERATORS = {"grpc": over_grpc.attempts, "http": over_http.attempts}


@pytest.mark.parametrize("protocol", GENERATORS)
def test_one_seed_gives_one_sequence(protocol: str) -> None:
    make: Callable[[Random], Iterator[Attempt]] = GENERATORS[protocol]
    first, again, other = (list(islice(make(Random(seed)), 150)) for seed in (1, 1, 2))
    assert first == again != other
    assert {attempt.protocol for attempt in first} == {protocol}
    assert {"text", "picture"} < {attempt.kind for attempt in first}
