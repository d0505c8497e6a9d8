"""The generator of kind "openai" on a real `vllm serve`: one server for the whole file."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest
import pytest_asyncio
from transformers import AutoTokenizer

from deployments import weights
from deployments.counting import measure
from deployments.deadline import Call, Deadline
from deployments.engines.token_estimate import estimate_tokens
from deployments.errors import DeadlineExceeded, Misconfigured
from deployments.generator.openai_generator import OpenAiGenerator
from deployments.generator.openai_settings import OpenAiGeneratorKnobs, OpenAiGeneratorSettings
from deployments.kinds import build_generator
from deployments.types import CategoryPlan, CountingUnit, Draft, GenerationTask, Item, LengthProfile
from serve_app.demo.local import free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")

MODEL = "package:smollm2-135m-instruct"
KEY = "sk-of-the-test"
PROFILE = LengthProfile(length_profile="p", max_title=40, max_body=90, counting_unit=CountingUnit.WIDTH)
ITEM = Item(
    title="Flat white with a leaf pattern",
    description="A fresh cup of coffee at Corner Roast, served from seven, with free refills until noon.",
    tags=("coffee", "breakfast"),
)
PLANS = tuple(
    CategoryPlan(category=name, instruction=instruction)
    for name, instruction in (("DIRECT", "State the main fact plainly."), ("HUMOUR", "Make a light, friendly joke."))
)


def ready(url: str, process: subprocess.Popen, log: Path, timeout_s: float = 500) -> None:
    """Poll until the server says that it is well."""
    until = time.monotonic() + timeout_s
    with httpx.Client(timeout=5) as client:
        while time.monotonic() < until:
            assert process.poll() is None, f"vllm serve has ended:\n{log.read_text()[-4000:]}"
            with suppress(httpx.HTTPError):
                if client.get(f"{url}/health").status_code == 200:
                    return
            time.sleep(0.5)
    pytest.fail(f"vllm serve is not ready after {timeout_s:.0f} s:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of `vllm serve` with the demo's base model; its whole process group is gone at the end."""
    port, log = free_port(), tmp_path_factory.mktemp("vllm") / "log"
    command = [
        sys.executable, str(Path(__file__).with_name("vllm_serve.py")), "serve", weights.resolve(MODEL),
        "--served-model-name", "smollm2", "--host", "127.0.0.1", "--port", str(port), "--max-model-len", "1024",
        "--max-num-seqs", "16", "--enforce-eager", "--block-size", "32", "--enable-prompt-tokens-details",
    ]  # fmt: skip
    env = os.environ | {
        "VLLM_API_KEY": KEY,
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",  # its default is one core of two, which others may be using
        "VLLM_NO_USAGE_STATS": "1",
        "OMP_WAIT_POLICY": "passive",
    }
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=env, start_new_session=True
        )
    family: list[psutil.Process] = []
    try:
        ready(f"http://127.0.0.1:{port}", process, log)
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        psutil.wait_procs(family, timeout=20)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        _, left = psutil.wait_procs(family, timeout=10)
        assert not left


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def generator(server: str) -> AsyncIterator[OpenAiGenerator]:
    os.environ["PUSHGEN_TEST_KEY"] = KEY
    stage = build_generator(settings(server))
    await stage.start(OpenAiGeneratorKnobs())
    yield stage
    assert stage.unfinished_requests == 0
    await stage.stop()
    del os.environ["PUSHGEN_TEST_KEY"]


def settings(url: str, **changes: object) -> OpenAiGeneratorSettings:
    server = {"base_url": url, "model": "smollm2", "api_key_env": "PUSHGEN_TEST_KEY", "timeout_s": 120} | changes
    return OpenAiGeneratorSettings.model_validate({"server": server, "fit": {"kind": "engine"}})


def task(**changes: object) -> GenerationTask:
    fields = {"item": ITEM, "caption": "A white cup of coffee with a leaf drawn in the foam.", "plan": PLANS}
    return GenerationTask.model_validate(
        fields | {"candidates_per_category": 2, "profile": PROFILE, "seed": 11} | changes
    )


async def drafts(stage: OpenAiGenerator, work: GenerationTask, seconds: float = 120) -> list[Draft]:
    return [draft async for draft in stage.generate(work, Call(Deadline.after(seconds)))]


async def running(url: str) -> float:
    """Requests that the server computes or keeps waiting."""
    async with httpx.AsyncClient() as client:
        text = (await client.get(url.replace("/v1", "/metrics"))).text
    names = ("vllm:num_requests_running{", "vllm:num_requests_waiting{")
    return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(names))


