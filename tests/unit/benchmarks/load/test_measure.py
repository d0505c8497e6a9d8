"""The commands' own arithmetic, on numbers written down by hand, and their edits of a config."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from benchmarks.lib import load_report
from benchmarks.lib.load_stats import Point
from benchmarks.lib.local_app import STAGES, Failed, fakes
from benchmarks.load import measure as load
from benchmarks.locust import swarm as locust_run
from benchmarks.scale import measure as scale
from benchmarks.tax import measure as tax
from deployments.errors import Misconfigured

PLAN = tax.Plan(rounds=2, latency_s=1.0, rate_s=1.0, concurrency=4)


def config(root: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((root / "configs" / name).read_text())
    return found


def tax_rows(protocol: str, factor: float) -> list[dict[str, Any]]:
    """Two rounds; the second is twice as slow for all, as on a busy machine."""
    base = {"graph": 20.0, "echo": 10.0, "one_candidate": 15.0}
    return [
        {
            "round": number, "application": name, "protocol": protocol,
            "p50_ms": ms * factor * (1 + number), "p99_ms": 2 * ms, "rps": 1000 / ms / (1 + number),
        }
        for number in range(2)
        for name, ms in base.items()
    ]  # fmt: skip


def test_the_tax_is_the_median_ratio_within_a_round_and_grpc_is_on_top(tmp_path: Path) -> None:
    rows = [*tax_rows("grpc", 1.0), *tax_rows("http", 3.0)]
    found = tax.result(rows, PLAN)
    assert (found["p50_ratio"], found["rps_ratio"]) == (2.0, 0.5)
    assert (found["p50_ms"], found["rps"]) == (30.0, 37.5)
    assert found["http"]["p50_ms"] == 90.0
    assert found["http"]["echo"] == {"p50_ms": 45.0, "p99_ms": 20.0, "rps": 75.0}
    assert found["grpc"]["one_candidate"]["p50_ratio"] == 1.5
    assert found["grpc"]["p50_ratio_range"] == [2.0, 2.0]
    load_report.tax_plot(found, rows, tmp_path / "tax.png")
    assert (tmp_path / "tax.png").stat().st_size > 5000


def test_one_candidate_asks_for_one_and_the_graph_for_what_the_config_says() -> None:
    (graph,), (one,) = tax.requests_of("graph"), tax.requests_of("one_candidate")
    assert (graph.options.max_categories, graph.options.candidates_per_category) == (None, None)
    assert (one.options.max_categories, one.options.candidates_per_category) == (1, 1)
    assert graph.item == one.item


def test_fakes_get_their_latency_and_other_stages_are_refused(root: Path) -> None:
    changed = config(root, "fake.yaml")
    changed["applications"][0]["deployments"].append({"name": "Ingress", "user_config": {"defaults": {}}})
    fakes({"Captioner": 3.0, "Generator": 4.0})(changed)
    knobs = {d["name"]: d["user_config"] for d in changed["applications"][0]["deployments"]}
    assert knobs.pop("Ingress") == {"defaults": {}}
    found = {name: knob["latency_ms"] for name, knob in knobs.items()}
    assert found == {"Captioner": 3.0, "CategoryRouter": 5, "Generator": 4.0, "RewardScorer": 10}
    with pytest.raises(Misconfigured, match="captioner, router, generator, reward"):
        fakes({"Captioner": 3.0})(config(root, "demo.yaml"))


def test_scaling_sets_the_replicas_of_every_stage_and_leaves_the_ingress(root: Path) -> None:
    from serve_app.settings import AppSettings

    changed = config(root, "fake.yaml")
    before = AppSettings.model_validate(changed["applications"][0]["args"])
    scale.scaled(scale.waits(200), 4, 2)(changed)
    after = AppSettings.model_validate(changed["applications"][0]["args"])
    for stage in ("captioner", "router", "generator", "reward"):
        one = getattr(after.scaling, stage)
        assert (one.min_replicas, one.max_replicas, one.max_ongoing_requests) == (4, 4, 2)
    assert after.scaling.ingress == before.scaling.ingress
    cpus = sum(getattr(after.scaling, s).num_cpus * 4 for s in ("captioner", "router", "generator", "reward"))
    assert cpus + after.scaling.ingress.num_cpus < 2, "four replicas of all no longer fit two cores"


def test_the_generator_is_the_slowest_stage_whatever_it_waits() -> None:
    latency = scale.waits(100)
    assert set(latency) == set(STAGES)
    assert all(scale.CATEGORIES * latency["Generator"] > ms for name, ms in latency.items() if name != "Generator")


def test_efficiency_is_the_median_rate_over_as_many_times_one_replica(tmp_path: Path) -> None:
    rates = {1: (4.0, 4.0, 1.0), 2: (7.8, 7.9, 8.0), 4: (14.0, 15.0, 14.4)}
    rows = [
        {"replicas": n, "items_per_s": r, "machine_busy": 0.2 * n, "app_cpus": 0.4 * n, "degraded": 0}
        for n, some in rates.items()
        for r in some
    ]
    found = scale.result(rows, scale.waits(250), ongoing=2)
    assert found["efficiency_4x"] == pytest.approx(14.4 / 16)
    assert found["ideal_items_per_s_per_replica"] == 4.0
    assert found["points"][1] == {
        "replicas": 2, "items_per_s": 7.9, "range": [7.8, 8.0], "efficiency": 0.988, "of_ideal": 0.988,
        "machine_busy": 0.4, "cpu_ms_per_item": pytest.approx(101.3), "degraded": 0,
    }  # fmt: skip
    load_report.scale_plot(found, tmp_path / "scale.png")
    assert (tmp_path / "scale.png").stat().st_size > 5000


def load_point(rate: float, good: float, **row: Any) -> Point:
    shown = {
        "offered_rps": rate, "due_rps": rate, "ok_rps": rate, "goodput_rps": rate * good, "requests": 50, "shed": 3,
        "p50_ms": 100.0, "p90_ms": 200.0, "p99_ms": 300.0 + rate,
        "stages": {"caption": {"wall_p50_ms": 9.0, "queue_ms": 1.0, "compute_ms": 5.0}},
    }  # fmt: skip
    return Point(rate, good, "", shown | row)


def test_a_load_result_has_the_knee_with_medians_of_its_repeats(tmp_path: Path) -> None:
    plan = load.Plan("grpc", "poisson", False, (), 4.0, 500.0, None, 9.0, 3, 200.0, 0)
    points = [load_point(20, 0.3), load_point(10, 1.0)]
    at_knee = [load_point(10, good) for good in (0.9, 1.0, 0.99)]
    at_70pct = [load_point(7, 1.0, p99_ms=ms) for ms in (250.0, 150.0, 350.0)]
    found = load.result(plan, 400.0, {"p50_ms": 133.3}, points, at_knee, at_70pct)
    assert (found["knee_rps"], found["goodput_at_knee"], found["p99_ms_at_70pct"]) == (10, 9.9, 250.0)
    assert found["p99_ms_at_70pct_range"] == [150.0, 350.0]
    assert found["enclosed"]
    assert [row["offered_rps"] for row in found["curve"]] == [10, 20]
    load_report.load_plot(found, tmp_path / "load.png")
    assert (tmp_path / "load.png").stat().st_size > 5000


@pytest.mark.parametrize(("rate", "wanted"), [(100.0, 9.0), (4.0, 10.0), (1.0, 40.0), (0.1, 72.0)])
def test_a_low_rate_is_offered_for_longer(rate: float, wanted: float) -> None:
    assert load.step_length_s(rate, 9.0) == wanted


def test_without_a_sustained_rate_there_is_no_knee_and_no_number_for_it(tmp_path: Path) -> None:
    plan = load.Plan("grpc", "poisson", False, (), 4.0, 500.0, 10.0, 9.0, 3, 200.0, 0)
    found = load.result(plan, 10.0, {"p50_ms": 133.3}, [load_point(4, 0.0)], [], [])
    assert (found["knee_rps"], found["goodput_at_knee"], found["p99_ms_at_70pct"]) == (None, None, None)
    load_report.load_plot(found, tmp_path / "load.png")


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--address", "10.1.2.3:9000", "--address '10.1.2.3:9000' is not on this machine"),
        ("--protocol", "soap", "choose grpc or http"),
        ("--arrivals", "bursts", "choose poisson or even"),
        ("--rates", "5,-1", "give requests/s above 0"),
        ("--rates", "many", "give requests/s above 0"),
        ("--config", "configs/none.yaml", "there is no file"),
    ],
)
def test_impossible_options_are_refused_by_name(option: str, value: str, words: str) -> None:
    done = CliRunner().invoke(load.app, [option, value])
    assert done.exit_code == 2
    assert words in " ".join(done.stderr.split())


def locust_entry(method: str, count: int, failed: int) -> dict[str, Any]:
    return {
        "method": method, "num_requests": count, "num_failures": failed, "start_time": 100.0,
        "last_request_timestamp": 110.0, "response_times": {"10": 50, "20": 49, "1000": 1},
    }  # fmt: skip


def test_locusts_report_becomes_a_rate_of_answers_by_protocol() -> None:
    found = locust_run.result([locust_entry("grpc", 100, 20), locust_entry("POST", 50, 0)], users=8, run_s=10)
    assert (found["grpc_rps"], found["http_rps"], found["failures"]) == (8.0, 5.0, 20)
    assert (found["grpc"]["p50_ms"], found["grpc"]["p90_ms"], found["grpc"]["p99_ms"]) == (10.0, 20.0, 20.0)
    with pytest.raises(Failed, match="over http"):
        locust_run.result([locust_entry("grpc", 100, 0), locust_entry("POST", 0, 0)], users=8, run_s=10)


def test_locusts_history_has_a_row_a_second_and_protocol(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text(
        "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,99%\n"
        "50,2,,Aggregated,0,0,N/A,N/A\n51,4,grpc,G,3.5,0.1,12,40\n51,4,POST,/v1,2.5,0,15,50\n51,4,,Aggregated,6,0.1,13,50\n"
    )
    rows = locust_run.history(path)
    assert [(r["at_s"], r["protocol"], r["rps"], r["p99_ms"]) for r in rows] == [
        (1, "grpc", 3.5, 40.0), (1, "http", 2.5, 50.0),
    ]  # fmt: skip
    load_report.locust_plot({"users": 4}, rows, tmp_path / "locust.png")
    assert (tmp_path / "locust.png").stat().st_size > 5000
