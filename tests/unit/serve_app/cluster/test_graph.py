"""The service over handles: impossible knobs are refused by name, and health comes from Serve."""

from __future__ import annotations

import types
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from deployments.deadline import Deadline
from deployments.errors import Misconfigured, StageUnavailable
from deployments.fakes import FakeRouterSettings
from deployments.types import Stage, StageRevision
from serve_app.access.caller import Caller
from serve_app.cluster import graph
from serve_app.cluster.graph import Graph, _takes_calls
from serve_app.contract.messages import CheckCopyRequest
from serve_app.flow import journal
from serve_app.flow.metrics import NoMetrics
from serve_app.stages import DEPLOYMENTS, STAGES


class Handle:
    """A handle whose stage answers with its revision, or has no replica."""

    def __init__(self, row: Any) -> None:
        self.row = row
        self.revision = self.categories = self
        self.error: Exception | None = None

    async def _answer(self) -> Any:
        if self.error is not None:
            raise self.error
        return StageRevision(stage=self.row.stage, kind="fake")

    def options(self, **_: Any) -> Handle:
        return self

    def remote(self) -> Any:
        return self._answer()


class Deployment:
    def __init__(self, status: str, **states: int) -> None:
        self.status = status
        self.replica_states = states


@pytest.fixture
def status(monkeypatch: pytest.MonkeyPatch) -> dict[str, Deployment]:
    """The deployments of this application, as Serve reports them."""
    deployments = {name: Deployment("HEALTHY", RUNNING=1) for name in DEPLOYMENTS}
    applications = {"mine": types.SimpleNamespace(deployments=deployments), "other": None}
    context = types.SimpleNamespace(app_name="mine")
    serve = types.SimpleNamespace(
        get_replica_context=lambda: context, status=lambda: types.SimpleNamespace(applications=applications)
    )
    monkeypatch.setattr(graph, "serve", serve)
    monkeypatch.setattr(graph, "ServeMetrics", NoMetrics)
    return deployments


@pytest.fixture
def handles() -> dict[str, Any]:
    return {row.key: Handle(row) for row in STAGES}


def graph_of(stages: dict[str, Any]) -> Graph:
    return Graph(
        max_ongoing_requests=256,
        stage_places=dict.fromkeys(stages, 256),
        growth_points=dict.fromkeys(stages, 48.0),
        drain_s=dict.fromkeys((*stages, "ingress"), 130.0),
        writer_target=None,
        adapters=("news",),
        callers=Caller,
        **stages,
    )


@pytest.fixture
async def made(status: dict[str, Deployment], handles: dict[str, Any]) -> AsyncIterator[Graph]:
    made = graph_of(handles)
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("deployment", "well"),
    [
        (Deployment("HEALTHY", RUNNING=1), True),
        (Deployment("HEALTHY"), True),  # scaled to zero
        (Deployment("UPDATING", RUNNING=1, STARTING=1), True),
        (Deployment("UPDATING", UPDATING=1), True),  # takes new knobs
        (Deployment("UPDATING", RECOVERING=1), True),  # the controller has restarted
        (Deployment("UPDATING", STARTING=1), False),
        (Deployment("UPDATING"), False),
        (Deployment("HEALTHY", RUNNING=0, STOPPING=1), False),
        (Deployment("UNHEALTHY", RUNNING=15, STARTING=1), True),
        (Deployment("UNHEALTHY", STARTING=1), False),
        (Deployment("UNHEALTHY"), False),
        (Deployment("DEPLOY_FAILED"), False),
        (Deployment("DEPLOY_FAILED", RUNNING=0), False),
        (Deployment("DEPLOY_FAILED", RUNNING=1), True),  # the replicas from before the update
    ],
)
def test_a_stage_is_well_with_a_replica_that_takes_calls_or_none_to_run(deployment: Deployment, well: bool) -> None:
    assert _takes_calls(deployment) is well


async def test_health_names_each_stage_by_its_key(made: Graph, status: dict[str, Deployment]) -> None:
    status["Generator"] = Deployment("UNHEALTHY")
    status["Stranger"] = Deployment("HEALTHY", RUNNING=1)
    health = await made.service.healthy()
    assert health == {row.key: row.key != "generator" for row in STAGES} | {"ingress": True, "Stranger": True}


async def test_an_inline_stage_is_asked_here_and_its_health_is_told_under_its_own_name(
    status: dict[str, Deployment], handles: dict[str, Any]
) -> None:
    del status["CategoryRouter"]
    made = graph_of(handles | {"router": FakeRouterSettings()})
    await made.reconfigure({"stages": {"router": {"latency_ms": 1}}})
    assert "HUMOUR" in {c.category for c in await made._categories((), Deadline.after(5))}
    assert await made.service.healthy() == {row.key: True for row in STAGES} | {"ingress": True}
    await made.check_health()

    async def lost() -> None:
        raise StageUnavailable("the router hangs")

    made._inline.by_key["router"].stage.check_health = lost
    with pytest.raises(StageUnavailable):
        await made.check_health()
    assert (await made._ask_health())["router"] is False
    with pytest.raises(Misconfigured, match=r"stages\.reward: of the stages in the ingress replica"):
        await made.reconfigure({"stages": {"reward": {}}})
    await made.close()


