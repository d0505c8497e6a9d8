"""The choice of an adapter: the request's, else the knobs', refused by name where there is none."""

from __future__ import annotations

import pytest

from deployments.engines.adapters import Adapter
from deployments.errors import InvalidInput, Misconfigured
from deployments.generator.generator import VllmGenerator
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.kinds import build_generator
from tests.unit.deployments.generator.fake_engine import Engine, copy, drafts, generator, task


def adapted(engine: Engine, adapter: str = "") -> VllmGenerator:
    """A started generator with one adapter."""
    settings = {"engine": {"model": "m", "adapters": {"news": "folder"}}}
    stage = build_generator(GeneratorSettings.model_validate(settings))
    engine.adapters = {"news": Adapter("news", 1, "folder", 8, "0123456789ab")}
    stage._engine = engine  # type: ignore[assignment]
    stage._knobs = GeneratorKnobs(adapter=adapter)
    stage._revision = stage._revision.model_copy(update={"model_revision": "base"})
    return stage


async def test_the_adapter_of_the_knobs_writes_and_every_draft_says_so() -> None:
    engine = Engine(copy)
    stage = adapted(engine, "news")
    written = await drafts(stage, task())
    assert set(engine.requested_adapters) == {"news"}
    assert {d.revision.model_revision for d in written if d.revision} == {"base+news@0123456789ab"}
    assert stage.revision() == written[0].revision


async def test_another_adapter_is_chosen_while_serving_and_an_unknown_one_refused() -> None:
    engine = Engine(copy)
    stage = adapted(engine)
    await drafts(stage, task())
    await stage.reconfigure(GeneratorKnobs(adapter="news"))
    with pytest.raises(Misconfigured, match="'nws'; did you mean 'news'"):
        await stage.reconfigure(GeneratorKnobs(adapter="nws"))
    await drafts(stage, task())
    assert engine.requested_adapters == [""] * 4 + ["news"] * 4


async def test_the_requests_adapter_wins_and_base_is_the_model_itself() -> None:
    engine = Engine(copy)
    stage = adapted(engine, "news")
    plain = await drafts(stage, task(adapter="base"))
    await stage.reconfigure(GeneratorKnobs(adapter="base"))
    news = await drafts(stage, task(adapter="news"))
    await drafts(stage, task())
    assert engine.requested_adapters == [""] * 4 + ["news"] * 4 + [""] * 4
    assert {d.revision.model_revision for d in plain if d.revision} == {"base"}
    assert {d.revision.model_revision for d in news if d.revision} == {"base+news@0123456789ab"}
    assert stage.revision().model_revision == "base"


async def test_an_unknown_adapter_of_a_request_is_refused_by_name_before_any_work() -> None:
    engine = Engine(copy)
    with pytest.raises(InvalidInput) as caught:
        await drafts(adapted(engine), task(adapter="nws"))
    assert caught.value.violations == [("options.adapter", "unknown adapter 'nws'; known: base, news")]
    with pytest.raises(InvalidInput, match=r"options\.adapter"):
        await drafts(generator(engine), task(adapter="news"))
    assert engine.prompts == []


async def test_an_unknown_adapter_is_refused_before_the_engine_starts() -> None:
    with pytest.raises(Misconfigured, match="adapter"):
        await adapted(Engine(copy)).start(GeneratorKnobs(adapter="nws"))
