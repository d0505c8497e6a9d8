"""The metrics of a stage's replica through `ray.serve.metrics`.

They are set when Serve asks for the replica's health, every few seconds: work in the stage updates plain numbers, and
no request pays for a metric. Ray forgets a gauge that is not set again within two of its export intervals, 20 s.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

from deployments.readings import Reading, reading
from deployments.types import StageRevision

# Serve's own tag. It is set here because a stage may run in the ingress replica: its figures are its own there too.
_DEPLOYMENT = "deployment"


class KnobMetrics:
    """The `user_config` of a deployment: which one is live, and whether a later one was refused."""

    def __init__(self, deployment: str) -> None:
        from ray.serve.metrics import Gauge  # noqa: PLC0415 - only a replica needs Ray

        self._live = Gauge(
            "pushgen_live_knobs",
            description="1, with the revision of the user_config that is live: a hash of it.",
            tag_keys=("revision",),  # type: ignore[arg-type]  # Ray means any length
        )
        self._refused = Gauge("pushgen_knobs_refused", description="1 while the last user_config was refused.")
        self._of = {_DEPLOYMENT: deployment}
        self._revision = ""
        self._is_refused = False

    def took(self, user_config: Mapping[str, object]) -> None:
        self._revision, self._is_refused = knobs_revision(user_config), False
        self.publish()

    def refused(self) -> None:
        self._is_refused = True
        self.publish()

    def publish(self) -> None:
        if self._revision:
            self._live.set(1, tags=self._of | {"revision": self._revision})
            self._refused.set(int(self._is_refused), tags=dict(self._of))


def knobs_revision(user_config: Mapping[str, object]) -> str:
    """Return 12 hexadecimal digits, the same for the same keys and values in any order."""
    return hashlib.sha256(json.dumps(user_config, sort_keys=True, default=str).encode()).hexdigest()[:12]


class StageMetrics:
    """The figures that stages read of themselves, by the names of `Reading.metric`."""

    def __init__(self, deployment: str) -> None:
        from ray.serve.metrics import Counter, Gauge  # noqa: PLC0415 - only a replica needs Ray

        def counter(name: str, text: str, *tags: str) -> None:
            self._counters[name] = Counter(f"pushgen_{name}", description=text, tag_keys=tags)  # type: ignore[arg-type]

        def gauge(name: str, text: str, *tags: str) -> None:
            self._gauges[name] = Gauge(f"pushgen_{name}", description=text, tag_keys=tags)  # type: ignore[arg-type]

        self._counters: dict[str, Any] = {}
        self._gauges: dict[str, Any] = {}
        self._totals: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
        gauge("queue_waiting", "Entries that wait in the stage's own queue.", "priority")
        gauge("queue_tokens", "Tokens of those entries, and of the padding that batches had.")
        gauge("queue_oldest_ms", "Age of the oldest of them, in milliseconds.", "priority")
        counter("batcher_batches_total", "Batches computed, and batches of them tried again one by one.", "outcome")
        counter("batcher_entries_total", "Entries of the batcher by fate; failed ones broke the model.", "fate")
        counter("batcher_tokens_total", "Tokens in batches: of entries, and of padding.", "kind")
        counter("caption_cache_total", "Lookups of captions: hit, joined, shared (second level), miss.", "outcome")
        gauge("caption_cache_entries", "Captions in memory.")
        gauge("captions_in_work", "Captions that are being written, each once for all who wait for it.")
        gauge("engine_requests", "Sequences in the engine, running or waiting.", "state")
        gauge("engine_kv_cache_usage", "Share of the engine's KV cache in use, 0 to 1.")
        counter("engine_preemptions_total", "Sequences that lost their KV cache to others and began again.")
        gauge("replica_started_seconds", "Time at which the replica had loaded its stage, in Unix seconds.")
        gauge(
            "live_revision", "1, with the model and the prompt that are live.",
            "stage", "kind", "model", "model_revision", "prompt_revision",
        )  # fmt: skip
        self._of = {_DEPLOYMENT: deployment}
        self._started_s = time.time()

    def publish(self, readings: Iterable[Reading], revision: StageRevision) -> None:
        for figure in (*readings, reading("replica_started_seconds", self._started_s), _live(revision)):
            if figure.metric in self._gauges:
                self._gauges[figure.metric].set(figure.value, tags={**self._of, **figure.tags})
            else:
                self._count(figure)

    def _count(self, figure: Reading) -> None:
        key = (figure.metric, frozenset(figure.tags.items()))
        more = figure.value - self._totals.get(key, 0.0)
        if more > 0:
            self._counters[figure.metric].inc(more, tags={**self._of, **figure.tags})
            self._totals[key] = figure.value


def _live(revision: StageRevision) -> Reading:
    return reading(
        "live_revision",
        1,
        stage=revision.stage.name.lower(),
        kind=revision.kind,
        model=revision.model,
        model_revision=revision.model_revision,
        prompt_revision=revision.prompt_revision,
    )
