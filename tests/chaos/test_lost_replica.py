"""A replica that dies with a call it has accepted: Serve fails that call, the flow tries it again within the budget."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from deployments.types import CaptionSource, Image, Item, Options
from serve_app.client import PushGenClient
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.demo.local import LocalServe, free_port
from tests.graph.stages import PIXEL

OPTIONS = Options(time_budget_ms=90_000, max_categories=2, candidates_per_category=1)
REQUEST = GenerateNotificationRequest(item=Item(title="Coffee and cake", images=(Image(data=PIXEL),)), options=OPTIONS)


@pytest.fixture(scope="module")
def slow_captioner(root: Path) -> Iterator[LocalServe]:
    def slow(config: dict) -> None:
        for deployment in config["applications"][0]["deployments"]:
            if deployment["name"] in {"Captioner", "Generator"}:
                deployment["user_config"] = {"latency_ms": 4000}

    with LocalServe(root / "configs/fake.yaml", http_port=free_port(), grpc_port=free_port(), edit=slow) as app:
        app.wait_ready(120)
        yield app


def replica(app: LocalServe, name: str) -> psutil.Process:
    """Ray titles a replica's process with its deployment, and with the method it works on."""
    return next(p for p in app.processes() if f"ServeReplica:pushgen:{name}" in " ".join(p.cmdline()))


def test_a_call_that_died_with_its_replica_is_tried_again(slow_captioner: LocalServe) -> None:
    with PushGenClient(slow_captioner.address, timeout_s=120) as client, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.generate, REQUEST)
        victim = replica(slow_captioner, "Captioner")
        accepted = time.monotonic() + 1.5  # the captioner works on it for 4 s
        while time.monotonic() < accepted:
            assert not answer.done()
            time.sleep(0.1)
        victim.kill()
        decision = answer.result(timeout=120)
    assert decision.caption.source is CaptionSource.FAKE
    assert not decision.partial
    assert replica(slow_captioner, "Captioner").pid != victim.pid


def test_a_lost_generator_costs_candidates_and_not_the_request(slow_captioner: LocalServe) -> None:
    with PushGenClient(slow_captioner.address, timeout_s=120) as client:
        given = REQUEST.model_copy(update={"item": Item(title="Coffee", caption="A cup of coffee")})
        events = client.stream(given)
        kinds = []
        for event in events:
            kinds.append(type(event.event).__name__)
            if kinds.count("CandidateEvent") == 1 and kinds[-1] == "CandidateEvent":
                replica(slow_captioner, "Generator").kill()
        assert kinds[-1] == "DecidedEvent"
        assert kinds.count("CandidateEvent") == 1
        decision = event.decided.decision  # type: ignore[union-attr]
    assert decision.partial
    assert decision.notification is not None
