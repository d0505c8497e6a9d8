"""configs/demo-large.yaml: the 1.5B writer, and its own word on what it wrote, through a real cluster."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.types import Decision, Item, Options, Reason, Source
from deployments.weights.__main__ import prepare
from serve_app.client import PushGenClient
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.demo.local import LocalServe
from serve_app.demo.weights import references
from tests.e2e.conftest import started

MINIMUM = 0.8
FAIR = Item(
    id="fair",
    locale="en-GB",
    title="SPRING FAIR!!! (moved indoors)",
    description=(
        "Because of the wind the Ferndale spring fair moves into the Corn Hall. Still Saturday 12 April, 10 am to 3 "
        "pm, still free. The dog show is cancelled; the plant stall and Mrs Abbott's jam are not."
    ),
    creator="Ferndale Parish",
    metadata={"place": "Ferndale"},
)


@pytest.fixture(scope="module")
def large_app(root: Path) -> Iterator[LocalServe]:
    config = root / "configs/demo-large.yaml"
    prepare(references(LocalServe(config).config))
    yield from started(config, 400)


@pytest.fixture(scope="module")
def decision(large_app: LocalServe) -> Decision:
    options = Options(max_categories=2, candidates_per_category=2, seed=1, time_budget_ms=120_000)
    with PushGenClient(large_app.address, timeout_s=300) as client:
        return client.generate(GenerateNotificationRequest(item=FAIR, options=options))


def test_every_whole_candidate_has_a_fit_and_no_unfit_one_is_sent(decision: Decision) -> None:
    written = [c for c in decision.candidates if c.source is Source.GENERATED]
    assert 1 <= len(written) <= 4  # a machine without bfloat16 may not finish all in two minutes
    assert all(c.fit is not None for c in written if not any(f.rule == "format.unfinished" for f in c.findings))
    for candidate in written:
        unfit = any(f.rule == "fit.below" for f in candidate.findings)
        assert unfit == (
            not _rejected_by_policy(candidate.findings) and candidate.fit is not None and candidate.fit < MINIMUM
        )
    if decision.notification is None:
        assert decision.reason in {Reason.NONE_FIT, Reason.ALL_REJECTED}
    else:
        chosen = next(c for c in written if c.id == decision.notification.candidate_id)
        assert chosen.fit is not None
        assert chosen.fit >= MINIMUM


def _rejected_by_policy(findings: tuple) -> bool:
    return any(not f.rule.startswith("fit.") and f.severity.rejects for f in findings)


def test_of_a_language_that_it_does_not_know_nothing_is_sent(large_app: LocalServe) -> None:
    item = Item(id="ro", locale="ro-RO", title="Târgul de primăvară", description="Sâmbătă, 12 aprilie, la Ferndale.")
    with PushGenClient(large_app.address, timeout_s=300) as client:
        answer = client.generate(GenerateNotificationRequest(item=item))
    assert answer.source is Source.NONE
    assert answer.reason in {Reason.NONE_FIT, Reason.ALL_REJECTED}


def test_a_file_of_items_gives_a_decision_a_line(large_app: LocalServe, tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_text(json.dumps({**FAIR.model_dump(mode="json", exclude_defaults=True), "domain": "event"}) + "\n")
    command = [str(Path(sys.executable).with_name("pushgen")), "generate", "--jsonl", str(feed)]
    done = subprocess.run([*command, "--address", large_app.address], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["item_id"] == "fair"
