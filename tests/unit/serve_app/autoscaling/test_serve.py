"""The policies with contexts of Serve's own class, through Serve's own wrapper, and as the controller gets them."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ray import cloudpickle
from ray.serve._private.common import DeploymentID, TimeStampedValue
from ray.serve.autoscaling_policy import _apply_app_level_autoscaling_config, _apply_autoscaling_config
from ray.serve.config import AutoscalingContext

from deployments.settings import Scaling
from serve_app.autoscaling import serve
from serve_app.autoscaling.config import autoscaling_config
from serve_app.autoscaling.serve import GraphPolicy, StagePolicy, Totals
from serve_app.autoscaling.settings import AnyAutoscalingSettings, GraphAutoscaling, StageAutoscaling

SCALING = Scaling(
    max_replicas=20, target_ongoing_requests=10, max_ongoing_requests=20, upscale_delay_s=3, downscale_delay_s=30,
    targets={"queue_waiting": 100.0},
)  # fmt: skip
GRAPH = GraphAutoscaling(floor_s=60)


def context(
    name: str,
    now_s: float,
    *,
    replicas: int = 1,
    running: int | None = None,
    calls: float = 0.0,
    reports: dict[str, dict[str, float]] | None = None,
    autoscaling: AnyAutoscalingSettings = GRAPH,
) -> AutoscalingContext:
    """reports: by metric and replica, the last value."""
    series: Any = {
        metric: {replica: [TimeStampedValue(now_s, value)] for replica, value in by_replica.items()}
        for metric, by_replica in (reports or {}).items()
    }
    return AutoscalingContext(
        deployment_id=DeploymentID(name, "app"), deployment_name=name, app_name="app",
        current_num_replicas=replicas if running is None else running, target_num_replicas=replicas,
        running_replicas=[], total_num_requests=calls, total_queued_requests=0, aggregated_metrics={},
        raw_metrics=series, capacity_adjusted_min_replicas=0, capacity_adjusted_max_replicas=20, policy_state={},
        last_scale_up_time=None, last_scale_down_time=None, current_time=now_s,
        config=autoscaling_config(SCALING, autoscaling),
    )  # fmt: skip


def stage_policy(autoscaling: AnyAutoscalingSettings = StageAutoscaling()) -> Any:  # noqa: B008 - frozen
    """As Serve builds and wraps it."""
    kwargs = autoscaling_config(SCALING, autoscaling).policy.policy_kwargs
    return _apply_autoscaling_config(StagePolicy(**kwargs))


def asked(requests: float, done: float = 0.0, generator_s: float = 0.0) -> dict[str, dict[str, float]]:
    """Reports of one ingress replica."""
    totals = {"requests": requests, "units": requests, "done": done, "busy_s.Generator": generator_s}
    return {name: {"one": value} for name, value in totals.items()}


# --- a deployment by itself, the fallback -----------------------------------------------------------------------------


def test_a_stage_grows_by_its_calls_after_the_delay_and_not_twice_the_delay() -> None:
    policy = stage_policy()
    sizes = [policy(context("Generator", float(now_s), calls=45))[0] for now_s in range(5)]
    assert sizes == [1, 1, 1, 5, 5]


def test_a_stage_grows_by_its_signal() -> None:
    """Of all its replicas together."""
    policy = stage_policy()
    reports = {"queue_waiting": {"one": 250.0, "two": 60.0}, "running_requests": {"one": 9999.0}}
    sizes = [policy(context("RewardScorer", float(now_s), replicas=2, reports=reports))[0] for now_s in range(4)]
    assert sizes[-1] == 4


def test_the_policy_looks_once_a_second() -> None:
    policy = StagePolicy(**autoscaling_config(SCALING, StageAutoscaling()).policy.policy_kwargs)
    seen: list[float] = []
    for tenth in range(21):
        each = context("Generator", tenth / 10)
        each._total_num_requests_value = lambda: seen.append(1) or 0.0  # type: ignore[func-returns-value]
        policy(each)
    assert len(seen) == 3


def test_a_stage_that_rests_wakes_with_its_first_call() -> None:
    policy = stage_policy()
    policy(context("Generator", 0.0, replicas=0))
    assert policy(context("Generator", 0.1, replicas=0, calls=1))[0] == 1, "Serve's own fast path"
    assert policy(context("Generator", 1.1, replicas=1, running=0, calls=1))[0] == 1


def test_the_graphs_settings_without_its_hook_size_each_stage_and_say_so(caplog: pytest.LogCaptureFixture) -> None:
    policy = stage_policy(GRAPH)
    with caplog.at_level(logging.WARNING, "ray.serve"):
        sizes = [policy(context("Generator", float(now_s), calls=45))[0] for now_s in range(5)]
    assert sizes[-1] == 5
    assert [r.message for r in caplog.records] == [
        "Generator is sized by itself: the application has no autoscaling_policy"
    ]


def test_a_target_for_a_signal_that_nobody_reports_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    policy = stage_policy()
    with caplog.at_level(logging.WARNING, "ray.serve"):
        for now_s in range(200):
            policy(context("Generator", float(now_s), running=0 if now_s < 50 else 1))
            if now_s == 105:
                assert not caplog.records, "a replica that has just started has not reported yet"
    assert [r.message for r in caplog.records] == ["Generator reports no queue_waiting: its targets do nothing"]


# --- the application --------------------------------------------------------------------------------------------------


def graph(calls: list[dict[str, AutoscalingContext]], policy: GraphPolicy | None = None) -> dict[str, int]:
    """The last decisions, through Serve's wrapper."""
    app_policy: Any = policy or GraphPolicy()
    wrapped = _apply_app_level_autoscaling_config(app_policy)
    sizes: dict[Any, int] = {}
    for contexts in calls:
        sizes, _ = wrapped({c.deployment_id: c for c in contexts.values()})
    return {key.name: size for key, size in sizes.items()}


