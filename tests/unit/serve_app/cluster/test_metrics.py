"""The counters and histograms of the flow, as Serve is told them."""

from __future__ import annotations

from typing import Any

import pytest
from ray.serve import metrics as serve_metrics

from deployments.errors import Overloaded, StageFailed
from deployments.types import (
    Candidate,
    Caption,
    CaptionSource,
    Decision,
    Degradation,
    Notification,
    PolicyFinding,
    Reason,
    Reward,
    Source,
    Stage,
    StageTiming,
    Tier,
)
from serve_app.cluster.metrics import ServeMetrics

Seen = list[tuple[str, float, dict[str, str]]]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Every value with the name and tags of its metric. A tag that was not declared is an error, as it is in Ray."""
    values: Seen = []

    class Metric:
        def __init__(
            self, name: str, description: str = "", tag_keys: Any = (), boundaries: list[float] | None = None
        ) -> None:
            assert name.startswith("pushgen_")
            assert description
            assert boundaries is None or boundaries == sorted(set(boundaries))
            self.name, self.tag_keys = name, set(tag_keys)

        def _record(self, value: float = 1.0, tags: dict[str, str] | None = None) -> None:
            assert set(tags or {}) == self.tag_keys, self.name
            assert all(isinstance(tag, str) for tag in (tags or {}).values())
            values.append((self.name.removeprefix("pushgen_"), value, tags or {}))

        inc = observe = set = _record

    for kind in ("Counter", "Gauge", "Histogram"):
        monkeypatch.setattr(serve_metrics, kind, Metric)
    return values


def candidate(number: int, **fields: Any) -> Candidate:
    return Candidate.model_validate({"id": f"c{number}", "source": Source.GENERATED, "category": "STORY"} | fields)


def of(seen: Seen, name: str) -> list[tuple[float, dict[str, str]]]:
    return [(value, tags) for metric, value, tags in seen if metric == name]


def test_a_decision_counts_its_source_reason_degradations_and_the_fate_of_each_candidate(seen: Seen) -> None:
    decision = Decision(
        request_id="r",
        source=Source.GENERATED,
        reason=Reason.BEAT_INCUMBENT,
        notification=Notification(candidate_id="c1"),
        caption=Caption(source=CaptionSource.GIVEN),
        candidates=(
            candidate(1),
            candidate(2, rejected=True),
            candidate(3, source=Source.INCUMBENT, category=""),
        ),
        degradations=(Degradation.UNSCORED, Degradation.FEWER_CANDIDATES),
        timings=(StageTiming(stage=Stage.SCORE, wall_ms=3),),
    )
    ServeMetrics().decided(decision)
    assert of(seen, "decisions_total") == [(1, {"source": "GENERATED", "reason": "BEAT_INCUMBENT", "tier": "NONE"})]
    assert [tags["degradation"] for _, tags in of(seen, "degradations_total")] == ["UNSCORED", "FEWER_CANDIDATES"]
    assert [tags for _, tags in of(seen, "candidates_total")] == [
        {"category": "STORY", "fate": "chosen"},
        {"category": "STORY", "fate": "rejected"},
        {"category": "INCUMBENT", "fate": "outranked"},
    ]
    assert not of(seen, "stage_wall_ms"), "the journal counts the stages of every request"


def test_when_nothing_is_sent_nothing_is_chosen(seen: Seen) -> None:
    decision = Decision(
        request_id="r", source=Source.NONE, reason=Reason.ALL_REJECTED,
        caption=Caption(source=CaptionSource.GIVEN), candidates=(candidate(1, id=""),),
    )  # fmt: skip
    ServeMetrics().decided(decision.model_copy(update={"candidates": (candidate(1), candidate(2, rejected=True))}))
    assert [tags["fate"] for _, tags in of(seen, "candidates_total")] == ["outranked", "rejected"]


def test_a_timing_is_time_tokens_batch_and_hits_of_its_stage(seen: Seen) -> None:
    ServeMetrics().timed(
        StageTiming(
            stage=Stage.GENERATE, wall_ms=9, queue_ms=2, compute_ms=5, batch_size=4, cache_hits=1,
            prompt_tokens=80, cached_tokens=60, output_tokens=12,
        )
    )  # fmt: skip
    stage = {"stage": "generate"}
    assert seen == [
        ("stage_wall_ms", 9, stage),
        ("stage_queue_ms", 2, stage),
        ("stage_compute_ms", 5, stage),
        ("stage_batch_size", 4, stage),
        ("stage_cache_hits_total", 1, stage),
        ("stage_tokens_total", 80, stage | {"kind": "prompt"}),
        ("stage_tokens_total", 60, stage | {"kind": "cached"}),
        ("stage_tokens_total", 12, stage | {"kind": "output"}),
    ]


def test_a_stage_without_batches_and_tokens_counts_none(seen: Seen) -> None:
    ServeMetrics().timed(StageTiming(stage=Stage.SELECT, wall_ms=1))
    assert {name for name, _, _ in seen} == {"stage_wall_ms", "stage_queue_ms", "stage_compute_ms"}


def test_requests_and_calls_of_stages_are_counted_by_outcome(seen: Seen) -> None:
    metrics = ServeMetrics()
    metrics.request("CaptionItem", "OK", 12.5)
    metrics.stage_answered(Stage.CAPTION)
    metrics.stage_failed(Stage.SCORE, Overloaded("full"))
    metrics.stage_failed(Stage.ROUTE, StageFailed("broke"))
    metrics.retried(Stage.ROUTE)
    metrics.stage_stopped(Stage.ROUTE, True)
    assert seen == [
        ("requests_total", 1, {"rpc": "CaptionItem", "outcome": "OK"}),
        ("request_ms", 12.5, {"rpc": "CaptionItem", "outcome": "OK"}),
        ("stage_requests_total", 1, {"stage": "caption", "outcome": "OK"}),
        ("stage_requests_total", 1, {"stage": "score", "outcome": "OVERLOADED"}),
        ("stage_requests_total", 1, {"stage": "route", "outcome": "STAGE_FAILED"}),
        ("stage_retries_total", 1, {"stage": "route"}),
        ("stage_breaker_open", 1, {"stage": "route"}),
    ]


def test_an_early_stop_counts_what_it_spared(seen: Seen) -> None:
    metrics = ServeMetrics()
    metrics.stopped_early(5)
    metrics.in_flight(3)
    assert seen == [("early_stops_total", 1, {}), ("candidates_spared_total", 5, {}), ("requests_in_flight", 3, {})]


def test_findings_are_counted_by_code_and_the_best_copy_by_its_chance_and_reward(seen: Seen) -> None:
    word = PolicyFinding(rule="terms.banned")
    candidates = (
        candidate(1, reward=Reward(mean=0.5, spread=0.1), win_probability=0.7),
        candidate(2, reward=Reward(mean=0.2, spread=0.1), win_probability=0.6),
        candidate(3, findings=(word, word), rejected=True),
        candidate(4, findings=(word,), rejected=True, win_probability=0.99),
        candidate(5, source=Source.INCUMBENT, reward=Reward(mean=9, spread=0)),
    )
    decision = Decision(
        request_id="r", source=Source.GENERATED, reason=Reason.BEAT_INCUMBENT, tier=Tier.HOLD,
        caption=Caption(source=CaptionSource.GIVEN), candidates=candidates,
    )  # fmt: skip
    metrics = ServeMetrics()
    metrics.decided(decision)
    assert of(seen, "findings_total") == [(3, {"rule": "terms.banned", "severity": "BLOCK", "source": "GENERATED"})]
    assert of(seen, "decisions_total") == [(1, {"source": "GENERATED", "reason": "BEAT_INCUMBENT", "tier": "HOLD"})]
    assert of(seen, "win_probability") == [(0.7, {})]
    worse = (candidate(1, reward=Reward(mean=-0.5, spread=0.1)),)
    metrics.decided(decision.model_copy(update={"candidates": worse}))
    assert [value for value, _ in of(seen, "reward_level")] == [0.5, 0.0]


@pytest.mark.usefixtures("seen")
def test_demand_is_told_by_deployment() -> None:
    """Seconds of service alone: what a call waits, more replicas would spare."""
    metrics = ServeMetrics()
    metrics.asked(8.0)
    generated = StageTiming(stage=Stage.GENERATE, wall_ms=900, queue_ms=600, compute_ms=250)
    metrics.whole(8.0, 1.5, [generated, StageTiming(stage=Stage.CHECK, wall_ms=3, compute_ms=3)])
    assert metrics.demand.totals() == {
        "requests": 1, "units": 8.0, "done": 8.0, "busy_s.Generator": 0.25, "busy_s.Ingress": 1.5,
    }  # fmt: skip
