"""The flow's counters and histograms through `ray.serve.metrics`."""

from __future__ import annotations

import collections
from collections.abc import Sequence

from deployments.errors import Overloaded, PushGenError
from deployments.types import Decision, Priority, Source, Stage, StageTiming
from serve_app.autoscaling.demand import Demand
from serve_app.stages import INGRESS, STAGES

_MS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000)
_BATCH = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_RECENT = 256
_DEPLOYMENTS = {row.stage: row.deployment for row in STAGES}


class ServeMetrics:
    """Names start with `pushgen_`; Ray's exporter puts `ray_` before them and adds deployment and replica."""

    def __init__(self) -> None:
        from ray.serve.metrics import Counter, Gauge, Histogram  # noqa: PLC0415 - only a replica needs Ray

        def counter(name: str, text: str, *tags: str) -> Counter:
            return Counter(f"pushgen_{name}", description=text, tag_keys=tags)  # type: ignore[arg-type]  # Ray means any length

        def histogram(name: str, text: str, buckets: Sequence[float], *tags: str) -> Histogram:
            return Histogram(f"pushgen_{name}", description=text, boundaries=list(buckets), tag_keys=tags)  # type: ignore[arg-type]

        self.demand = Demand()
        self._requests = counter("requests_total", "Requests by RPC and outcome.", "rpc", "outcome")
        self._request_ms = histogram(
            "request_ms",
            "Time of a request, from its first byte to its answer; those that the gate refused are not in it.",
            _MS,
            "rpc",
            "outcome",
        )
        self._shed = counter("shed_total", "Requests that the gate refused, by reason.", "rpc", "reason")
        self._stage_requests = counter("stage_requests_total", "Calls of a stage by outcome.", "stage", "outcome")
        self._retries = counter("stage_retries_total", "Calls tried again on another replica.", "stage")
        self._stopped = Gauge(
            "pushgen_stage_breaker_open",
            description="1 while calls of a stage fail at once, because it failed again and again.",
            tag_keys=("stage",),
        )
        self._wall_ms = histogram("stage_wall_ms", "Time a request spent in a stage.", _MS, "stage")
        self._queue_ms = histogram("stage_queue_ms", "Of that, waiting.", _MS, "stage")
        self._compute_ms = histogram("stage_compute_ms", "Of that, computing.", _MS, "stage")
        self._tokens = counter("stage_tokens_total", "Tokens: prompt, cached (of the prompt), output.", "stage", "kind")
        self._batch = histogram("stage_batch_size", "Entries in the batch the work ran in.", _BATCH, "stage")
        self._hits = counter("stage_cache_hits_total", "Answers from a stage's cache.", "stage")
        self._candidates = counter("candidates_total", "Candidates by category and fate.", "category", "fate")
        self._decisions = counter("decisions_total", "Decisions by their outcome.", "source", "reason", "tier")
        self._degradations = counter("degradations_total", "Degradations taken.", "degradation")
        self._early_stops = counter("early_stops_total", "Requests whose best candidate ended the writing early.")
        self._spared = counter("candidates_spared_total", "Candidates asked for and not written, by early stops.")
        self._in_flight = Gauge("pushgen_requests_in_flight", description="Requests this ingress has in the graph.")
        self._limit = Gauge("pushgen_work_limit", description="Work that may be in the graph, in candidates.")
        self._work = Gauge("pushgen_work_in_flight", description="Work that is in the graph, in candidates.")
        self._waiting = Gauge(
            "pushgen_requests_waiting", description="Requests that wait at the gate.", tag_keys=("priority",)
        )
        self._oldest_ms = Gauge(
            "pushgen_oldest_waiting_ms", description="Age of the oldest that waits at the gate.", tag_keys=("priority",)
        )
        self._findings = counter(
            "findings_total",
            "Findings of policy rules in copies, by where those come from.",
            "rule",
            "severity",
            "source",
        )
        self._win = histogram(
            "win_probability",
            "Best chance of a generated copy of a request to beat its incumbents.",
            _SHARES,
        )
        self._reward = Gauge(
            "pushgen_reward_level",
            description=f"Mean reward of the best copies of this replica's last {_RECENT} requests, in logits.",
        )
        self._rewards: collections.deque[float] = collections.deque(maxlen=_RECENT)
        self._waited_ms = histogram("waited_ms", "Time at the gate of what it let in.", _MS, "priority")
        self._fetch_ms = histogram("picture_fetch_ms", "Time to fetch an image by its URL, by outcome.", _MS, "outcome")

    def request(self, rpc: str, outcome: str, wall_ms: float) -> None:
        self._requests.inc(tags={"rpc": rpc, "outcome": outcome})
        self._request_ms.observe(wall_ms, tags={"rpc": rpc, "outcome": outcome})

    def shed(self, rpc: str, reason: str) -> None:
        self._requests.inc(tags={"rpc": rpc, "outcome": Overloaded.reason})
        self._shed.inc(tags={"rpc": rpc, "reason": reason})

    def asked(self, units: float) -> None:
        self.demand.asked(units)

    def whole(self, units: float, seconds: float, timings: Sequence[StageTiming]) -> None:
        spent = {_DEPLOYMENTS[t.stage]: t.compute_ms / 1000 for t in timings if t.stage in _DEPLOYMENTS}
        self.demand.answered(units, spent | {INGRESS: seconds})

    def decided(self, decision: Decision) -> None:
        tier = decision.tier.name if decision.tier else "NONE"
        self._decisions.inc(tags={"source": decision.source.name, "reason": decision.reason.name, "tier": tier})
        for degradation in decision.degradations:
            self._degradations.inc(tags={"degradation": degradation.name})
        chosen = decision.notification.candidate_id if decision.notification else ""
        fates = collections.Counter(
            (c.category or c.source.name, "chosen" if c.id == chosen else "rejected" if c.rejected else "outranked")
            for c in decision.candidates
        )
        for (category, fate), count in fates.items():
            self._candidates.inc(count, tags={"category": category, "fate": fate})
        findings = collections.Counter(
            (f.rule, f.severity.name, c.source.name) for c in decision.candidates for f in c.findings
        )
        for (rule, severity, source), count in findings.items():
            self._findings.inc(count, tags={"rule": rule, "severity": severity, "source": source})
        generated = [c for c in decision.candidates if c.source is Source.GENERATED and not c.rejected]
        wins = [c.win_probability for c in generated if c.win_probability is not None]
        if wins:
            self._win.observe(max(wins))
        best = next((c.reward.mean for c in generated if c.reward is not None), None)  # best first
        if best is not None:
            self._rewards.append(best)
            self._reward.set(sum(self._rewards) / len(self._rewards))

    def timed(self, timing: StageTiming) -> None:
        tags = {"stage": _label(timing.stage)}
        self._wall_ms.observe(timing.wall_ms, tags=tags)
        self._queue_ms.observe(timing.queue_ms, tags=tags)
        self._compute_ms.observe(timing.compute_ms, tags=tags)
        if timing.batch_size:
            self._batch.observe(timing.batch_size, tags=tags)
        if timing.cache_hits:
            self._hits.inc(timing.cache_hits, tags=tags)
        for kind, count in (
            ("prompt", timing.prompt_tokens),
            ("cached", timing.cached_tokens),
            ("output", timing.output_tokens),
        ):
            if count:
                self._tokens.inc(count, tags={**tags, "kind": kind})

    def stage_answered(self, stage: Stage) -> None:
        self._stage_requests.inc(tags={"stage": _label(stage), "outcome": "OK"})

    def stage_failed(self, stage: Stage, error: PushGenError) -> None:
        self._stage_requests.inc(tags={"stage": _label(stage), "outcome": error.reason})

    def retried(self, stage: Stage) -> None:
        self._retries.inc(tags={"stage": _label(stage)})

    def stage_stopped(self, stage: Stage, stopped: bool) -> None:
        self._stopped.set(stopped, tags={"stage": _label(stage)})

    def stopped_early(self, spared: int) -> None:
        self._early_stops.inc()
        self._spared.inc(spared)

    def in_flight(self, count: int) -> None:
        self._in_flight.set(count)

    def work(self, limit: float, in_flight: float) -> None:
        self._limit.set(limit)
        self._work.set(in_flight)

    def waiting(self, priority: Priority, count: int, oldest_ms: float) -> None:
        tags = {"priority": priority.name}
        self._waiting.set(count, tags=tags)
        self._oldest_ms.set(oldest_ms, tags=tags)

    def waited(self, priority: Priority, wait_ms: float) -> None:
        self._waited_ms.observe(wait_ms, tags={"priority": priority.name})

    def fetched(self, outcome: str, wall_ms: float) -> None:
        self._fetch_ms.observe(wall_ms, tags={"outcome": outcome})


def _label(stage: Stage) -> str:
    return stage.name.lower()
