"""Tables for people, used by the CLI and the demo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from deployments.errors import PushGenError
from deployments.types import (
    Candidate,
    Caption,
    Decision,
    Item,
    RoutedCategory,
    Source,
    StageRevision,
    StageTiming,
)
from serve_app.contract.messages import (
    CandidateEvent,
    CaptionedEvent,
    Event,
    GetServiceInfoResponse,
    RoutedEvent,
    ScoredEvent,
)

CAPTION_SOURCES = {
    "VLM": "a vision-language model",
    "TAGS": "image tags and text read off the image; no vision-language model",
    "GIVEN": "given by the caller",
    "METADATA": "the metadata alone",
    "FAKE": "a stand-in",
}
REASONS = {
    "BEAT_INCUMBENT": "scores above every incumbent, and is likely enough to beat each",
    "BEST_CANDIDATE": "the best candidate; there was no incumbent to beat",
    "BELOW_MARGIN": "candidates score above the best incumbent, but none is likely enough to beat every one",
    "ALL_REJECTED": "policy rejected every candidate",
    "NO_CANDIDATES": "no candidate was written in time",
    "UNSCORED": "candidates could not be scored, so none may replace what exists",
    "INCUMBENT_BETTER": "no candidate scores above the best incumbent",
    "NONE_FIT": "no candidate is fit to send",
    "NOT_COMPARED": "the reward model does not know the language, so nothing was compared",
}

TIERS = {
    "AUTO": "no finding asks for a person",
    "SAMPLE": "may be sent; a person should look at some of these",
    "HOLD": "a person should look at it before it is sent",
}


def _row(table: Table, *cells: str | Text, style: str = "") -> None:
    """Add a row without markup: Rich would read markup in plain strings, and callers write brackets."""
    table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in cells), style=style)


def word(value: StrEnum) -> str:
    """Return an enum's value without its prefix: TAGS for CAPTION_SOURCE_TAGS."""
    return value.name


def decision_view(decision: Decision, *, title: str = "") -> RenderableType:
    """Show a whole Decision, its copies best first."""
    parts: list[RenderableType] = [_chosen(decision)]
    if decision.candidates:
        parts.append(candidates_table(decision.candidates))
    parts.append(caption_line(decision.caption))
    if decision.categories:
        parts.append(categories_line(decision.categories))
    if decision.degradations:
        taken = ", ".join(map(word, decision.degradations))
        parts.append(Text.assemble(("degraded  ", "bold yellow"), taken))
    if decision.timings:
        parts.append(timings_table(decision.timings))
    if decision.revisions:
        parts.append(revisions_line(decision.revisions))
    heading = title or decision.item_id or "decision"
    return Panel(Group(*parts), title=Text(heading), subtitle=Text(f"request {decision.request_id}", style="dim"))


def _chosen(decision: Decision) -> RenderableType:
    reason = f"{word(decision.reason)}: {REASONS.get(word(decision.reason), '')}".rstrip(": ")
    why = Text.assemble(("why       ", "bold"), f"{word(decision.source)}, {reason}")
    if decision.notification is None:
        return Group(Text("nothing to send", style="bold red"), why)
    chosen = next((c for c in decision.candidates if c.id == decision.notification.candidate_id), None)
    lines = [
        Text(decision.notification.title, style="bold green"),
        Text(decision.notification.body, style="green"),
        Text.assemble(("category  ", "bold"), decision.notification.category or "-"),
        why,
    ]
    if decision.tier is not None:
        says = f"{word(decision.tier)}: {TIERS.get(word(decision.tier), '')}".rstrip(": ")
        lines.append(Text.assemble(("tier      ", "bold"), says))
    if chosen is not None and chosen.reward is not None:
        score = "" if chosen.score is None else f", score {chosen.score:+.3f}"
        wins = "" if chosen.win_probability is None else f", {chosen.win_probability:.0%} to beat its strongest rival"
        reward = f"{chosen.reward.mean:+.3f} \u00b1 {chosen.reward.spread:.3f}{score}{wins}"
        lines.append(Text.assemble(("reward    ", "bold"), reward))
    return Group(*lines)


def candidates_table(candidates: Iterable[Candidate]) -> Table:
    """Show every candidate: rank, category, fit, reward, score, text and policy findings.

    The win probability has a column when there is an incumbent.
    """
    candidates = list(candidates)
    contest = any(c.win_probability is not None for c in candidates)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("#", "id", "category", "fit", "reward", "score", *(["P(win)"] if contest else [])):
        table.add_column(name, no_wrap=True, justify="left" if name in {"id", "category"} else "right")
    table.add_column("copy", ratio=1, overflow="fold")
    for c in candidates:
        category = c.category if c.source is Source.GENERATED else f"({word(c.source).lower()})"
        fit = "-" if c.fit is None else f"{c.fit:.2f}"
        reward = "-" if c.reward is None else f"{c.reward.mean:+.2f} \u00b1 {c.reward.spread:.2f}"
        score = "-" if c.score is None else f"{c.score:+.2f}"
        wins = ["-" if c.win_probability is None else f"{c.win_probability:.2f}"] if contest else []
        cells = [str(c.rank or "-"), c.id, category, fit, reward, score, *wins]
        _row(table, *cells, _copy(c), style="dim" if c.rejected else "")
    return table


