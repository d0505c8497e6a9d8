"""configs/demo.yaml with its real parts: vLLM, the tagger, the router, the reward model, through a real cluster."""

from __future__ import annotations

import time

import httpx
import pytest

from deployments.types import CaptionSource, Copy, Item, Options, Source, Stage
from serve_app.client import PushGenClient
from serve_app.contract.messages import GenerateNotificationRequest, RouteItemRequest, ScoreCopiesRequest
from serve_app.demo.items import demo_items
from serve_app.demo.local import LocalServe
from tests.e2e.test_fake_app import scrape

ITEMS = {i.name: i.request for i in demo_items()}


def with_photo() -> GenerateNotificationRequest:
    return next(r for r in ITEMS.values() if r.item.images)


def test_a_photo_becomes_a_decision_with_every_reason(demo_client: PushGenClient) -> None:
    request = with_photo().model_copy(
        update={"options": Options(max_categories=4, candidates_per_category=2, seed=1), "incumbents": ()}
    )
    decision = demo_client.generate(request)
    generated = [c for c in decision.candidates if c.source is Source.GENERATED]
    assert len(generated) == 8
    assert len({c.category for c in generated}) == 4
    assert decision.caption.source is CaptionSource.TAGS
    assert {r.stage: r.kind for r in decision.revisions} == {
        Stage.CAPTION: "tags", Stage.ROUTE: "embedding", Stage.GENERATE: "vllm", Stage.SCORE: "bradley_terry",
    }  # fmt: skip
    for candidate in decision.candidates:
        faults = [f.rule for f in candidate.findings if f.severity.rejects]
        assert candidate.rejected == bool(faults)
        # Fit and duplicates among the candidates are judged once these have their rewards.
        by_policy = any(not rule.startswith("fit.") and rule != "duplicate.candidate" for rule in faults)
        assert (candidate.reward is None) == by_policy
        # The writer judges whole drafts before the policy does; what it says does not hold for a trimmed one.
        assert by_policy or candidate.repaired or candidate.fit is not None
        assert candidate.likelihood is None or candidate.likelihood < 0
    scores = [c.score for c in decision.candidates if c.score is not None and not c.rejected]
    assert scores == sorted(scores, reverse=True)
    timing = {t.stage: t for t in decision.timings}
    assert timing[Stage.GENERATE].output_tokens > 40
    assert timing[Stage.SCORE].compute_ms > 0
    if decision.notification:
        profile = next(p for p in demo_client.info().length_profiles if p.length_profile == "default")
        assert len(decision.notification.title) <= profile.max_title
        assert len(decision.notification.body) <= profile.max_body


def test_the_same_photo_is_captioned_once(demo_client: PushGenClient) -> None:
    request = with_photo().item.model_copy(update={"title": "A title never seen before"})
    first, again = demo_client.caption(request), demo_client.caption(request)
    assert not first.caption.cached
    assert again.caption.cached
    assert again.caption.text == first.caption.text
    assert again.timing.cache_hits == 1


def test_a_seed_makes_a_candidate_alone_repeatable(demo_client: PushGenClient) -> None:
    # The last bits of the sums, and now and then a word, depend on the size of a batch, so it is one candidate, and on
    # how much of the prompt is in the prefix cache, so it is there already.
    options = Options(seed=11, categories_wanted=("DIRECT",), candidates_per_category=1)
    request = GenerateNotificationRequest(item=Item(title="Fresh bread", description="Baked today."), options=options)
    _, *again = [demo_client.generate(request) for _ in range(3)]
    copies = [[(c.title, c.body) for c in d.candidates] for d in again]
    assert copies[0] == copies[1]


def test_only_the_wanted_part_is_written(demo_client: PushGenClient) -> None:
    options = Options.model_validate(
        {"output_fields": ["OUTPUT_FIELD_BODY"], "categories_wanted": ["DIRECT"], "candidates_per_category": 1}
    )
    decision = demo_client.generate(GenerateNotificationRequest(item=Item(title="Fresh bread"), options=options))
    assert [c.title for c in decision.candidates] == [""]
    assert decision.candidates[0].body


def test_a_stage_by_itself(demo_client: PushGenClient) -> None:
    item = Item(title="How to bake bread at home", description="Five steps from flour to loaf.")
    routed = demo_client.route(RouteItemRequest(item=item, max_categories=3))
    assert len(routed.categories) == 3
    assert sum(c.weight for c in routed.categories) == pytest.approx(1.0)
    looping = Copy(title="Bread", body="bread bread bread bread")
    copies = (looping, Copy(title="Bake bread at home", body="In five steps."))
    scored = demo_client.score(ScoreCopiesRequest(item=item, copies=copies))
    assert {c.id for c in scored.candidates} == {"i1", "i2"}
    assert all(c.reward is not None and c.reward.spread >= 0 for c in scored.candidates)
    assert any(f.rule == "format.looping" for c in scored.candidates if c.id == "i1" for f in c.findings)


def test_the_small_stages_run_in_the_ingress_replica_and_are_seen_by_their_names(demo_app: LocalServe) -> None:
    titles = [title for p in demo_app.processes() if (title := " ".join(p.cmdline())).startswith("ray::ServeReplica")]
    assert {title.split(":")[4].split()[0] for title in titles} == {"Ingress", "Generator"}
    health = httpx.get(f"{demo_app.url}/readyz", timeout=10).json()["stages"]
    assert health == dict.fromkeys(("captioner", "router", "generator", "reward", "ingress"), True)
    until = time.monotonic() + 60  # Ray exports every few seconds
    names = {"Captioner", "CategoryRouter", "Generator", "RewardScorer"}
    while missing := {name for name in names if not live(demo_app, name)}:
        assert time.monotonic() < until, f"never exported: {missing}"
        time.sleep(1)


def live(app: LocalServe, deployment: str) -> bool:
    lines = (line for line in scrape(app).splitlines() if line.startswith("ray_pushgen_live_revision{"))
    return any(f'deployment="{deployment}"' in line for line in lines)


def test_the_service_says_what_it_is(demo_client: PushGenClient) -> None:
    info = demo_client.info()
    assert len(info.categories) >= 10
    assert all(c.definition and c.instruction for c in info.categories)
    assert {s.kind for s in info.stages} == {"tags", "embedding", "vllm", "bradley_terry"}
    assert all(s.model and s.model_revision for s in info.stages)
