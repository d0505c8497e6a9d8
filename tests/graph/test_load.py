"""The runner and its targets against real servers in this process, and locust's gRPC users beside them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.lib.load_stats import point
from benchmarks.lib.local_app import Failed, all_answered
from benchmarks.lib.open_loop import Even, Limits, Outcome, Run, closed_loop, open_loop
from benchmarks.lib.targets import INFO_TARGETS, target_of, workload
from deployments.errors import DeadlineExceeded, Overloaded, StageFailed
from tests.graph.fake_service import DECISION, FakeService
from tests.graph.servers import serving, serving_http

SERVERS = {"grpc": serving, "http": serving_http}


async def offered(protocol: str, service: FakeService, timeout_s: float = 5.0) -> Run:
    async with SERVERS[protocol](service) as address, target_of(protocol, address, workload()) as target:
        return await open_loop(target, Even(40.0), Limits(0.25, timeout_s), slo_s=1.0)


@pytest.mark.parametrize("protocol", SERVERS)
async def test_every_item_of_the_workload_is_sent_in_turn_and_the_stages_are_read(protocol: str) -> None:
    service = FakeService()
    run = await offered(protocol, service)
    measured = point(run, 40.0, slo_ms=5000.0)
    assert (measured.row["ok"], measured.row["requests"]) == (10, 10)
    ids = [r.item.id for r in workload()]
    assert sorted(request.item.id for _, request, _ in service.seen) == sorted([*ids, *ids[:2]])
    assert set(measured.row["stages"]) == {t.stage.removeprefix("STAGE_").lower() for t in DECISION.timings}
    first = DECISION.timings[0]
    stage = measured.row["stages"][first.stage.removeprefix("STAGE_").lower()]
    assert stage["compute_ms"] == pytest.approx(first.compute_ms, abs=0.01)
    assert stage["wall_p50_ms"] == pytest.approx(first.wall_ms, abs=0.01)


@pytest.mark.parametrize("protocol", SERVERS)
@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Overloaded("full"), Outcome.SHED),
        (DeadlineExceeded("late"), Outcome.TIMEOUT),
        (StageFailed("broken"), Outcome.ERROR),
    ],
)
async def test_refusals_timeouts_and_errors_are_told_apart(protocol: str, error: Exception, outcome: Outcome) -> None:
    run = await offered(protocol, FakeService(generate=error))
    assert {s.reply.outcome for s in run.samples} == {outcome}
    assert all(s.reply.code for s in run.samples)


@pytest.mark.parametrize("protocol", SERVERS)
async def test_a_service_that_never_answers_costs_the_timeout_each(protocol: str) -> None:
    service = FakeService()
    service.hang = True
    run = await offered(protocol, service, timeout_s=0.5)
    assert {s.reply.outcome for s in run.samples} == {Outcome.TIMEOUT}
    assert all(500 <= s.latency_ms < 1500 for s in run.samples)


@pytest.mark.parametrize("protocol", SERVERS)
async def test_what_the_ingress_says_of_itself_is_a_target_too(protocol: str) -> None:
    service = FakeService()
    async with SERVERS[protocol](service) as address, INFO_TARGETS[protocol](address) as target:
        run = await closed_loop(target, 2, Limits(10.0, 5.0, max_requests=6))
    assert len(all_answered(run, "").samples) == 6
    assert {verb for verb, _, _ in service.seen} == {"info"}


async def test_a_run_in_which_something_failed_is_no_measure() -> None:
    run = await offered("grpc", FakeService(generate=Overloaded("full")))
    with pytest.raises(Failed, match=r"10 requests of generate failed \(RESOURCE_EXHAUSTED\)"):
        all_answered(run, "of generate")


@pytest.fixture
def locustfile(root: Path) -> Path:
    return root / "benchmarks/locust/locustfile.py"


def locust(root: Path, locustfile: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "locust", "-f", str(locustfile), "--headless", "--only-summary", *args]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)


def test_the_locustfile_works_by_itself(root: Path, locustfile: Path, service: FakeService, address: str) -> None:
    port = address.rpartition(":")[2]
    done = locust(root, locustfile, "--host", "http://127.0.0.1:1", "--grpc-address", f"127.0.0.1:{port}",
                  "-u", "2", "-r", "10", "-t", "3s", "GrpcUser")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(service.seen) >= 2
    assert {request.item.id for _, request, _ in service.seen} <= {r.item.id for r in workload()}
    assert "GenerateNotification" in done.stderr + done.stdout


def test_locust_counts_a_refusal_as_a_failure(root: Path, locustfile: Path, service: FakeService, address: str) -> None:
    service.fails = {"generate": Overloaded("full")}
    done = locust(root, locustfile, "--host", "http://127.0.0.1:1", "--grpc-address", address,
                  "-u", "1", "-r", "10", "-t", "1s", "GrpcUser")  # fmt: skip
    assert done.returncode == 1
    assert "RESOURCE_EXHAUSTED" in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("args", "option"),
    [
        (("--host", "http://10.0.0.1:80"), "--host"),
        (("--host", "http://127.0.0.1:80", "--grpc-address", "10.0.0.1:1"), "--grpc-address"),
    ],
)
def test_locust_refuses_another_machine(root: Path, locustfile: Path, args: tuple[str, ...], option: str) -> None:
    done = locust(root, locustfile, *args, "-t", "1s")
    assert done.returncode != 0
    assert f"error: {option}" in done.stderr
