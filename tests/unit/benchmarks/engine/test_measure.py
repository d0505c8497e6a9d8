"""Requests and tasks of the engine benchmark; nothing is started here."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.engine import measure as engine
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

PROFILE = engine.profile_of(Path("configs/demo.yaml"))


def test_no_two_rounds_share_a_title_and_every_caption_is_given() -> None:
    words = (*FIRST_WORDS, engine._WARM_UP, engine._ALONE, engine._PHOTOS)
    items = [item for word in words for item in engine.round_items(word, 24)]
    assert len({item.title for item in items}) == len(words) * 24
    assert all(item.caption for item in items)


def test_both_sides_are_asked_for_the_same() -> None:
    (item,) = engine.round_items("New", 1)
    work, (request,) = engine.task(item, PROFILE), engine.requests([item])
    assert tuple(plan.category for plan in work.plan) == request.options.categories_wanted
    assert work.candidates_per_category == request.options.candidates_per_category
    assert work.seed == request.options.seed is not None
    assert work.profile.length_profile == request.options.length_profile
    assert work.caption == request.item.caption
    assert "Bergen" in prompt.messages(work, work.plan[0], work.item.title)[1].text


def test_the_profile_is_read_from_the_file_that_the_ingress_reads(tmp_path: Path) -> None:
    limits = tmp_path / "profiles.yaml"
    limits.write_text("profiles: [{length_profile: default, max_title: 77, max_body: 99}]")
    config = tmp_path / "a.yaml"
    config.write_text(
        "applications: [{args: {}, deployments: [{name: Ingress, user_config: {length_profiles: '"
        + str(limits)
        + "'}}]}]"
    )
    assert engine.profile_of(config).max_title == 77


def test_a_task_travels_without_pictures() -> None:
    (item,) = engine.round_items("New", 1)
    pictured = item.model_copy(update={"images": (Image(data=b"x"),)})
    assert not engine.task(pictured, PROFILE).item.images


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
    counted = engine.of_decisions([decision, decision], 2.0, {"ray": 1.0})
    assert (counted.candidates, counted.prompt_tokens, counted.cached_tokens, counted.output_tokens) == (
        6,
        600,
        400,
        120,
    )
    assert (counted.degraded, counted.candidates_per_s, counted.tokens_per_s) == (2, 3.0, 60.0)


def test_the_shipped_config_can_be_measured(root: Path) -> None:
    settings, knobs = engine.generator_of(root / "configs/demo.yaml")
    assert settings.engine.max_num_seqs >= 1
    assert knobs.max_tokens >= 16


def test_the_graph_measured_writes_each_candidate_once_as_bare_vllm_does() -> None:
    application = {"deployments": [{"name": "Generator", "user_config": {"temperature": 0.3}}, {"name": "Ingress"}]}
    engine.like_bare({"applications": [application]})
    assert application["deployments"][0]["user_config"] == {"temperature": 0.3, "second_tries": 0}
    plain: dict[str, list[dict[str, object]]] = {}
    engine.like_bare({"applications": [plain]})
    assert plain["deployments"] == [{"name": "Generator", "user_config": {"second_tries": 0}}]
