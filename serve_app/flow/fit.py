"""The fit gate: rejects written copies that are not fit to send. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from deployments.types import Candidate, PolicyFinding, Severity, Source
from serve_app.flow.knobs import FitKnobs

UNFIT, UNKNOWN = "fit.below", "fit.unknown"
_LEAST = 1e-3


def gated(candidates: Sequence[Candidate], knobs: FitKnobs) -> list[Candidate]:
    """Reject generated copies that are unfit, or whose fit is unknown, with the reason.

    An unscored copy without a fit passes: its fit may still come with its reward. Incumbents and templates always pass.
    """
    return [_gated(c, knobs) for c in candidates]


def _gated(candidate: Candidate, knobs: FitKnobs) -> Candidate:
    if candidate.source is not Source.GENERATED or candidate.rejected:
        return candidate
    if candidate.fit is not None:
        return candidate if candidate.fit >= knobs.minimum else _with(candidate, UNFIT, Severity.BLOCK)
    if candidate.reward is None or knobs.minimum == 0:
        return candidate
    return _with(candidate, UNKNOWN, Severity.REVIEW if knobs.allow_unknown else Severity.BLOCK)


def _with(candidate: Candidate, rule: str, severity: Severity) -> Candidate:
    finding = PolicyFinding(rule=rule, severity=severity)
    rejected = candidate.rejected or severity is Severity.BLOCK
    return candidate.model_copy(update={"findings": (*candidate.findings, finding), "rejected": rejected})


def rejected_as_unfit(candidate: Candidate) -> bool:
    return any(f.rule in (UNFIT, UNKNOWN) and f.severity is Severity.BLOCK for f in candidate.findings)


def bounded(fit: float) -> float:
    """Clip the fit above 0, so that its logarithm is finite."""
    return max(fit, _LEAST)
