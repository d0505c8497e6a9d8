"""The metrics of a stage's replica through `ray.serve.metrics`.

They are read when Serve asks for the replica's health, every few seconds: work in the stage updates plain numbers, and
no request pays for a metric.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

from deployments.readings import Reading
from deployments.types import StageRevision


class Live:
    """A gauge that is 1 with the tags of what is live, and 0 with those of what was before."""

    def __init__(self, gauge: Any) -> None:
        self._gauge = gauge
        self._tags: dict[str, str] | None = None

    def show(self, **tags: str) -> None:
        if tags == self._tags:
            return
        if self._tags is not None:
            self._gauge.set(0, tags=self._tags)
        self._gauge.set(1, tags=tags)
        self._tags = tags


class LiveKnobs(Live):
    """The `user_config` that a replica has taken, by a hash of its keys and values."""

    def __init__(self) -> None:
        from ray.serve.metrics import Gauge  # noqa: PLC0415 - only a replica needs Ray

        super().__init__(
            Gauge(
                "pushgen_live_knobs",
                description="1 with the revision of the user_config that is live, a hash of it; 0 with earlier ones.",
                tag_keys=("revision",),  # type: ignore[arg-type]  # Ray means any length
            )
        )

    def took(self, user_config: Mapping[str, object]) -> None:
        self.show(revision=knobs_revision(user_config))


def knobs_revision(user_config: Mapping[str, object]) -> str:
    """Return 12 hexadecimal digits, the same for the same keys and values in any order."""
    return hashlib.sha256(json.dumps(user_config, sort_keys=True, default=str).encode()).hexdigest()[:12]


class StageMetrics:
    """The figures that stages read of themselves, by the names of `Reading.metric`."""

    def __init__(self) -> None:
        from ray.serve.metrics import Counter, Gauge  # noqa: PLC0415 - only a replica needs Ray

        def counter(name: str, text: str, *tags: str) -> None:
            self._counters[name] = Counter(f"pushgen_{name}", description=text, tag_keys=tags)  # type: ignore[arg-type]

        def gauge(name: str, text: str, *tags: str) -> Any:
            self._gauges[name] = Gauge(f"pushgen_{name}", description=text, tag_keys=tags)  # type: ignore[arg-type]
            return self._gauges[name]

        self._counters: dict[str, Any] = {}
        self._gauges: dict[str, Any] = {}
        self._totals: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
        gauge("queue_waiting", "Entries that wait in the stage's own queue.", "priority")
        gauge("queue_oldest_ms", "Age of the oldest of them, in milliseconds.", "priority")
        counter("batcher_batches_total", "Batches computed, and batches of them tried again one by one.", "outcome")
        counter("batcher_entries_total", "Entries of the batcher by fate; failed ones broke the model.", "fate")
        counter("batcher_tokens_total", "Tokens in batches: of entries, and of padding.", "kind")
        counter("caption_cache_total", "Lookups of captions: hit, joined, shared (second level), miss.", "outcome")
        gauge("caption_cache_entries", "Captions in memory.")
        gauge("engine_requests", "Sequences in the engine, running or waiting.", "state")
        gauge("engine_kv_cache_usage", "Share of the engine's KV cache in use, 0 to 1.")
        counter("engine_preemptions_total", "Sequences that lost their KV cache to others and began again.")
        gauge("replica_started_seconds", "Time at which the replica had loaded its stage, in Unix seconds.").set(
            time.time()
        )
        self._revision = Live(
            gauge(
                "live_revision", "1 with the model and prompt that are live; 0 with earlier ones.",
                "stage", "kind", "model", "model_revision", "prompt_revision",
            )
        )  # fmt: skip

    def publish(self, readings: Iterable[Reading], revision: StageRevision) -> None:
        for figure in readings:
            if figure.metric in self._gauges:
                self._gauges[figure.metric].set(figure.value, tags=dict(figure.tags))
            else:
                self._count(figure)
        self._revision.show(
            stage=revision.stage.name.lower(),
            kind=revision.kind,
            model=revision.model,
            model_revision=revision.model_revision,
            prompt_revision=revision.prompt_revision,
        )

    def _count(self, figure: Reading) -> None:
        key = (figure.metric, frozenset(figure.tags.items()))
        more = figure.value - self._totals.get(key, 0.0)
        if more > 0:
            self._counters[figure.metric].inc(more, tags=dict(figure.tags))
            self._totals[key] = figure.value
