"""Where load may go, and what is sent."""

from __future__ import annotations

import pytest

from benchmarks.lib.targets import loopback, workload
from deployments.errors import Misconfigured
from deployments.images import ImageLimits, violations


@pytest.mark.parametrize(
    "address", ["127.0.0.1:9000", "localhost:80", "127.8.9.1:1", "[::1]:9000", "http://127.0.0.1:8000"]
)
def test_this_machine_is_fine(address: str) -> None:
    assert loopback(address) == address


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1:9000", "example.com:9000", "0.0.0.0:9000", "localhost.example.com:9000", "127.0.0.1", "127.0.0.1:x", ""],
)
def test_another_machine_is_refused_by_the_options_name(address: str) -> None:
    with pytest.raises(Misconfigured, match="--grpc-address"):
        loopback(address, "--grpc-address")


def test_the_workload_is_the_demo_items_with_their_photos_or_a_pixel() -> None:
    plain, seen = workload(max_categories=2), workload(photos=True)
    assert len(plain) == len(seen) == 8
    assert [r.item.id for r in plain] == [r.item.id for r in seen]
    assert [len(r.item.images) for r in plain] == [1] * 8
    assert not violations(plain[0].item, ImageLimits())
    assert sum(bool(r.item.images or r.item.frames) for r in seen) == 7
    assert {r.options.max_categories for r in plain} == {2}
