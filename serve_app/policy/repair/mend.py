"""Which findings a repair can mend, and the loop that repairs and checks again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from deployments.types import Copy, PolicyFinding, Severity
from serve_app.policy.context import PolicyContext
from serve_app.policy.finished import UNFINISHED
from serve_app.policy.registry import RULES, PolicySettings, check
from serve_app.policy.repair import tidy
from serve_app.policy.repair.trim import trim

_ROUNDS: Final = 3
_LENGTH: Final = "length."
_FIELDS: Final = ("title", "body")


@dataclass(frozen=True)
class Mended:
    """A repaired copy that no rule rejects any more.

    findings: of the repaired copy. repaired: of the copy before, which the repair mended. trimmed: whether it has lost
    words, so that what its writer says of the whole does not hold.
    """

    copy: Copy
    findings: tuple[PolicyFinding, ...]
    repaired: tuple[PolicyFinding, ...]

    @property
    def trimmed(self) -> bool:
        return any(_needs_trim(finding) for finding in self.repaired)


def mended(
    copy: Copy, findings: Sequence[PolicyFinding], context: PolicyContext, settings: PolicySettings
) -> Mended | None:
    """Repair a copy that has findings. Return None where nothing rejects it, or no repair mends all that does.

    Mended are findings of severity REWRITE, and those of length whatever they are.
    """
    found = tuple(findings)
    repaired: tuple[PolicyFinding, ...] = ()
    for _ in range(_ROUNDS):
        faults = tuple(f for f in found if f.severity.rejects)
        if not faults:
            break
        if not all(map(_is_mendable, faults)):
            return None
        better = _repair(copy, faults, context, settings)
        if better == copy:
            return None
        copy, found, repaired = better, check(better, context, settings), (*repaired, *faults)
    if not repaired or any(f.severity.rejects for f in found):
        return None
    return Mended(copy, found, repaired)


def _is_mendable(fault: PolicyFinding) -> bool:
    if fault.field not in _FIELDS:
        return False
    return fault.rule.startswith(_LENGTH) or (
        fault.severity is Severity.REWRITE and fault.rule.startswith(("format.", "emoji."))
    )


def _needs_trim(fault: PolicyFinding) -> bool:
    return fault.rule.startswith(_LENGTH) or fault.rule == UNFINISHED


def _repair(copy: Copy, faults: Sequence[PolicyFinding], context: PolicyContext, settings: PolicySettings) -> Copy:
    for field in _FIELDS:
        here = [f for f in faults if f.field == field]
        if any(f.rule.startswith("format.") and f.rule != UNFINISHED for f in here):
            repeated = [f.text for f in here if f.rule.startswith("format.")]
            copy = _with(copy, field, tidy.spaced(_text(copy, field), repeated, context.item.language))
        if any(f.rule.startswith("emoji.") for f in here):
            passes = _passing(copy, field, ("emoji.",), context, settings)
            copy = _with(copy, field, tidy.fewer_emoji(_text(copy, field), passes))
        if any(map(_needs_trim, here)):
            passes = _passing(copy, field, (_LENGTH, UNFINISHED), context, settings)
            broken_off = any(f.rule == UNFINISHED for f in here)
            text = trim(_text(copy, field), passes, context.item.language, sentences_only=broken_off)
            copy = _with(copy, field, text)
    return copy


def _passing(
    copy: Copy, field: str, ids: tuple[str, ...], context: PolicyContext, settings: PolicySettings
) -> Callable[[str], bool]:
    """Return a test of another text for the field: whether the rules of these ids let it pass."""
    rows = tuple(name for name, rule in RULES.items() if any(kind.id.startswith(ids) for kind in rule.ids))

    def passes(text: str) -> bool:
        found = check(_with(copy, field, text), context, settings, only=rows)
        return not any(f.field == field and f.severity.rejects for f in found)

    return passes


def _text(copy: Copy, field: str) -> str:
    return str(getattr(copy, field))


def _with(copy: Copy, field: str, text: str) -> Copy:
    return copy.model_copy(update={field: text})
