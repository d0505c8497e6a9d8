from __future__ import annotations

import pytest

from deployments.types import Stage, Usage
from serve_app.flow import ledger as module
from serve_app.flow.ledger import Ledger


class Clock:
    now = 0.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def test_bodies_of_a_stage_add_up_and_count_once_where_they_overlap(clock: Clock) -> None:
    ledger = Ledger()
    with ledger.stage(Stage.SCORE):
        clock.now += 0.010
    first, second = ledger.stage(Stage.SCORE), ledger.stage(Stage.SCORE)
    first.__enter__()
    clock.now += 0.005
    second.__enter__()
    clock.now += 0.005
    first.__exit__(None, None, None)
    clock.now += 0.005
    second.__exit__(None, None, None)
    assert [t.wall_ms for t in ledger.timings] == [pytest.approx(25)]


def test_times_of_pieces_in_turn_add_up_and_of_pieces_side_by_side_the_longest_counts(clock: Clock) -> None:
    ledger = Ledger()
    for stage, in_turn in ((Stage.SCORE, True), (Stage.GENERATE, False)):
        with ledger.stage(stage):
            clock.now += 1
        ledger.used(stage, Usage(queue_ms=1, compute_ms=5, prompt_tokens=7, batch_size=3), in_turn=in_turn)
        ledger.used(stage, Usage(queue_ms=2, compute_ms=4, prompt_tokens=7, batch_size=2), in_turn=in_turn)
    generate, score = ledger.timings
    assert (generate.stage, score.stage) == (Stage.GENERATE, Stage.SCORE), "in the order of the flow"
    assert (generate.queue_ms, generate.compute_ms, generate.prompt_tokens, generate.batch_size) == (2, 5, 14, 3)
    assert (score.queue_ms, score.compute_ms, score.prompt_tokens, score.batch_size) == (3, 9, 14, 3)
