"""Adapters on a real engine, hand-made: two served at once beside the model itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from deployments import weights
from deployments.deadline import Call, Deadline
from deployments.engines import Engine, EngineSettings, Message, Sample, Sampling
from deployments.errors import InvalidInput, Misconfigured
from deployments.generator.generator import VllmGenerator
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.kinds import build_generator
from deployments.types import CategoryPlan, GenerationTask, Item, LengthProfile, Stage
from serve_app.client import AsyncPushGenClient
from tests.graph.servers import serving
from tests.graph.stages import fakes, request
from tests.graph.test_service import service
from tests.unit.deployments.engines.peft_folder import write_adapter

pytestmark = pytest.mark.asyncio(loop_scope="module")

MODEL = "package:smollm2-135m-instruct"
NAMES = ("", "one", "two")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def generator(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[VllmGenerator]:
    folder = tmp_path_factory.mktemp("adapters")
    config = json.loads((Path(weights.resolve(MODEL)) / "config.json").read_text())
    one = write_adapter(folder / "one", config, rank=8, seed=1, base_model_name_or_path=MODEL)
    two = write_adapter(folder / "two", config, rank=4, seed=2, base_model_name_or_path=MODEL)
    # float32: a sequence must not change by rounding when others are computed with it.
    engine = EngineSettings(
        model=MODEL, dtype="float32", max_model_len=512, adapters={"one": str(one), "two": str(two)}
    )
    stage = build_generator(GeneratorSettings(engine=engine))
    await stage.start(GeneratorKnobs())
    yield stage
    await stage.stop()
    assert not stage._engine._processes.alive()


@pytest.fixture(scope="module")
def engine(generator: VllmGenerator) -> Engine:
    return generator._engine


async def answer(engine: Engine, adapter: str, tag: str) -> Sample:
    prompt = engine.render([Message("user", "Write one sentence about coffee.")])
    sampling = Sampling(temperature=0, max_tokens=12)
    return await engine.sample(prompt, sampling, request_id=f"{tag}-{adapter}", adapter=adapter)


async def test_each_adapter_writes_its_own_also_in_one_step_with_others(engine: Engine) -> None:
    alone = [await answer(engine, name, "alone") for name in NAMES]
    assert len({sample.text for sample in alone}) == len(NAMES)
    together = await asyncio.gather(*(answer(engine, name, "together") for name in NAMES))
    assert [sample.text for sample in together] == [sample.text for sample in alone]


async def test_an_adapter_shares_no_cached_prefix_with_another(engine: Engine) -> None:
    prompt = engine.render([Message("user", "Name a city. " * 40)])
    cached = []
    for n, name in enumerate(("one", "two", "", "one")):
        sample = await engine.sample(prompt, Sampling(max_tokens=1), request_id=f"prefix-{n}", adapter=name)
        cached.append(sample.cached_tokens > 0)
    assert cached == [False, False, False, True]


async def test_an_adapter_that_the_engine_does_not_have_is_refused(engine: Engine) -> None:
    with pytest.raises(Misconfigured, match="did you mean 'two'"):
        await answer(engine, "twoo", "unknown")


async def test_the_knob_changes_what_writes_while_serving(generator: VllmGenerator) -> None:
    plan = (CategoryPlan(category="DIRECT", instruction="State the main fact plainly."),)
    profile = LengthProfile(length_profile="p", max_title=40, max_body=90)
    work = GenerationTask(
        item=Item(title="A flat white"),
        caption="",
        plan=plan,
        candidates_per_category=1,
        profile=profile,
        temperature=0,
    )
    written = []
    for name in NAMES:
        await generator.reconfigure(GeneratorKnobs(adapter=name, max_tokens=32))
        written += [draft async for draft in generator.generate(work, Call(Deadline.after(60)))]
    await generator.reconfigure(GeneratorKnobs())
    assert len({(draft.title, draft.body) for draft in written}) == len(NAMES)
    base, one, two = (draft.revision.model_revision for draft in written if draft.revision)
    assert one.startswith(f"{base}+one@")
    assert two.startswith(f"{base}+two@")


async def test_requests_at_once_each_get_the_adapter_they_name(generator: VllmGenerator) -> None:
    await generator.reconfigure(GeneratorKnobs(adapter="one", max_tokens=32))
    over = service(fakes(generator=generator), adapters=("one", "two"))
    wishes = ("", "base", "one", "two")
    options = {"max_categories": 1, "candidates_per_category": 1, "temperature": 1, "seed": 3}
    try:
        async with serving(over) as address, AsyncPushGenClient(address, timeout_s=60) as client:
            asked = [request(options=options | {"adapter": wish}) for wish in wishes]
            decisions = await asyncio.gather(*(client.generate(one) for one in asked))
            with pytest.raises(InvalidInput, match=r"options\.adapter: unknown adapter 'three'; known: base, one, two"):
                await client.generate(request(options={"adapter": "three"}))
    finally:
        await generator.reconfigure(GeneratorKnobs())
    unset, base, one, two = ((d.candidates[0].title, d.candidates[0].body) for d in decisions)
    assert unset == one
    assert len({base, one, two}) == 3
    revisions = [r.model_revision for d in decisions for r in d.revisions if r.stage is Stage.GENERATE]
    named = [revision.partition("+")[2].partition("@")[0] for revision in revisions]
    assert named == ["one", "", "one", "two"]


async def test_what_a_cpu_cannot_is_said_before_an_engine_starts(engine: Engine, tmp_path: Path) -> None:
    from vllm.platforms import current_platform

    from deployments.engines.vllm_api import launch

    if current_platform.device_type != "cpu":
        pytest.skip("the installed vLLM computes on a GPU")
    adapters = engine.adapters.values()
    with pytest.raises(Misconfigured, match=r"cannot compile a model with LoRA on a CPU.*merge"):
        launch(EngineSettings(model=MODEL, enforce_eager=False), weights.resolve(MODEL), adapters)
    (tmp_path / "config.json").write_text(json.dumps({"architectures": ["GPT2LMHeadModel"]}))
    with pytest.raises(Misconfigured, match="serves none for this model's architecture"):
        launch(EngineSettings(model=str(tmp_path)), str(tmp_path), adapters)
