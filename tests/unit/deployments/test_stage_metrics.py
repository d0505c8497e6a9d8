"""Figures of a stage as Serve's metrics: gauges as they are, counters by what has come since the last look."""

from __future__ import annotations

import pytest
from ray.serve import metrics as serve_metrics

from deployments.readings import reading
from deployments.stage_metrics import KnobMetrics, StageMetrics
from deployments.types import Stage, StageRevision

Seen = list[tuple[str, float, dict[str, str]]]
REVISION = StageRevision(stage=Stage.ROUTE, kind="toy", model="m", model_revision="1")


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    values: Seen = []

    class Metric:
        def __init__(self, name: str, description: str, tag_keys: tuple[str, ...] = ()) -> None:
            assert description
            self.name, self.tag_keys = name.removeprefix("pushgen_"), set(tag_keys)

        def _record(self, value: float = 1.0, tags: dict[str, str] | None = None) -> None:
            own = dict(tags or {})
            assert own.pop("deployment") == "Toy", "a stage in the ingress replica has figures of its own"
            assert set(own) == self.tag_keys, self.name
            values.append((self.name, value, own))

        inc = set = _record

    monkeypatch.setattr(serve_metrics, "Counter", Metric)
    monkeypatch.setattr(serve_metrics, "Gauge", Metric)
    return values


def of(seen: Seen, name: str) -> list[tuple[float, dict[str, str]]]:
    return [(value, tags) for metric, value, tags in seen if metric == name]


def test_a_gauge_is_what_it_is_and_a_counter_what_has_come_since(seen: Seen) -> None:
    metrics = StageMetrics("Toy")
    for queued, hits in ((3, 10), (0, 10), (5, 12)):
        figures = [
            reading("queue_waiting", queued, priority="REALTIME"),
            reading("caption_cache_total", hits, outcome="hit"),
            reading("caption_cache_total", 1, outcome="miss"),
        ]
        metrics.publish(figures, REVISION)
    assert [value for value, _ in of(seen, "queue_waiting")] == [3, 0, 5]
    hit, miss = {"outcome": "hit"}, {"outcome": "miss"}
    assert of(seen, "caption_cache_total") == [(10, hit), (1, miss), (2, hit)]


def test_what_is_live_is_set_again_at_every_look(seen: Seen) -> None:
    """Ray forgets a gauge that is set once."""
    metrics = StageMetrics("Toy")
    metrics.publish((), REVISION)
    metrics.publish((), REVISION.model_copy(update={"model_revision": "2"}))
    assert [(value, tags["model_revision"]) for value, tags in of(seen, "live_revision")] == [(1, "1"), (1, "2")]
    first, second = (value for value, _ in of(seen, "replica_started_seconds"))
    assert first == second > 1.7e9


def test_live_knobs_have_a_revision_of_their_keys_and_values(seen: Seen) -> None:
    knobs = KnobMetrics("Toy")
    knobs.publish()
    assert seen == [], "none were taken yet"
    for taken in ({"a": 1, "b": {"c": 2}}, {"b": {"c": 2}, "a": 1}, {"a": 2}):
        knobs.took(taken)
    knobs.publish()
    first, same, other, again = (tags["revision"] for _, tags in of(seen, "live_knobs"))
    assert first == same != other == again
    assert len(first) == 12


def test_refused_knobs_are_shown_until_the_next_good_ones(seen: Seen) -> None:
    knobs = KnobMetrics("Toy")
    knobs.took({"a": 1})
    knobs.refused()
    knobs.publish()
    knobs.took({"a": 2})
    assert [value for value, _ in of(seen, "knobs_refused")] == [0, 1, 1, 0]
    assert of(seen, "live_knobs")[2][1] == of(seen, "live_knobs")[0][1], "the old ones are live"