async def test_revisions_are_of_all_stages_in_the_order_of_the_flow_and_none_where_one_does_not_answer(
    made: Graph, handles: dict[str, Any]
) -> None:
    handles["reward"].error = StageUnavailable("x")
    revisions = await made._known_revisions()
    assert list(revisions) == [row.stage for row in STAGES]
    assert [stage for stage, revision in revisions.items() if revision is None] == [Stage.SCORE]


async def test_an_ingress_that_starts_while_the_router_is_away_knows_the_catalogue_of_its_config(
    made: Graph, handles: dict[str, Any]
) -> None:
    handles["router"].error = StageUnavailable("x")
    assert "DIRECT" in {c.category for c in await made._categories((), Deadline.after(5))}
    only = {"category": "ONLY", "definition": "x", "instruction": "x", "cues": ["x"], "is_default": True}
    await made.reconfigure({"catalogue": {"kind": "inline", "categories": [only]}})
    assert [c.category for c in await made._categories((), Deadline.after(5))] == ["ONLY"]


async def test_knobs_reach_the_service(made: Graph) -> None:
    await made.reconfigure({"limits": {"max_batch_items": 3}, "admission": {"max_in_flight": 64}})
    assert made.service._knobs.limits.max_batch_items == 3
    await made.reconfigure(None)
    assert made.service._knobs.limits.max_batch_items != 3


@pytest.mark.parametrize(
    ("user_config", "words"),
    [
        ({"limit": {}}, "unknown key 'limit'; did you mean 'limits'"),
        (
            {"admission": {"max_in_flight": 129}},
            "max_in_flight=129, twice admission.max_waiting=64 and admission.max_watches=16 exceed "
            "scaling.ingress.max_ongoing_requests=256",
        ),
        ({"admission": {"max_in_flight": 48}}, "max_in_flight=48 is not above the 48 calls of one ingress replica"),
        (
            {"defaults": {"length_profile": "tv"}},
            "defaults.length_profile='tv' is not in configs/profiles.yaml, which has",
        ),
        ({"admission": {"max_batch_s": 131}}, "more than scaling.ingress.graceful_shutdown_timeout_s=130"),
        ({"length_profiles": "nowhere.yaml"}, "cannot read 'nowhere.yaml'"),
        ({"catalogue": {"kind": "file", "path": "nowhere.yaml"}}, "there is no file 'nowhere.yaml'"),
        ({"defaults": {"max_categories": 99}}, "defaults.max_categories=99 exceeds limits.max_categories=12"),
    ],
)
async def test_impossible_knobs_are_refused_by_name_and_the_old_ones_stay(
    made: Graph, user_config: dict[str, Any], words: str
) -> None:
    before = made.service._knobs
    with pytest.raises(Misconfigured) as caught:
        await made.reconfigure(user_config)
    assert words in str(caught.value)
    assert made.service._knobs is before


async def test_a_changed_length_profile_is_used_by_the_next_request_and_a_broken_file_by_none(
    made: Graph, tmp_path: Path
) -> None:
    file = tmp_path / "profiles.yaml"
    request = CheckCopyRequest.model_validate(
        {
            "item": {"title": "A quiet garden"},
            "copies": [{"title": "A quiet garden", "body": "Walk in, the gate is open."}],
        }
    )

    async def configure(revision: str, content: str) -> None:
        file.write_text(content)
        await made.reconfigure({"length_profiles": str(file), "length_profiles_revision": revision})

    async def answer() -> tuple[bool, str]:
        with made.service.journal.request("CheckCopy"):
            checked = await made.service.check(request, "r")
        return any(f.rule == "length.title" for f in checked.copies[0].findings), checked.rules_revision

    profile = "profiles: [{length_profile: default, max_title: %d, max_body: 90}]"
    await configure("1", profile % 40)
    fits, first = await answer()
    await configure("2", profile % 10)
    short, second = await answer()
    assert (fits, short) == (False, True)
    assert first != second
    for broken in ("profiles: [", "profiles: []", "profiles: [{length_profile: other, max_title: 40, max_body: 90}]"):
        with pytest.raises(Misconfigured):
            await configure("3", broken)
        assert await answer() == (True, second)


async def test_callers_learn_the_adapters_that_the_generator_was_given(made: Graph) -> None:
    assert made.service._adapters == ("news",)


def test_the_policy_is_run_once_before_the_first_request(made: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    warmed: list[bool] = []
    monkeypatch.setattr(graph, "warm_up", lambda: warmed.append(True))
    made.warm_up()
    assert warmed == [True]


async def test_the_log_of_requests_goes_where_the_knobs_say(made: Graph) -> None:
    await made.reconfigure({"log": {"destination": "stdout", "level": "WARNING"}})
    assert made.service.journal.knobs.level == "WARNING"
    assert made._log._destination == "stdout"
    assert journal.logger.handlers
    await made.close()
    assert not journal.logger.handlers