def _copy(candidate: Candidate) -> Text:
    text = Text(candidate.title, style="bold")
    if candidate.body:
        text.append(f"\n{candidate.body}" if candidate.title else candidate.body, style="not bold")
    for finding in candidate.findings:
        colour = "red" if finding.severity.rejects else "yellow"
        excerpt = f' "{finding.text}"' if finding.text else ""
        text.append(f"\n{word(finding.severity).lower()}: {finding.rule}{excerpt}", style=f"not bold {colour}")
    if candidate.round > 1:
        text.append("\nwritten again, told of the findings of the others", style="not bold cyan")
    for rule in dict.fromkeys(finding.rule for finding in candidate.repaired):
        text.append(f"\nrepaired: {rule}", style="not bold cyan")
    return text


def caption_line(caption: Caption) -> Text:
    source = CAPTION_SOURCES.get(word(caption.source), word(caption.source))
    cached = ", from the cache" if caption.cached else ""
    return Text.assemble(("caption   ", "bold"), caption.text, (f"  ({source}{cached})", "dim"))


def categories_line(categories: Iterable[RoutedCategory]) -> Text:
    listed = ", ".join(f"{c.category} {c.weight:.0%}{' (wanted)' if c.wanted else ''}" for c in categories)
    return Text.assemble(("routed    ", "bold"), listed)


def timings_table(timings: Iterable[StageTiming]) -> Table:
    """Show the cost of each stage, in milliseconds and tokens; a dash for none."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("stage", no_wrap=True)
    for name in ("wall ms", "queue", "compute", "tokens", "cached", "out", "batch", "hits"):
        table.add_column(name, justify="right", no_wrap=True)
    for t in timings:
        spent = (t.wall_ms, t.queue_ms, t.compute_ms)
        counts = (t.prompt_tokens, t.cached_tokens, t.output_tokens, t.batch_size, t.cache_hits)
        numbers = [f"{ms:.1f}" for ms in spent] + [str(n) if n else "-" for n in counts]
        _row(table, word(t.stage).lower(), *numbers)
    return table


def revisions_line(revisions: Iterable[StageRevision]) -> Text:
    listed = "; ".join(_revision(r) for r in revisions)
    return Text.assemble(("models    ", "bold"), (listed, "dim"))


def _revision(revision: StageRevision) -> str:
    model = "@".join(filter(None, (revision.model, revision.model_revision)))
    prompt = f" prompt {revision.prompt_revision}" if revision.prompt_revision else ""
    return f"{word(revision.stage).lower()} {revision.kind} {model}{prompt}".rstrip()


def stage_view(answer: RenderableType, timing: StageTiming, revision: StageRevision) -> RenderableType:
    """Show the answer of one stage."""
    return Group(answer, timings_table([timing]), revisions_line([revision]))


def event_line(event: Event) -> Text:
    """Show one event of a stream on a line; not for the last event."""
    if isinstance(event, CaptionedEvent):
        return caption_line(event.caption)
    if isinstance(event, RoutedEvent):
        return categories_line(event.categories)
    if isinstance(event, CandidateEvent):
        copy = event.candidate
        codes = ", ".join(f.rule for f in copy.findings)
        verdict = (f"  rejected: {codes}" if copy.rejected else f"  {codes}").rstrip()
        name = f"{copy.id:<10}"
        return Text.assemble(
            (name, "bold"), f"{copy.title} | {copy.body} ", (f"({copy.category})", "dim"), (verdict, "red")
        )
    if isinstance(event, ScoredEvent):
        scores = ", ".join(f"{c.id} {c.score:+.2f}" if c.score is not None else c.id for c in event.candidates)
        return Text.assemble(("scored    ", "bold"), scores)
    return Text.assemble(("decided   ", "bold"), word(event.decision.source))


def batch_table(items: Sequence[Item], answers: Mapping[int, Decision | PushGenError]) -> Table:
    """Show one line per item, in the order of the items."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("#", "item", "notification", "category", "source", "reason"):
        table.add_column(name, overflow="fold")
    for index, item in enumerate(items):
        answer = answers.get(index)
        name = item.id or item.title
        if isinstance(answer, Decision):
            sent = answer.notification
            copy = (
                Text("-")
                if sent is None
                else Text.assemble((sent.title, "bold"), f"\n{sent.body}" if sent.body else "")
            )
            category = "" if sent is None else sent.category
            _row(table, str(index), name, copy, category, word(answer.source), word(answer.reason))
        else:
            message = "no answer" if answer is None else answer.message
            _row(table, str(index), name, Text(message, style="red"), "", "", "" if answer is None else answer.reason)
    return table


def info_view(info: GetServiceInfoResponse) -> RenderableType:
    """Show the service: stages, LoRA adapters, categories, length profiles, limits and defaults."""
    stages = Table("stage", "kind", "model", "revision", "prompt", box=box.SIMPLE_HEAD, title=f"version {info.version}")
    for r in info.stages:
        _row(stages, word(r.stage).lower(), r.kind, r.model, r.model_revision, r.prompt_revision)
    categories = Table("category", "definition", "gate", box=box.SIMPLE_HEAD)
    for c in info.categories:
        _row(categories, c.category, c.definition, c.gate)
    profiles = Table("length profile", "title", "body", "counted in", "bytes", "origin", box=box.SIMPLE_HEAD)
    for p in info.length_profiles:
        unit = word(p.counting_unit).lower()
        payload = str(p.max_payload_bytes or "")
        _row(profiles, p.length_profile, str(p.max_title), str(p.max_body), unit, payload, p.origin)
    bounds = Table("limit or default", "value", box=box.SIMPLE_HEAD)
    for model in (info.limits, info.defaults):
        for name, value in model:
            default = "" if model is info.limits else "default "
            _row(bounds, f"{default}{name}", str(value))
    adapters = Text.assemble(("adapters  ", "bold"), ", ".join(info.adapters) or "none")
    return Group(stages, adapters, categories, profiles, bounds)
