"""An engine in the words of a stage: prompts in, samples out, failures by name, its life."""

from __future__ import annotations

import asyncio
import sys
import time
import types
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from deployments.engines import Engine, EngineSettings, Message, Prompt, Sampling
from deployments.engines.words import Token
from deployments.errors import InvalidInput, Misconfigured, StageFailed, StageUnavailable


class Dead(Exception):
    """Takes the place of vLLM's EngineDeadError."""


@pytest.fixture(autouse=True)
def vllm_api(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts of `vllm_api` that an engine asks at each request."""
    stand_in = types.SimpleNamespace(
        sampling_params=lambda **fields: fields, lora_request=lambda adapter: adapter, EngineDeadError=Dead
    )
    monkeypatch.setitem(sys.modules, "deployments.engines.vllm_api", stand_in)
    monkeypatch.setattr("deployments.engines.vllm_api", stand_in, raising=False)


# --- what comes back --------------------------------------------------------------------------------------------------


def output(text: str = "Hi", finish: str | None = "stop", **fields: Any) -> Any:
    """As much of vLLM's RequestOutput as is read."""
    sequence = {"text": text, "finish_reason": finish, "token_ids": [1] * len(text), "cumulative_logprob": -3.0}
    sequence["logprobs"] = None
    whole = {"prompt_token_ids": [1] * 9, "num_cached_tokens": 4, "metrics": None, "finished": finish is not None}
    return types.SimpleNamespace(
        outputs=[types.SimpleNamespace(**(sequence | {k: v for k, v in fields.items() if k in sequence}))],
        **(whole | {k: v for k, v in fields.items() if k in whole}),
    )


class Scripted:
    """Takes vLLM's place: yields `outputs`, raising those that are errors."""

    errored = False
    output_handler = None

    def __init__(self, *outputs: Any) -> None:
        self.outputs = outputs
        self.asked: list[tuple[Any, Any, Any]] = []
        self.aborted = self.shut = 0

    async def generate(self, request: Any, params: Any, _id: str, *, lora_request: Any, priority: int) -> Any:
        self.asked.append((request, params, lora_request))
        done = False
        try:
            for each in self.outputs:
                if isinstance(each, Exception):
                    raise each
                yield each
            done = True
        finally:
            self.aborted += not done

    def shutdown(self) -> None:
        self.shut += 1


class Tokenizer:
    """A token a word."""

    all_special_tokens = ("<s>",)
    added_tokens_decoder = {
        1: types.SimpleNamespace(content="<tool>", special=True),
        2: types.SimpleNamespace(content="plain", special=False),
    }

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        assert not add_special_tokens
        return [len(word) for word in text.split()]

    def apply_chat_template(self, chat: Any, *, tokenize: bool, add_generation_prompt: bool) -> str:
        assert add_generation_prompt
        assert not tokenize
        self.chat = chat
        return " ".join(str(turn["content"]) for turn in chat)


def running(*outputs: Any, **settings: Any) -> tuple[Engine, Scripted]:
    engine, llm = Engine(EngineSettings.model_validate({"model": "m"} | settings), name="generator"), Scripted(*outputs)
    engine._llm = llm
    engine._tokenizer = engine._templates = Tokenizer()
    return engine, llm


async def sample(engine: Engine, **changes: Any) -> Any:
    request: dict[str, Any] = {"request_id": "r"} | changes
    return await engine.sample(Prompt(token_ids=(1, 2)), Sampling(), **request)


async def test_a_sample_has_its_text_and_its_cost() -> None:
    times = types.SimpleNamespace(queued_ts=1.0, scheduled_ts=1.5, last_token_ts=3.5)
    engine, llm = running(output("Hello!", metrics=times))
    done = await sample(engine)
    assert (done.text, done.length_cut, done.logprob) == ("Hello!", False, -0.5)
    assert (done.prompt_tokens, done.cached_tokens, done.output_tokens) == (9, 4, 6)
    assert (done.queue_ms, done.compute_ms) == (500.0, 2000.0)
    assert llm.asked[0][0] == {"prompt_token_ids": [1, 2]}
    assert llm.asked[0][2] is None


async def test_a_sample_has_its_tokens_with_their_log_probabilities() -> None:
    entries = [{1: types.SimpleNamespace(decoded_token=text, logprob=-1.0)} for text in ("H", None)]
    engine, _ = running(output("Hi", logprobs=entries))
    assert (await sample(engine)).tokens == (Token("H", -1.0), Token("", -1.0))
    compared, _ = running(output("Hi", logprobs=[{7: entries[0][1]}]))  # of words that were asked about
    assert (await sample(compared)).tokens == ()


@pytest.mark.parametrize(("finish", "cut"), [("stop", False), ("length", True)])
async def test_an_answer_that_the_token_limit_ended_is_cut(finish: str, cut: bool) -> None:
    engine, _ = running(output(finish=finish))
    assert (await sample(engine)).length_cut is cut


async def test_an_answer_without_tokens_has_no_likelihood_and_missing_figures_are_nothing() -> None:
    engine, _ = running(output("", prompt_token_ids=None, num_cached_tokens=None))
    done = await sample(engine)
    assert (done.logprob, done.prompt_tokens, done.cached_tokens, done.queue_ms) == (None, 0, 0, 0.0)


async def test_an_answer_is_stopped_when_its_reader_has_seen_enough() -> None:
    engine, llm = running(*(output(text, None) for text in ("He", "Hello", "Hello you")), output("Hello you all"))
    seen: list[str] = []

    def enough(text: str) -> bool:
        seen.append(text)
        return len(text) > 4

    done = await sample(engine, stop_when=enough)
    assert (done.text, done.length_cut, seen) == ("Hello", True, ["He", "Hello"])
    assert llm.aborted == 1


async def test_a_finished_answer_is_not_asked_about() -> None:
    engine, llm = running(output("Hello"))
    done = await sample(engine, stop_when=lambda text: True)
    assert (done.length_cut, llm.aborted) == (False, 0)


@pytest.mark.parametrize(
    ("outputs", "error", "words"),
    [
        ([Dead()], StageUnavailable, "the generator's engine has stopped"),
        ([ValueError("/srv/secret")], StageFailed, "the generator's engine could not work on this request"),
        ([], StageFailed, "the generator's engine dropped this request"),
        ([output("", "abort")], StageFailed, "the generator's engine dropped this request"),
    ],
)
async def test_failures_become_the_stages_own(outputs: list[Any], error: type[Exception], words: str) -> None:
    engine, _ = running(*outputs)
    with pytest.raises(error) as caught:
        await sample(engine)
    assert str(caught.value) == words


async def test_an_adapter_is_named_to_the_engine_or_refused() -> None:
    engine, llm = running(output())
    engine.adapters = {"news": "the adapter"}  # type: ignore[dict-item]
    await sample(engine, adapter="news")
    assert llm.asked[0][2] == "the adapter"
    with pytest.raises(Misconfigured, match="did you mean 'news'"):
        await sample(engine, adapter="nws")


async def test_pictures_travel_beside_the_text() -> None:
    engine, llm = running(output())
    await engine.sample(Prompt(text="look", images=("picture",)), Sampling(), request_id="r")  # type: ignore[arg-type]
    assert llm.asked[0][0] == {"prompt": "look", "multi_modal_data": {"image": ["picture"]}}


async def test_two_words_are_compared_by_their_first_tokens() -> None:
    logprobs = [{3: types.SimpleNamespace(logprob=-0.5), 2: types.SimpleNamespace(logprob=-2.0)}]
    engine, llm = running(output(logprobs=logprobs))
    contrast = await engine.contrast(Prompt(token_ids=(1,)), ("Yes please", "No"), request_id="r")
    assert contrast.logit == 1.5
    params = llm.asked[0][1]
    assert (params["compared"], params["temperature"], params["max_tokens"]) == ((3, 2), 0.0, 1)


@pytest.mark.parametrize("logprobs", [None, [{}], [{3: types.SimpleNamespace(logprob=-0.5)}]])
async def test_a_word_without_a_probability_is_a_failure(logprobs: Any) -> None:
    engine, _ = running(output(logprobs=logprobs))
    with pytest.raises(StageFailed, match="gave no probability of the words"):
        await engine.contrast(Prompt(token_ids=(1,)), ("Yes", "No"), request_id="r")


# --- prompts ----------------------------------------------------------------------------------------------------------


def test_a_prompt_that_leaves_no_room_for_an_answer_is_the_items_fault() -> None:
    engine, _ = running(max_model_len=128)
    assert len(engine.render([Message("user", "word " * 127)]).token_ids) == 127
    with pytest.raises(InvalidInput) as caught:
        engine.render([Message("user", "word " * 128)])
    assert caught.value.violations == [("item", "makes a prompt of 128 tokens; 127 fit")]


def test_pictures_come_before_the_text_of_the_last_message() -> None:
    engine, _ = running()
    prompt = engine.render([Message("system", "Be brief."), Message("user", "Look!")], ["one", "two"])  # type: ignore[list-item]
    system, user = engine._templates.chat
    assert [part["type"] for part in system["content"]] == ["text"]
    assert [part["type"] for part in user["content"]] == ["image", "image", "text"]
    assert prompt.images == ("one", "two")


def test_control_words_are_the_special_tokens_and_added_ones() -> None:
    engine, _ = running()
    assert set(engine.control_words()) == {"<s>", "<tool>"}


# --- its life ---------------------------------------------------------------------------------------------------------


def test_prompts_are_rendered_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """vLLM copies its whole tokenizer for each call that overlaps others."""
    engine, _ = running()
    now, most = 0, 0

    def encode(self: Tokenizer, text: str, *, add_special_tokens: bool) -> list[int]:
        nonlocal now, most
        now += 1
        most = max(most, now)
        time.sleep(0.001)  # lets other threads in
        now -= 1
        return [1]

    monkeypatch.setattr(Tokenizer, "encode", encode)
    with ThreadPoolExecutor(4) as threads:
        chats = [threads.submit(engine.render, [Message("user", "Ready?")]) for _ in range(8)]
        counts = [threads.submit(engine.count_tokens, "Ready?") for _ in range(8)]
        assert [each.result().token_ids for each in chats] == [(1,)] * 8
        assert [each.result() for each in counts] == [1] * 8
    assert most == 1


async def test_an_engine_that_is_not_there_or_has_died_is_not_healthy() -> None:
    engine, llm = running()
    await engine.check_health()
    llm.errored = True
    with pytest.raises(StageUnavailable, match="the generator's engine has stopped"):
        await engine.check_health()
    with pytest.raises(StageUnavailable):
        await Engine(EngineSettings(model="m")).check_health()


async def test_an_engine_that_has_requests_and_makes_no_step_is_not_healthy_and_takes_no_more() -> None:
    engine, llm = running(output(), max_step_s=0.05)
    go = asyncio.Event()

    async def hanging(*_: Any, **__: Any) -> Any:
        await go.wait()
        yield output()

    llm.generate = hanging  # type: ignore[method-assign]
    waiting = asyncio.create_task(sample(engine))
    async with asyncio.timeout(10):
        while True:
            try:
                await engine.check_health()
                await asyncio.sleep(0.01)
            except StageUnavailable as error:
                assert str(error) == "the generator's engine hangs"  # noqa: PT017
                break
    with pytest.raises(StageUnavailable):
        await sample(engine)
    engine._stepped(types.SimpleNamespace(num_running_reqs=1), None)
    assert next(iter(engine.readings())).value == 1
    await engine.check_health()
    go.set()
    assert (await waiting).text == "Hi"


async def test_it_may_be_stopped_twice_and_is_not_healthy_then() -> None:
    engine, llm = running()
    await engine.stop()
    await engine.stop()
    assert llm.shut == 1
    with pytest.raises(StageUnavailable):
        await engine.check_health()
