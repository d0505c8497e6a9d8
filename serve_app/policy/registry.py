"""The table of policy rules, their settings, and the check of a copy against all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from deployments.settings import Knobs
from deployments.types import Copy, Item, LengthProfile, OutputField, PolicyFinding, Severity
from serve_app.policy.banned import BannedRule, banned
from serve_app.policy.contact import ContactRule, contact
from serve_app.policy.context import Hit, PolicyContext
from serve_app.policy.duplicate import DuplicateRule, duplicate
from serve_app.policy.empty import EmptyRule, empty
from serve_app.policy.finished import FinishedRule, cut_off, finished
from serve_app.policy.grounding import GroundingRule, grounding
from serve_app.policy.language import LanguageRule, language
from serve_app.policy.length import LengthRule, length
from serve_app.policy.markup import MarkupRule, markup
from serve_app.policy.placeholder import PlaceholderRule, placeholder
from serve_app.policy.repetition import RepetitionRule, repetition
from serve_app.policy.shouting import ShoutingRule, shouting

Rule = Callable[[Copy, PolicyContext, Any], Iterator[Hit]]

# A rule and its field of PolicySettings have the same name. Findings come in this order.
RULES: Final[dict[str, Rule]] = {
    "empty": empty,
    "length": length,
    "finished": finished,
    "repetition": repetition,
    "placeholder": placeholder,
    "markup": markup,
    "language": language,
    "banned": banned,
    "contact": contact,
    "grounding": grounding,
    "duplicate": duplicate,
    "shouting": shouting,
}

_MAX_EXCERPT = 120
_MOST_HITS = 10  # of one rule


class PolicySettings(Knobs):
    """Each rule's thresholds and its action: "off", "review" or "block"."""

    empty: EmptyRule = EmptyRule()
    length: LengthRule = LengthRule()
    finished: FinishedRule = FinishedRule()
    repetition: RepetitionRule = RepetitionRule()
    placeholder: PlaceholderRule = PlaceholderRule()
    markup: MarkupRule = MarkupRule()
    language: LanguageRule = LanguageRule()
    banned: BannedRule = BannedRule()
    contact: ContactRule = ContactRule()
    grounding: GroundingRule = GroundingRule()
    duplicate: DuplicateRule = DuplicateRule()
    shouting: ShoutingRule = ShoutingRule()


def check(
    copy: Copy, context: PolicyContext, settings: PolicySettings, only: Sequence[str] = tuple(RULES)
) -> tuple[PolicyFinding, ...]:
    """Return the findings of all rules that are on. Takes some milliseconds of CPU, mostly in the language rule."""
    return tuple(
        _finding(name, hit)
        for name, rule in RULES.items()
        if name in only
        for hit in _first(rule(copy, context, getattr(settings, name)))
    )


def _first(hits: Iterator[Hit]) -> list[Hit]:
    """Take as many hits as anybody reads; look further only for one that blocks."""
    taken: list[Hit] = []
    blocked = False
    for hit in hits:
        if hit.action == "off":
            continue
        if len(taken) < _MOST_HITS:
            taken.append(hit)
        elif hit.action == "block":
            taken[-1] = hit
        blocked = blocked or hit.action == "block"
        if blocked and len(taken) == _MOST_HITS:
            break
    return taken


def unfinished(copy: Copy) -> PolicyFinding:
    """Return the finding for a draft that its generator reports as cut off."""
    return _finding("finished", cut_off(copy))


def _finding(rule: str, hit: Hit) -> PolicyFinding:
    severity = Severity.BLOCK if hit.action == "block" else Severity.REVIEW
    return PolicyFinding(
        rule=rule, code=hit.code, severity=severity, field=hit.field, excerpt=hit.excerpt[:_MAX_EXCERPT]
    )


def warm_up() -> None:
    """Check one copy, so that no request loads the language model, which takes a second."""
    profile = LengthProfile(length_profile="warm-up", max_title=40, max_body=90)
    fields = tuple(OutputField)
    context = PolicyContext.of(item=Item(title="Warm up"), caption="", profile=profile, output_fields=fields)
    copy = Copy(title="Warm up before you run", body="A short walk makes the first mile easier.")
    check(copy, context, PolicySettings())