def under_load(rate: float, seconds: int, **fields: Any) -> list[dict[str, AutoscalingContext]]:
    """One call a second; a request takes 2 s of the generator."""
    return [
        {
            "Ingress": context("Ingress", 1000.0 + n, reports=asked(rate * n, rate * n, 2 * rate * n)),
            "Generator": context("Generator", 1000.0 + n, **fields),
        }
        for n in range(seconds)
    ]


def test_a_stage_grows_before_it_has_seen_a_call() -> None:
    assert graph(under_load(50, 3)) == {"Ingress": 1, "Generator": 9}


def test_serves_delays_add_nothing() -> None:
    """A need of the forecast acts in the call that sees it."""
    calm, burst = under_load(0.001, 10), under_load(50, 3)
    for n, contexts in enumerate(burst):
        for each in contexts.values():
            each.current_time = 1010.0 + n
            reports: Any = each.raw_metrics
            for series in reports.values():
                series["one"][-1].timestamp = 1010.0 + n
    assert graph(calm + burst)["Generator"] > 5


def test_a_deployment_with_serves_own_policy_is_left_alone() -> None:
    calls = under_load(50, 3)
    for contexts in calls:
        contexts["Other"] = context("Other", 1000.0)
        contexts["Other"].config = autoscaling_config(Scaling(), GRAPH)
    assert graph(calls) == {"Ingress": 1, "Generator": 9}


def test_stages_with_the_graphs_hook_do_not_forecast() -> None:
    calls = under_load(50, 3)
    for contexts in calls:
        for each in contexts.values():
            each.config = autoscaling_config(
                SCALING, StageAutoscaling(), counts_demand=each.deployment_name == "Ingress"
            )
    assert graph(calls) == {"Ingress": 1, "Generator": 1}


def test_a_policy_that_sizes_nothing_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    policy, alone = GraphPolicy(), context("Generator", 1000.0)
    alone.config = autoscaling_config(Scaling(), GRAPH)
    with caplog.at_level("WARNING", logger="ray.serve"):
        assert policy({alone.deployment_id: alone}) == policy({alone.deployment_id: alone}) == ({}, {})
    assert [record.message.startswith("autoscaling_policy sizes nothing") for record in caplog.records] == [True]


def test_new_settings_take_effect() -> None:
    policy = GraphPolicy()
    calls = under_load(50, 6)
    assert graph(calls[:3], policy)["Generator"] == 9
    for contexts in calls[3:]:
        for each in contexts.values():
            each.config = autoscaling_config(SCALING.model_copy(update={"target_ongoing_requests": 20.0}), GRAPH)
    assert graph(calls[3:], policy)["Generator"] == 5


