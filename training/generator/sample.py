"""`python -m training.generator sample`: examples and pairs from what an adapter wrote, where it holds up."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import MofNCompleteColumn, Progress

from deployments import weights
from deployments.encoder import Encoder, EncoderSettings
from deployments.engines.settings import EngineSettings
from deployments.errors import Misconfigured
from deployments.facts import facts
from deployments.generator.prompt import PROMPT_REVISION
from deployments.generator.settings import GeneratorKnobs, GeneratorSettings
from deployments.reward.model import RewardModel
from deployments.reward.text import render_copy
from deployments.router.catalogue import FileCatalogue
from deployments.types import Draft, GenerationTask
from serve_app.profiles import load_profiles
from training.arms import FOLDS, BadArms
from training.embed import embed
from training.generator import drafts, practice
from training.generator.build import tokenizer_of
from training.generator.practice import Kept, Practice
from training.generator.stories import Story, stories
from training.measure import scored

_console = Console(stderr=True, highlight=False)


def sample(
    arms: Annotated[Path, typer.Option("--arms", help="CSV or Parquet, as for `build`.")],
    adapter: Annotated[Path, typer.Option(help="Adapter that writes.")],
    out: Annotated[Path, typer.Option(help="Folder for train.jsonl, pairs.jsonl and report.json.")],
    base: Annotated[str, typer.Option(help="Model reference that the adapter changes.")] = (
        "package:smollm2-135m-instruct"
    ),
    items: Annotated[int, typer.Option(min=1, help="Stories to write for, of the training folds.")] = 300,
    held_out: Annotated[str, typer.Option("--test-folds", help="Comma-separated; never written for.")] = "2,3",
    reward: Annotated[str, typer.Option(help="Reward model that ranks what holds up.")] = "models/reward",
    temperature: Annotated[float, typer.Option(min=0, max=2)] = 0.9,
    min_p: Annotated[float, typer.Option(min=0, max=1)] = 0.1,
    min_support: Annotated[float, typer.Option(min=0, max=1, help="Share of a copy's words in the facts.")] = 0.45,
    min_relevance: Annotated[float, typer.Option(min=-1, max=1, help="Cosine between copy and facts.")] = 0.4,
    profiles: Annotated[str, typer.Option(help="Length profiles.")] = "configs/profiles.yaml",
    categories: Annotated[str, typer.Option(help="Category catalogue.")] = "configs/categories.yaml",
    seed: Annotated[int, typer.Option(min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line of the output.")] = False,
) -> None:
    """Let an adapter write in every category for stories that it may learn from, and keep the best that holds up.

    Beside them pairs for `prefer`: a kept answer, and one to the same prompt that did not hold up.
    """
    try:
        began = time.monotonic()
        plan = Practice(min_support=min_support, min_relevance=min_relevance, seed=seed)
        barred = {int(part) for part in held_out.split(",") if part.strip()}
        told = stories(arms, sorted(set(range(FOLDS)) - barred), items, seed)
        styles = {c.category: c for c in FileCatalogue(kind="file", path=categories).load().categories}
        lengths = load_profiles(profiles)
        tasks = [practice.task_of(story, styles, lengths, plan) for story in told]
        written = _written(
            f"{base}+{adapter}", GeneratorKnobs(temperature=temperature, min_p=min_p, second_tries=0), tasks
        )
        rows, pairs, said = _chosen(told, tasks, written, base, reward, plan)
        out.mkdir(parents=True, exist_ok=True)
        for name, found in (("train.jsonl", rows), ("pairs.jsonl", pairs)):
            lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in found)
            (out / name).write_text("".join(lines), encoding="utf-8")
        report = {
            "prompt_revision": PROMPT_REVISION,
            "base": weights.public_name(base),
            "adapter": adapter.name,
            "stories": len(told),
            **said,
            "seconds": round(time.monotonic() - began, 1),
        }
        (out / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    except (BadArms, Misconfigured) as error:
        _console.print(f"[red]error:[/red] {escape(str(error))}")
        raise typer.Exit(2) from None
    _console.print(
        f"kept {len(rows)} of {said['drafts']} drafts for {len(told)} stories, made {len(pairs)} pairs, "
        f"{report['seconds']} s"
    )
    if as_json:
        sys.stdout.write(json.dumps(report) + "\n")


def _written(model: str, knobs: GeneratorKnobs, tasks: Sequence[GenerationTask]) -> list[list[Draft]]:
    settings = GeneratorSettings(engine=EngineSettings(model=model, max_num_seqs=32))
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=_console, transient=True) as bar:
        work = bar.add_task("writing", total=len(tasks))
        return drafts.write(settings, knobs, tasks, concurrency=3, step=lambda: bar.advance(work))


def _chosen(
    told: Sequence[Story],
    tasks: Sequence[GenerationTask],
    written: Sequence[Sequence[Draft]],
    base: str,
    reward: str,
    plan: Practice,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any]]:
    """The rows, the pairs, and what to say of them. Ranks by reward; meaning is the router's encoder's."""
    dropped: Counter[str] = Counter()
    kept: list[list[Kept]] = []
    failed: list[list[Draft]] = []
    for task, each in zip(tasks, written, strict=True):
        held = [practice.fit(draft, task, plan) for draft in each]
        dropped.update(reason for one, reason in held if one is None)
        kept.append([one for one, _ in held if one is not None])
        failed.append([draft for draft, (one, _) in zip(each, held, strict=True) if one is None])
    texts = [render_copy(k.draft.title, k.draft.body) for each in kept for k in each]
    rewards = scored(RewardModel.load(Path(reward)), texts).mean
    count, control_words = tokenizer_of(base)
    encoder = Encoder(EncoderSettings())
    encoder.load()
    shown = [facts(task.item, task.caption, GeneratorKnobs().max_facts_tokens, count, control_words) for task in tasks]
    about, copies = _units(embed(encoder, shown, "facts", _console)), _units(embed(encoder, texts, "copies", _console))
    rows: list[dict[str, Any]] = []
    pairs: list[dict[str, Any]] = []
    start = 0
    for number, (story, task, those) in enumerate(zip(told, tasks, kept, strict=True)):
        end = start + len(those)
        relevance = copies[start:end] @ about[number]
        picked = practice.best(those, rewards[start:end].tolist(), relevance.tolist(), plan)
        beside = int((relevance < plan.min_relevance).sum())
        dropped["not about the story"] += beside
        dropped["others of its kind are better"] += len(those) - len(picked) - beside
        rows += [practice.row_of(one, story, task, count, control_words, plan) for one in picked]
        for one in picked:
            pairs += practice.pairs_of(one, failed[number], story, task, count, control_words, plan)
        start = end
    said = {
        "drafts": sum(map(len, written)),
        "drafts_by_style": dict(Counter(d.category for each in written for d in each).most_common()),
        "kept": len(rows),
        "pairs": len(pairs),
        "styles": practice.counts(rows, "style"),
        "profiles": practice.counts(rows, "profile"),
        "fields": practice.counts(rows, "fields"),
        "dropped": dict(dropped.most_common()),
    }
    return rows, pairs, said


def _units(rows: Any) -> Any:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9) if len(rows) else rows