async def test_every_category_gets_its_candidates_within_the_lengths(generator: OpenAiGenerator) -> None:
    written = await drafts(generator, task())
    assert sorted(d.category for d in written) == ["DIRECT", "DIRECT", "HUMOUR", "HUMOUR"]
    assert not generator._engine._without, "vLLM takes all that we send"
    for draft in written:
        assert draft.title
        assert not draft.finished or draft.body
        assert not draft.finished or measure(draft.title, PROFILE.counting_unit) <= PROFILE.max_title
        assert not draft.finished or measure(draft.body, PROFILE.counting_unit) <= PROFILE.max_body
        assert draft.likelihood is not None
        assert draft.likelihood < 0
        assert draft.usage.output_tokens > 5
        assert draft.usage.prompt_tokens > 100
        assert draft.usage.compute_ms > 0
    assert sum(draft.usage.cached_tokens for draft in written) > 0
    assert any(draft.finished for draft in written)


async def test_the_server_says_of_every_whole_draft_whether_it_is_fit(
    generator: OpenAiGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    written = await drafts(generator, task(), seconds=300)  # on a busy core the questions come late
    whole = [draft for draft in written if draft.finished]
    assert whole
    assert all(draft.fit is not None and 0 < draft.fit < 1 for draft in whole)
    assert {draft.fit for draft in written if not draft.finished} <= {None}
    assert "generator.fit" not in caplog.text


async def test_the_same_seed_writes_the_same_and_another_does_not(generator: OpenAiGenerator) -> None:
    def words(written: list[Draft]) -> set[tuple[str, str, str]]:
        return {(d.category, d.title, d.body) for d in written}

    one = {"plan": PLANS[:1], "candidates_per_category": 1}
    first = words(await drafts(generator, task(**one)))
    assert words(await drafts(generator, task(**one))) == first
    assert words(await drafts(generator, task(**one, seed=12))) != first


async def test_a_consumer_that_has_enough_stops_the_server(generator: OpenAiGenerator, server: str) -> None:
    stream = generator.generate(task(candidates_per_category=8), Call(Deadline.after(120)))
    await anext(stream)
    await stream.aclose()
    assert generator.unfinished_requests == 0
    async with asyncio.timeout(10):
        while await running(server):  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.1)


async def test_a_deadline_before_the_first_draft_is_an_error(generator: OpenAiGenerator) -> None:
    with pytest.raises(DeadlineExceeded):
        await drafts(generator, task(), seconds=0.2)


async def test_a_wrong_model_and_a_wrong_key_end_the_start(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUSHGEN_TEST_KEY", KEY)
    with pytest.raises(Misconfigured, match=r"server\.model"):
        await build_generator(settings(server, model="gpt")).start(OpenAiGeneratorKnobs())
    monkeypatch.setenv("PUSHGEN_WRONG_KEY", "sk-wrong")
    with pytest.raises(Misconfigured, match=r"server\.api_key_env") as caught:
        await build_generator(settings(server, api_key_env="PUSHGEN_WRONG_KEY")).start(OpenAiGeneratorKnobs())
    assert "sk-wrong" not in str(caught.value)


TEXTS = (
    "Chelsea is a rescued tabby who guards the reading chair and lets nobody sit in it. 52310 views!",
    "BREAKING NEWS TODAY: THE PRESIDENT RESIGNS",
    "Die Bundesgesundheitsministerin eröffnete die Ausstellung über Straßenbahnhaltestellen in Köln.",
    "L'été dernier, à l'hôtel, nous avons goûté des crêpes très sucrées.",
    "Свежий хлеб из печи каждое утро в шесть часов на нашей улице.",
    "Φρέσκο ψωμί κάθε πρωί στη γειτονιά μας.",
    "خبز طازج كل صباح في الساعة السادسة",
    "हर सुबह छह बजे ताज़ी रोटी मिलती है।",
    "毎朝六時に焼きたてのパンをお届けします。",
    "每天早上六点新鲜出炉的面包。",
    "매일 아침 여섯 시에 갓 구운 빵을 드립니다.",
    "ขนมปังอบใหม่ทุกเช้าเวลาหกโมง",
    "🥐🍞 Fresh 👩‍🍳🔥🔥",
)


async def test_the_estimate_is_no_less_than_a_small_tokenizer_counts() -> None:
    tokenizer = AutoTokenizer.from_pretrained(weights.resolve(MODEL))
    counts = {text: len(tokenizer.encode(text, add_special_tokens=False)) for text in TEXTS}
    assert {text: n for text, n in counts.items() if estimate_tokens(text) < n} == {}