def test_estimated_and_observed_are_published(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = GraphPolicy()
    published: dict[tuple[str, ...], float] = {}
    for name in ("_replicas", "_rate", "_cost"):
        gauge = getattr(policy, name)
        monkeypatch.setattr(
            gauge, "set", lambda v, tags, name=name: published.update({(name, *sorted(tags.values())): v})
        )
    graph(under_load(50, 3, calls=20, running=1), policy)
    assert published["_replicas", "Generator", "observed"] == 2
    assert published["_replicas", "Generator", "forecast"] == pytest.approx(9)
    assert published["_replicas", "Generator", "decided"] == 9
    assert published["_replicas", "Generator", "running"] == 1
    assert published["_rate", "burst"] == pytest.approx(45)
    assert published["_cost", "Generator"] == 2


def test_a_deployment_that_is_gone_shows_no_replicas(monkeypatch: pytest.MonkeyPatch) -> None:
    policy, published = GraphPolicy(), {}
    monkeypatch.setattr(
        policy._replicas, "set", lambda v, tags: published.update({(tags["deployment"], tags["kind"]): v})
    )
    calls = under_load(50, 6)
    graph(calls[:3], policy)
    assert published["Generator", "decided"] == 9
    graph([{"Ingress": contexts["Ingress"]} for contexts in calls[3:]], policy)
    assert {published["Generator", kind] for kind in ("forecast", "observed", "decided", "running")} == {0}
    assert published["Ingress", "decided"] == 1


def test_the_graph_is_looked_at_four_times_a_second() -> None:
    """A burst that is reported just after a look waits for a quarter of a second."""
    policy, calls = GraphPolicy(), under_load(50, 3)
    assert graph([*calls[:1], calls[2]], policy)["Generator"] == 9
    looked = GraphPolicy()
    graph(calls[:2], looked)
    for each in calls[2].values():
        each.current_time = 1001.0 + 0.25
    assert graph([calls[2]], looked)["Generator"] == 9


# --- the ingress's counts ---------------------------------------------------------------------------------------------


def reported(**values: float) -> dict[str, Any]:
    return {"requests": {name: [TimeStampedValue(10.0, value)] for name, value in values.items()}}


def test_ingress_replicas_come_and_go() -> None:
    """What a replica had counted before it was first seen is no burst: a controller may have restarted."""
    totals = Totals()
    for one in (reported(a=1000.0), reported(a=1010.0, b=500.0), reported(a=1020.0, b=503.0), reported(b=505.0)):
        totals.add(one)
    assert totals.traffic(99.0).requests == 10 + 10 + 3 + 2
    assert totals.traffic(99.0).at_s == 10.0


def test_replicas_that_are_gone_are_forgotten() -> None:
    totals = Totals()
    for n in range(100):
        totals.add(reported(**{f"replica-{n}": 1000.0}))
    assert len(totals._last) == len(reported(one=1.0))


def test_a_replica_that_joins_does_not_turn_back_time() -> None:
    totals = Totals()
    totals.add({"requests": {"a": [TimeStampedValue(20.0, 5.0)]}})
    totals.add({"requests": {"a": [TimeStampedValue(20.0, 5.0)], "b": [TimeStampedValue(18.0, 1.0)]}})
    assert totals.traffic(99.0).at_s == 20.0


def test_a_signal_of_the_ingress_is_no_total() -> None:
    totals = Totals()
    totals.add({**reported(a=5.0), "queue_waiting": {"a": [TimeStampedValue(10.0, 3.0)]}})
    assert {name for name, _ in totals._last} == {"requests"}


def test_stages_count_no_demand() -> None:
    totals = Totals()
    totals.add({"queue_waiting": {"one": [TimeStampedValue(10.0, 3.0)]}})
    assert totals.traffic(99.0).at_s == 99.0


@pytest.mark.parametrize("name", ["StagePolicy", "GraphPolicy"])
def test_the_controller_needs_nothing_of_this_project(name: str, tmp_path: Path) -> None:
    """Pickled as Serve does it, and read where nothing of ours can be imported."""
    pickle: Any = cloudpickle
    pickle.register_pickle_by_value(serve)
    try:
        (tmp_path / "policy").write_bytes(pickle.dumps(getattr(serve, name)))
    finally:
        pickle.unregister_pickle_by_value(serve)
    made = {"StagePolicy": "(targets={'ongoing': 2.0})", "GraphPolicy": "()"}[name]
    code = (
        "import sys; from pathlib import Path; from ray import cloudpickle; sys.modules['serve_app'] = None; "
        f"cloudpickle.loads(Path('policy').read_bytes()){made}; "
        "print([m for m in sys.modules if m.split('.')[0] in ('deployments', 'torch', 'vllm')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr
