"""What the engine benchmark sends to both sides, and how it sums up; nothing is started here."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.engine import bare as engine_bare
from benchmarks.engine import measure as engine
from benchmarks.engine import rounds as engine_rounds
from benchmarks.engine.rounds import Round
from benchmarks.lib.cold_items import FIRST_WORDS
from deployments.generator import prompt
from deployments.types import (
    Candidate,
    Caption,
    CaptionSource,
    Decision,
    Degradation,
    Image,
    Reason,
    Source,
    Stage,
    StageTiming,
)


def test_no_two_rounds_share_a_title_and_every_caption_is_given() -> None:
    words = (*FIRST_WORDS, engine._WARM_UP, engine._ALONE, engine._PHOTOS)
    items = [item for word in words for item in engine.round_items(word, 24)]
    assert len({item.title for item in items}) == len(words) * 24
    assert all(item.caption for item in items)


def test_both_sides_are_asked_for_the_same() -> None:
    (item,) = engine.round_items("New", 1)
    work, (request,) = engine.task(item), engine.requests([item])
    assert tuple(plan.category for plan in work.plan) == request.options.categories_wanted
    assert work.candidates_per_category == request.options.candidates_per_category
    assert work.seed == request.options.seed is not None
    assert work.profile.length_profile == request.options.length_profile
    assert work.caption == request.item.caption
    assert "Bergen" in prompt.messages(work, work.plan[0], work.item.title)[1].text


def test_a_task_travels_without_pictures() -> None:
    (item,) = engine.round_items("New", 1)
    pictured = item.model_copy(update={"images": (Image(data=b"x"),)})
    assert not engine.task(pictured).item.images


@pytest.mark.parametrize(("max_num_seqs", "requests"), [(16, 8), (17, 9), (256, 128), (1, 1)])
def test_some_candidates_always_wait(max_num_seqs: int, requests: int) -> None:
    assert engine.at_least_full(max_num_seqs) == requests


def test_a_decision_is_counted_by_what_was_generated() -> None:
    made = [Candidate(id=f"c{n}", source=Source.GENERATED) for n in range(3)]
    decision = Decision(
        request_id="r",
        source=Source.GENERATED,
        reason=Reason.BEST_CANDIDATE,
        candidates=(*made, Candidate(id="i1", source=Source.INCUMBENT)),
        caption=Caption(source=CaptionSource.GIVEN),
        timings=(
            StageTiming(stage=Stage.GENERATE, prompt_tokens=300, cached_tokens=200, output_tokens=60),
            StageTiming(stage=Stage.SCORE, prompt_tokens=99),
        ),
        partial=True,
        degradations=(Degradation.FEWER_CANDIDATES,),
    )
    found = engine.of_decisions([decision, decision], 2.0, {"ray": 1.0})
    assert (found.candidates, found.prompt_tokens, found.cached_tokens, found.output_tokens) == (6, 600, 400, 120)
    assert (found.degraded, found.candidates_per_s, found.tokens_per_s) == (2, 3.0, 60.0)


def a_round(seconds: float, candidates: int = 8, tokens: int = 200, **cpu_s: float) -> Round:
    return Round(seconds, candidates, 1000, 700, tokens, cpu_s=cpu_s)


def test_ratios_are_taken_within_a_round() -> None:
    pairs = [(a_round(2.0), a_round(1.0)), (a_round(10.0), a_round(9.0)), (a_round(1.0), a_round(0.8))]
    found = engine_rounds.summary(pairs, a_round(1.0))
    assert found["ratios"] == [0.5, 0.9, 0.8]
    assert found["ratio_to_engine"] == found["tokens_ratio_to_engine"] == 0.8
    assert found["ratio_to_engine_alone"] == 0.5
    assert found["candidates_missing"] == 0
    assert found["graph"]["cached_share"] == 0.7


def test_candidates_that_the_graph_did_not_write_are_told() -> None:
    found = engine_rounds.summary([(a_round(2.0, 6), a_round(2.0, 8))], a_round(2.0))
    assert (found["ratio_to_engine"], found["candidates_missing"]) == (0.75, 2)


def test_cpu_time_is_told_by_what_spent_it() -> None:
    before = {(1, "engine"): 5.0, (2, "ray"): 1.0}
    after = {(1, "engine"): 7.0, (2, "ray"): 1.5, (3, "ray"): 0.25}
    assert engine_rounds.spent(before, after) == {"engine": 2.0, "ray": 0.75}
    found = engine_rounds.side([a_round(1.0, engine=0.4, ray=1.2)])
    assert found["cpu_ms_a_candidate"] == {"ray": 150.0, "engine": 50.0}
    assert found["cpus_in_use"] == 1.6


@pytest.mark.parametrize(
    ("command", "role"),
    [
        ("ray::ServeReplica:pushgen:Generator", "Generator"),
        ("VLLM::EngineCore", "engine"),
        ("ray::ProxyActor", "proxy"),
        ("ray::ServeController.listen_for_change", "controller"),
        ("/some/raylet --node", "ray"),
    ],
)
def test_a_process_is_known_by_its_command(command: str, role: str) -> None:
    assert engine_rounds.role(command) == role


def test_an_openmp_that_differs_from_the_served_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "77")
    with pytest.raises(engine.Misconfigured, match="OMP_NUM_THREADS is 77 for the served engine"):
        engine_bare._started_as_served()


def test_the_environment_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    with engine_bare._environment({"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "passive"}):
        assert (os.environ["OMP_NUM_THREADS"], os.environ["OMP_WAIT_POLICY"]) == ("2", "passive")
    assert os.environ["OMP_NUM_THREADS"] == "1"
    assert "OMP_WAIT_POLICY" not in os.environ


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("applications: []", "no serve config"),
        ("applications: [{args: {generator: {kind: fake}}}]", "not of kind vllm"),
        ("applications: [{args: {generator: {kind: vllm}}}]", "engine"),
    ],
)
def test_a_config_without_an_engine_is_refused(tmp_path: Path, content: str, words: str) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(content)
    done = CliRunner().invoke(engine.app, ["--config", str(config)])
    assert done.exit_code == 2
    assert words in " ".join(done.stderr.split())


def test_the_shipped_config_can_be_measured(root: Path) -> None:
    settings, knobs = engine.generator_of(root / "configs/demo.yaml")
    assert settings.engine.max_num_seqs >= 1
    assert knobs.max_tokens >= 16


def test_the_plot_is_written(tmp_path: Path) -> None:
    rows = [
        {"round": "0", "side": "graph", **a_round(2.0, engine=1.0, ray=0.5).row()},
        {"round": "0", "side": "bare", **a_round(1.0, engine=1.0).row()},
        {"round": "alone", "side": "bare", **a_round(1.0).row()},
    ]
    engine_rounds.plot(rows, tmp_path / "results" / "engine.png")
    assert (tmp_path / "results" / "engine.png").stat().st_size > 1000


def test_the_graph_measured_writes_each_candidate_once_as_bare_vllm_does() -> None:
    application = {"deployments": [{"name": "Generator", "user_config": {"temperature": 0.3}}, {"name": "Ingress"}]}
    engine.like_bare({"applications": [application]})
    assert application["deployments"][0]["user_config"] == {"temperature": 0.3, "second_tries": 0}
    plain: dict[str, list[dict[str, object]]] = {}
    engine.like_bare({"applications": [plain]})
    assert plain["deployments"] == [{"name": "Generator", "user_config": {"second_tries": 0}}]
