"""`configs/openai.yaml` with its three lines changed: its captioner and generator, in the flow, over a fake server."""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployments.kinds import build_captioner, build_generator
from deployments.settings import parse
from deployments.types import CaptionSource, Decision, Degradation, Reason, Source, Stage
from serve_app.flow.knobs import FitKnobs, IngressKnobs, SelectionKnobs
from serve_app.flow.pipeline import Pipeline, Stages
from serve_app.settings import AppSettings
from tests.fake_openai import Body, FakeOpenAi, Reply, fake_openai, refusal
from tests.graph.stages import CATALOGUE, PIXEL, brief, fakes
from tests.graph.test_configs import stage_knobs_of
from tests.graph.test_pipeline import decide

KEY = "sk-of-a-graph-test"
ITEM = {"title": "Coffee and cake", "description": "A cup of coffee on a table.", "images": [{"data": PIXEL}]}
COPY = json.dumps({"title": "Coffee and cake", "body": "A cup of coffee waits on the table."})


def writes(body: Body) -> bool:
    return "response_format" in body


@asynccontextmanager
async def stages(
    root: Path, monkeypatch: pytest.MonkeyPatch, answer: Callable[[int, Body], Reply]
) -> AsyncIterator[tuple[Stages, FakeOpenAi]]:
    monkeypatch.setenv("GRAPH_TEST_KEY", KEY)
    app = yaml.safe_load((root / "configs/openai.yaml").read_text())["applications"][0]
    knobs = stage_knobs_of(app)
    started = False
    async with fake_openai(lambda n, body: answer(n, body) if started else Reply(COPY)) as server:
        changes = {"base_url": server.url, "model": "big/model", "api_key_env": "GRAPH_TEST_KEY"}
        for stage in ("captioner", "generator"):
            app["args"][stage]["server"] |= changes
        settings = parse(AppSettings, app["args"], "args")
        captioner: Any = build_captioner(settings.captioner)
        generator: Any = build_generator(settings.generator)
        await captioner.start(parse(captioner.knobs_type, knobs["captioner"], "captioner"))
        await generator.start(parse(generator.knobs_type, knobs["generator"], "Generator"))
        started = True
        yield fakes(captioner=captioner, generator=generator), server
        await captioner.stop()
        await generator.stop()


async def test_a_model_of_others_captions_and_writes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with stages(root, monkeypatch, lambda n, body: Reply(COPY if writes(body) else "A cup of coffee.")) as (
        graph,
        server,
    ):
        knobs = IngressKnobs(selection=SelectionKnobs(fit=FitKnobs(allow_unknown=True)))  # the fake scorer has no fit
        generation = brief(knobs, item=ITEM)
        decision: Decision = await Pipeline(graph, knobs, CATALOGUE).decide(generation)
    assert (decision.caption.text, decision.caption.source) == ("A cup of coffee.", CaptionSource.VLM)
    assert decision.source is Source.GENERATED
    assert not decision.partial
    kinds = {r.stage: (r.kind, r.model) for r in decision.revisions}
    assert kinds[Stage.CAPTION] == kinds[Stage.GENERATE] == ("openai", "big/model")
    assert {header["authorization"] for header in server.headers} == {f"Bearer {KEY}"}
    assert KEY not in decision.model_dump_json()


@pytest.mark.parametrize(("yes", "no", "reason"), [(-0.1, -3.0, None), (-3.0, -0.1, Reason.NONE_FIT)])
async def test_the_model_that_wrote_says_whether_it_is_fit_to_send(
    yes: float, no: float, reason: Reason | None, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdict = Reply("Yes", top={"Yes": yes, "No": no})

    def answer(n: int, body: Body) -> Reply:
        return Reply(COPY) if writes(body) else verdict if "top_logprobs" in body else Reply("A cup of coffee.")

    async with stages(root, monkeypatch, answer) as (graph, _):
        decision = await decide(graph, item=ITEM)
    assert decision.candidates
    assert [c.fit for c in decision.candidates] == [pytest.approx(1 / (1 + math.exp(no - yes)))] * len(
        decision.candidates
    )
    assert decision.source is (Source.GENERATED if reason is None else Source.NONE)
    assert reason in (None, decision.reason)


async def test_a_server_that_is_down_degrades_the_request_and_says_so(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stages(root, monkeypatch, lambda n, body: refusal(401, f"no such key: {KEY}")) as (graph, _):
        decision = await decide(
            graph, item=ITEM, incumbents=[{"id": "h", "title": "Coffee", "body": "A cup of coffee on a table."}]
        )
    assert set(decision.degradations) == {Degradation.CAPTION_FROM_METADATA, Degradation.FEWER_CANDIDATES}
    assert decision.source is Source.INCUMBENT
    assert KEY not in decision.model_dump_json()
