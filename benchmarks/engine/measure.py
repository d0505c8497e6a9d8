"""Rounds of the graph and of bare vLLM in turn, on the same items."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from rich.progress import track

from benchmarks.engine.bare import BareEngine
from benchmarks.engine.rounds import Round, compared, cpu_of, summary
from benchmarks.lib.cold_items import FIRST_WORDS, begun_with, cold_items
from benchmarks.lib.console import console, quiet
from benchmarks.lib.process_cpu import role_cpu, spent
from deployments.errors import Misconfigured
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.router.catalogue import FileCatalogue
from deployments.settings import parse
from deployments.types import Decision, GenerationTask, Item, LengthProfile, Options, Source, Stage
from serve_app.client import AsyncPushGenClient
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.demo.items import demo_items
from serve_app.demo.local import LocalServe, free_port
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.profiles import load_profiles

CATEGORIES: Final = 4
CANDIDATES: Final = 2
PROFILE: Final = "default"
SEED: Final = 0
_READY_S: Final = 400.0
_TIMEOUT_S: Final = 120.0
# Words of rounds that are not compared: a title may not come twice.
_WARM_UP, _ALONE, _PHOTOS = "Warm-up", "Alone", "Photo"


def run(
    config: Path, rounds: int, items: int, concurrency: int, photos: bool
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The whole report and one row a round and side. Raises Misconfigured, StartFailed."""
    started = time.monotonic()
    settings, knobs = generator_of(config)
    in_flight = concurrency or at_least_full(settings.engine.max_num_seqs)
    console.print("starting the bare engine")
    with BareEngine(settings, knobs) as bare:
        bare.profile = profile_of(config)
        bare.write([task(item, bare.profile) for item in round_items(_WARM_UP, 2)])
        alone = bare_round(bare, round_items(_ALONE, items), None)
        console.print(f"starting {config.name}")
        with LocalServe(config, http_port=free_port(), grpc_port=free_port(), edit=like_bare) as local:
            local.wait_ready(_READY_S)
            asyncio.run(ask(local, requests(round_items(_WARM_UP, 2)), in_flight))
            pairs = []
            silent = quiet()
            for n in track(range(rounds), "rounds", console=console, disable=silent):
                pairs.append(pair(local, bare, round_items(FIRST_WORDS[n], items), in_flight, graph_first=n % 2 == 0))
            with_photos = photo_round(local, bare, items, in_flight) if photos else None
    result = {
        **summary(pairs, alone),
        "photos": with_photos and compared(*with_photos),
        "rounds": rounds,
        "items_a_round": items,
        "candidates_a_request": CATEGORIES * CANDIDATES,
        "requests_in_flight": in_flight,
        "captions": "given with the item",
        "engine": settings.engine.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        | {"max_num_seqs": settings.engine.max_num_seqs},
        "sampling": knobs.model_copy(update={"second_tries": 0}).model_dump(mode="json"),  # see `like_bare`
        "seconds": round(time.monotonic() - started, 1),
    }
    rounds_of_sides = [("alone", "bare", alone)]
    rounds_of_sides += [
        (str(n), side, one) for n, both in enumerate(pairs) for side, one in zip(("graph", "bare"), both, strict=True)
    ]
    rounds_of_sides += [("photos", side, one) for side, one in zip(("graph", "bare"), with_photos or (), strict=False)]
    return result, [{"round": name, "side": side, **one.row()} for name, side, one in rounds_of_sides]


def generator_of(config: Path) -> tuple[GeneratorSettings, GeneratorKnobs]:
    """The generator's settings and knobs as the config has them. Raises Misconfigured."""
    try:
        application = yaml.safe_load(config.read_text(encoding="utf-8"))["applications"][0]
        stage = application["args"]["generator"]
        knobs = {d["name"]: d.get("user_config") for d in application.get("deployments") or ()}
    except (OSError, yaml.YAMLError, KeyError, TypeError, IndexError):
        raise Misconfigured(f"--config: {str(config)!r} is no serve config of this app") from None
    if not isinstance(stage, Mapping) or stage.get("kind") != "vllm":
        raise Misconfigured("--config: its generator is not of kind vllm, there is no engine to compare with")
    return (
        parse(GeneratorSettings, stage, "generator"),
        parse(GeneratorKnobs, knobs.get("Generator") or {}, "user_config of Generator"),
    )


def like_bare(config: dict[str, Any]) -> None:
    """The config without second tries, which bare vLLM does not have: a candidate is one answer on both sides."""
    deployments = config["applications"][0].setdefault("deployments", [])
    generator = next((d for d in deployments if d["name"] == "Generator"), None)
    if generator is None:
        generator = {"name": "Generator"}
        deployments.append(generator)
    generator["user_config"] = {**(generator.get("user_config") or {}), "second_tries": 0}


