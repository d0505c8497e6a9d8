"""A record becomes metrics and one line, whatever the end of the request is."""

from __future__ import annotations

import json
import logging
import time
from contextlib import suppress
from typing import Any

import pytest

from deployments.errors import DeadlineExceeded, InvalidInput, Overloaded, StageUnavailable
from deployments.types import (
    Candidate,
    Caption,
    CaptionSource,
    Decision,
    Degradation,
    Item,
    Notification,
    PolicyFinding,
    Priority,
    Reason,
    Source,
    Stage,
    StageRevision,
    StageTiming,
    Tier,
    Usage,
)
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.flow.journal import Journal
from serve_app.flow.knobs import LogKnobs
from serve_app.flow.metrics import NoMetrics


class Counted(NoMetrics):
    def __init__(self) -> None:
        self.seen: list[tuple[Any, ...]] = []

    def request(self, rpc: str, outcome: str, wall_ms: float) -> None:
        self.seen.append((rpc, outcome, wall_ms))

    def shed(self, rpc: str, reason: str) -> None:
        self.seen.append((rpc, reason))

    def timed(self, timing: StageTiming) -> None:
        self.seen.append((timing.stage, timing.queue_ms))

    def whole(self, units: float, seconds: float, timings: Any) -> None:
        self.seen.append(("whole", units, seconds, len(timings)))


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """The lines so far, and their levels."""
    caplog.set_level(logging.INFO, "pushgen.requests")

    def read() -> list[dict[str, Any]]:
        texts = [r.getMessage() for r in caplog.records if r.name == "pushgen.requests"]
        assert not any("\n" in text for text in texts)
        return [json.loads(text) for text in texts]

    return read


def finish(journal: Journal, error: Exception | None = None) -> None:
    with suppress(InvalidInput, Overloaded, DeadlineExceeded, ZeroDivisionError), journal.request("Rpc", "grpc", "r1"):
        if error:
            raise error


def test_a_decision_has_its_figures_and_no_text(lines: Any) -> None:
    clock = Clock()
    journal = Journal(NoMetrics(), LogKnobs(), clock)
    with journal.request("GenerateNotification", "grpc", "r1", "shop") as record:
        clock.now = 1.5
        record.request = GenerateNotificationRequest(item=Item(id="i1", title="A secret title"))
        record.priority, record.budget_ms, record.gate_ms = Priority.BACKFILL, 2000, 12.34
        with record.ledger.stage(Stage.SCORE):
            pass
        revision = StageRevision(stage=Stage.SCORE, kind="bt", model="m", model_revision="1", prompt_revision="2")
        record.ledger.used(Stage.SCORE, Usage(queue_ms=1.26, prompt_tokens=7, cache_hits=1), revision)
        record.ledger.degraded(Degradation.UNSCORED, DeadlineExceeded("spent"))
        record.decision = Decision(
            request_id="r1", source=Source.GENERATED, reason=Reason.BEST_CANDIDATE, tier=Tier.HOLD, partial=True,
            caption=Caption(source=CaptionSource.GIVEN, text="A secret caption"),
            notification=Notification(title="A secret copy", candidate_id="c1"),
            candidates=(
                Candidate(id="c1", source=Source.GENERATED),
                Candidate(
                    id="c2", source=Source.GENERATED, rejected=True,
                    findings=(PolicyFinding(rule="terms.banned", text="secret"),),
                ),
            ),
        )  # fmt: skip
    (line,) = lines()
    assert line.pop("time").endswith("Z")
    assert line["stages"]["score"].pop("wall_ms") >= 0
    assert line == {
        "request_id": "r1", "rpc": "GenerateNotification", "protocol": "grpc", "tenant": "shop",
        "priority": "BACKFILL", "item_id": "i1", "outcome": "partial", "reason": "PARTIAL", "code": "OK",
        "total_ms": 1500, "budget_ms": 2000, "gate_ms": 12.3,
        "stages": {"score": {"queue_ms": 1.3, "prompt_tokens": 7, "cache_hits": 1}},
        "degradations": ["UNSCORED"], "revisions": {"score": "m@1/2"},
        "source": "GENERATED", "decided": "BEST_CANDIDATE", "tier": "HOLD", "candidates": 2, "rejected": 1,
        "findings": {"terms.banned": 1},
    }  # fmt: skip
    assert "secret" not in json.dumps(lines())


