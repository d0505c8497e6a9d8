"""What calls learn of replicas: which are lost, and which model each serves."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from deployments.deadline import Route
from deployments.types import Stage, StageRevision
from serve_app.cluster.replicas import LostReplicas, Revisions


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def model(name: str) -> StageRevision:
    return StageRevision(stage=Stage.SCORE, kind="k", model_revision=name)


def route(replica: str, running: Iterable[str] = "abcd") -> Route:
    return Route(replica=replica, running=frozenset(running))


def test_a_lost_replica_is_avoided_for_some_seconds() -> None:
    clock = Clock()
    lost = LostReplicas(clock)
    lost.lost(Route())
    assert lost.avoided() == frozenset(), "the only replica of a stage has no name here"
    lost.lost(route("a"))
    clock.now += 4
    lost.lost(route("b"))
    assert lost.avoided() == {"a", "b"}
    clock.now += 2
    assert lost.avoided() == {"b"}


def test_the_model_of_most_replicas_is_kept_and_the_others_are_asked_again_later() -> None:
    clock = Clock()
    revisions = Revisions(clock)
    assert revisions.answered(route("a"), model("old"))
    assert revisions.answered(route("b"), model("old"))
    assert not revisions.answered(route("c"), model("new"))
    assert revisions.avoided() == {"c"}
    clock.now += 6
    assert revisions.avoided() == frozenset()
    assert revisions.answered(route("c"), model("old")), "it has been rolled back"
    assert revisions.avoided() == frozenset()


def test_of_equally_many_the_one_that_appeared_last_is_kept() -> None:
    revisions = Revisions(Clock())
    assert revisions.answered(route("a", "ab"), model("old"))
    assert revisions.answered(route("b", "ab"), model("new"))
    assert revisions.avoided() == {"a"}


def test_replicas_that_are_gone_do_not_count() -> None:
    revisions = Revisions(Clock())
    for name in "abc":
        revisions.answered(route(name), model("old"))
    assert revisions.answered(route("x", "x"), model("new"))
    assert revisions.avoided() == frozenset()


def test_a_stage_with_one_replica_serves_what_it_serves() -> None:
    revisions = Revisions(Clock())
    assert revisions.answered(Route(), model("old"))
    assert revisions.answered(Route(), model("new"))
    assert revisions.avoided() == frozenset()


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["1", "2", "3"]))))
def test_some_replica_may_always_be_asked(answers: list[tuple[str, str]]) -> None:
    revisions = Revisions(Clock())
    for replica, name in answers:
        revisions.answered(route(replica), model(name))
        assert revisions.avoided() < frozenset("abcd")
