"""The rates: what is asked for, and both arms side by side."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks.bulk import rates
from benchmarks.lib.local_app import Failed


def test_every_item_is_asked_for_in_every_profile_in_no_order() -> None:
    requests = rates.requests_of(16)
    asked = Counter((r.item.title, r.options.length_profile) for r in requests)
    assert len(requests) == 16
    assert set(asked.values()) == {1}
    assert {profile for _, profile in asked} == set(rates.PROFILES)
    titles = [r.item.title for r in requests]
    assert sum(a == b for a, b in itertools.pairwise(titles)) < 4


class Job:
    def __init__(self, code: int) -> None:
        self.code = code

    def wait(self) -> int:
        return self.code

    def output(self) -> str:
        return "the last words"


@pytest.mark.parametrize("code", [0, 1])
def test_a_bulk_rate_is_without_its_start(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    @contextmanager
    def started(source: Path, out: Path, config: Path, *flags: str) -> Iterator[Job]:
        assert len(source.read_text().splitlines()) == 8
        out.mkdir()
        summary: dict[str, Any] = {
            "run": {"rows_per_s": 2.0, "answering_s": 4.0, "seconds": 20.5}, "partial": 0,
            "tokens": {"prompt_tokens": 100, "cached_tokens": 80, "output_tokens": 10},
        }  # fmt: skip
        (out / "summary.json").write_text(json.dumps(summary))
        yield Job(code)

    monkeypatch.setattr(rates, "bulk_started", started)
    requests = rates.requests_of(8)
    if code:
        with pytest.raises(Failed, match="the last words"):
            rates.bulk(Path("c.yaml"), requests, 1)
        return
    arm = rates.bulk(Path("c.yaml"), requests, 1)
    assert (arm["items_per_s"], arm["start_s"], arm["cached_share"]) == (2.0, 16.5, 0.8)


def test_the_ratio_is_of_items_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "bulk", lambda *_: {"items_per_s": 3.0})
    monkeypatch.setattr(rates, "online", lambda *_: {"items_per_s": 2.0})
    result = rates.run(Path("c.yaml"), 8, 16, 1)
    assert (result["bulk_vs_online"], result["items"]) == (1.5, 8)