def test_text_is_in_the_line_when_it_is_asked_for(lines: Any) -> None:
    journal = Journal(NoMetrics(), LogKnobs(item_text=True))
    with journal.request("GenerateNotification") as record:
        record.request = GenerateNotificationRequest(item=Item(title="Tea", images=[{"data": b"x"}]))  # type: ignore[list-item]
        record.decision = Decision(
            request_id="r", source=Source.GENERATED, reason=Reason.BEST_CANDIDATE,
            caption=Caption(source=CaptionSource.GIVEN), notification=Notification(title="Hot tea", candidate_id="c1"),
        )  # fmt: skip
    (line,) = lines()
    assert line["item"]["title"] == "Tea"
    assert "images" not in line["item"] or "data" not in line["item"]["images"][0]
    assert line["notification"]["title"] == "Hot tea"


def test_words_of_a_caller_stay_inside_their_line(lines: Any, caplog: pytest.LogCaptureFixture) -> None:
    hostile = 'x"}\n{"outcome": "ok"}\r\x1b[31m\u2028\u202e\ud800'
    journal = Journal(NoMetrics(), LogKnobs())
    with journal.request("Rpc", "http", hostile, hostile * 100) as record:
        record.request = GenerateNotificationRequest(item=Item.model_construct(id=hostile))
    (line,) = lines()
    assert (line["request_id"], line["item_id"]) == (hostile, hostile)
    assert len(line["tenant"]) == 200
    assert caplog.records[-1].getMessage().isascii()
    assert caplog.records[-1].getMessage().isprintable()


def test_what_was_refused_has_its_reason_and_no_time_in_the_histogram(lines: Any) -> None:
    counted = Counted()
    with pytest.raises(Overloaded), Journal(counted, LogKnobs()).request("Rpc"):
        raise Overloaded("full", 1.0, "queue_full")
    assert counted.seen == [("Rpc", "queue_full")]
    assert (lines()[0]["outcome"], lines()[0]["shed"]) == ("refused", "queue_full")


def test_the_stages_of_a_request_that_ran_out_of_time_are_counted() -> None:
    counted, clock = Counted(), Clock()
    with suppress(DeadlineExceeded), Journal(counted, LogKnobs(), clock).request("Rpc") as record:
        with record.ledger.stage(Stage.CAPTION):
            record.ledger.used(Stage.CAPTION, Usage(queue_ms=3))
        clock.now = 0.25
        raise DeadlineExceeded("spent")
    assert counted.seen == [("Rpc", "TIME_BUDGET_SPENT", 250.0), (Stage.CAPTION, 3)]


def test_the_level_follows_the_outcome(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "pushgen.requests")
    journal = Journal(NoMetrics(), LogKnobs())
    for error in (None, InvalidInput([]), ZeroDivisionError()):
        finish(journal, error)
    assert [r.levelname for r in caplog.records] == ["INFO", "WARNING", "ERROR"]


@pytest.mark.parametrize(("level", "kept"), [("INFO", 3), ("WARNING", 2), ("ERROR", 1), ("OFF", 0)])
def test_lines_below_the_level_are_left_out(lines: Any, level: Any, kept: int) -> None:
    journal = Journal(NoMetrics(), LogKnobs(level=level))
    for error in (None, InvalidInput([]), ZeroDivisionError()):
        finish(journal, error)
    assert len(lines()) == kept


def test_a_sample_leaves_out_good_answers_alone(lines: Any) -> None:
    journal = Journal(NoMetrics(), LogKnobs(sample=0))
    for error in (None, None, InvalidInput([])):
        finish(journal, error)
    assert [line["outcome"] for line in lines()] == ["invalid"]


def test_a_line_that_is_not_written_costs_no_text() -> None:
    """The event loop makes neither JSON nor, below the level, a line."""
    journal = Journal(NoMetrics(), LogKnobs(level="OFF"))
    began = time.process_time()
    for _ in range(1000):
        finish(journal)
    assert time.process_time() - began < 0.5


def test_work_that_was_answered_in_full_tells_its_cost_and_no_other() -> None:
    """An overload that cuts requests short would make them look cheap."""
    counted, clock = Counted(), Clock()
    journal = Journal(counted, LogKnobs(level="OFF"), clock)

    def request(error: Exception | None = None, degraded: bool = False) -> None:
        with suppress(DeadlineExceeded), journal.request("Rpc") as record:
            record.units, record.gate_ms = 8.0, 500.0
            clock.now += 2.0
            with record.ledger.stage(Stage.GENERATE):
                pass
            if degraded:
                record.ledger.degraded(Degradation.FEWER_CANDIDATES, StageUnavailable("gone"))
            if error:
                raise error

    request(DeadlineExceeded("late"))
    request(degraded=True)
    request()
    with journal.request("Info"):
        pass
    assert [seen for seen in counted.seen if seen[0] == "whole"] == [("whole", 8.0, 1.5, 1)]