def at_least_full(max_num_seqs: int) -> int:
    """Return the requests in flight that keep the engine full while one request ends and the next begins.

    They hold four times as many candidates as the engine computes at once.
    """
    return -(-4 * max_num_seqs // (CATEGORIES * CANDIDATES))


def round_items(word: str, count: int) -> list[Item]:
    """New to both sides: no other round's titles begin with the word. The caption says what the item says."""
    begun = [begun_with(word, item) for item in cold_items(count)]
    return [item.model_copy(update={"caption": f"{item.creator} in {item.metadata['place']}"}) for item in begun]


def task(item: Item, profile: LengthProfile) -> GenerationTask:
    """Make the task that the pipeline gives the generator for `requests` of this item and its caption."""
    return GenerationTask(
        item=item.without_media(),
        caption=item.caption,
        plan=tuple(category.plan(1.0, wanted=True) for category in categories()),
        candidates_per_category=CANDIDATES,
        profile=profile,
        seed=SEED,
    )


def categories() -> Sequence[Any]:
    return FileCatalogue(kind="file").load().categories[:CATEGORIES]


def profile_of(config: Path) -> LengthProfile:
    """The profile that requests name, from the file that the config's ingress reads. Raises Misconfigured."""
    application = yaml.safe_load(config.read_text(encoding="utf-8"))["applications"][0]
    knobs = {d["name"]: d.get("user_config") for d in application.get("deployments") or ()}
    return load_profiles(parse(IngressKnobs, knobs.get("Ingress") or {}, "Ingress").length_profiles)[PROFILE]


def requests(items: Sequence[Item]) -> list[GenerateNotificationRequest]:
    options = Options(
        categories_wanted=tuple(category.category for category in categories()),
        candidates_per_category=CANDIDATES,
        length_profile=PROFILE,
        seed=SEED,
    )
    return [GenerateNotificationRequest(item=item, options=options) for item in items]


def pair(
    local: LocalServe, bare: BareEngine, items: Sequence[Item], in_flight: int, *, graph_first: bool
) -> tuple[Round, Round]:
    """The graph's round and the bare engine's. Raises Misconfigured when their prompts differ."""
    if graph_first:
        graph = graph_round(local, items, in_flight)
        other = bare_round(bare, items, local)
    else:
        other = bare_round(bare, items, local)
        graph = graph_round(local, items, in_flight)
    if graph.candidates == other.candidates and graph.prompt_tokens != other.prompt_tokens:
        raise Misconfigured(
            f"the graph's prompts hold {graph.prompt_tokens} tokens and the bare engine's {other.prompt_tokens}: they "
            "differ, so nothing is compared"
        )
    return graph, other


def graph_round(local: LocalServe, items: Sequence[Item], in_flight: int) -> Round:
    """The items' requests, the next sent as one is answered."""
    before = role_cpu(local)
    decisions, seconds = asyncio.run(ask(local, requests(items), in_flight))
    return of_decisions(decisions, seconds, spent(before, role_cpu(local)))


async def ask(
    local: LocalServe, requests: Sequence[GenerateNotificationRequest], in_flight: int
) -> tuple[list[Decision], float]:
    """Every decision, and the seconds from the first request to the last answer."""
    room = asyncio.Semaphore(in_flight)

    async def one(request: GenerateNotificationRequest) -> Decision:
        async with room:
            return await client.generate(request)

    async with AsyncPushGenClient(local.address, timeout_s=_TIMEOUT_S) as client:
        await client.health()
        began = time.perf_counter()
        decisions = await asyncio.gather(*(one(request) for request in requests))
        return list(decisions), time.perf_counter() - began


def of_decisions(decisions: Sequence[Decision], seconds: float, cpu_s: Mapping[str, float]) -> Round:
    written = [t for d in decisions for t in d.timings if t.stage is Stage.GENERATE]
    return Round(
        seconds=seconds,
        candidates=sum(c.source is Source.GENERATED for d in decisions for c in d.candidates),
        prompt_tokens=sum(t.prompt_tokens for t in written),
        cached_tokens=sum(t.cached_tokens for t in written),
        output_tokens=sum(t.output_tokens for t in written),
        degraded=sum(d.partial for d in decisions),
        cpu_s=dict(cpu_s),
    )


def bare_round(bare: BareEngine, items: Sequence[Item], local: LocalServe | None) -> Round:
    """All at once; beside its own CPU time that of the graph, which should have nothing to do."""
    before = role_cpu(local) if local else {}
    written = bare.write([task(item, bare.profile) for item in items])
    idle = sum(spent(before, role_cpu(local)).values()) if local else 0.0
    return Round(
        seconds=written.seconds,
        candidates=written.candidates,
        prompt_tokens=written.prompt_tokens,
        cached_tokens=written.cached_tokens,
        output_tokens=written.output_tokens,
        cpu_s=cpu_of(written.cpu_s, idle),
    )


def photo_round(local: LocalServe, bare: BareEngine, count: int, in_flight: int) -> tuple[Round, Round]:
    """One photo an item and no caption: the bare engine is given those that the graph's captioner wrote."""
    images = [entry.request.item.images for entry in demo_items() if entry.request.item.images]
    items = [
        item.model_copy(update={"caption": "", "images": images[n % len(images)][:1]})
        for n, item in enumerate(round_items(_PHOTOS, count))
    ]
    before = role_cpu(local)
    decisions, seconds = asyncio.run(ask(local, requests(items), in_flight))
    graph = of_decisions(decisions, seconds, spent(before, role_cpu(local)))
    captioned = [i.model_copy(update={"caption": d.caption.text}) for i, d in zip(items, decisions, strict=True)]
    return graph, bare_round(bare, captioned, local)
