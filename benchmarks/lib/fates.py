"""What became of a request, as its caller sees it, from good to wrong; and how long a fault could be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from benchmarks.lib.open_loop import Outcome, Reply, Sample

LATE_MS: Final = 100.0
"""An answer later than the budget and this much is late: of it, the way there and back is not the service's."""
GOOD_SHARE: Final = 0.99
QUIET_S: Final = 3.0
# Rarer requests need a longer window: a share of three requests says nothing.
_FEWEST: Final = 10
_STEP_S: Final = 0.1


class Fate(StrEnum):
    """From best to worst: a batch has the fate of its worst item.

    refused: the service said at once that there is no room, or to come back, and the client does not do that itself.
    expired: DEADLINE_EXCEEDED within the budget. lost: no answer at all within budget and grace, a stream without its
    end, or UNAVAILABLE after the client's retries; "unreachable" where nothing answered at the address.
    internal: INTERNAL, UNKNOWN or 500. wrong: the answer to another request. unsent: the load's own fault.
    """

    GOOD = "good"
    DEGRADED = "degraded"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    EXPIRED = "expired"
    LATE = "late"
    UNSENT = "unsent"
    LOST = "lost"
    INTERNAL = "internal"
    WRONG = "wrong"


_ORDER: Final = {fate: n for n, fate in enumerate(Fate)}
_OUTCOMES: Final = {Fate.GOOD: Outcome.OK, Fate.DEGRADED: Outcome.OK, Fate.REFUSED: Outcome.SHED}
_IN_TIME: Final = (Fate.GOOD, Fate.DEGRADED, Fate.EXPIRED)


class Judgement(NamedTuple):
    """A fate and, where it is none of the good ones, the reason in a word."""

    fate: Fate
    why: str = ""

    def reply(self, *, timed: bool = True) -> Reply:
        """As the reply of a target. timed: False for what has no time budget as a whole."""
        outcome = _OUTCOMES.get(self.fate, Outcome.ERROR)
        code = f"{self.fate}:{self.why}:{'' if timed else 'untimed'}"
        return Reply(outcome, code, degraded=self.fate is Fate.DEGRADED)


def worst(judgements: Sequence[Judgement]) -> Judgement:
    return max(judgements, key=lambda judgement: _ORDER[judgement.fate])


def judged(sample: Sample, budget_ms: float) -> Judgement:
    """What became of a request whose target replied with a Judgement."""
    reply = sample.reply
    if reply.outcome is Outcome.UNSENT or reply.code == "SENT_TOO_LATE":
        return Judgement(Fate.UNSENT, reply.code)
    if reply.outcome is Outcome.TIMEOUT:
        return Judgement(Fate.LOST, "no answer")
    name, colon, rest = reply.code.partition(":")
    if not colon:  # an exception that the target did not expect
        return Judgement(Fate.LOST, name)
    why, _, untimed = rest.rpartition(":")
    fate = Fate(name)
    if fate in _IN_TIME and not untimed and sample.latency_ms > budget_ms + LATE_MS:
        return Judgement(Fate.LATE, why or fate)
    return Judgement(fate, why)


def counted(judgements: Sequence[Judgement]) -> dict[str, Any]:
    """The number of requests by fate, and by the reasons of what was not good."""
    fates = Counter(j.fate for j in judgements)
    reasons = Counter(f"{j.fate}: {j.why}" for j in judgements if j.why and j.fate not in (Fate.GOOD, Fate.CANCELLED))
    return {"requests": len(judgements), **{fate.value: fates[fate] for fate in Fate}, "reasons": dict(reasons)}


def window_s(rate: float) -> float:
    """The time over which a share of good answers is taken."""
    return max(QUIET_S, _FEWEST / rate)


def recovered_s(good: Sequence[tuple[float, bool]], end_s: float, window: float) -> float | None:
    """Seconds from 0, when the fault struck, until the share of good requests is at least GOOD_SHARE and stays there.

    good: of every request due since then, when it was due and whether it was good. A share is of those due within
    `window` seconds; None when it is below GOOD_SHARE until `end_s`, or no window was left after it.
    """
    ordered = sorted(good)
    below = -_STEP_S  # the last instant at which the share of the window that begins there is too low
    steps = int((end_s - window) / _STEP_S) + 1
    if steps <= 0:
        return None
    for n in range(steps):
        at = n * _STEP_S
        inside = [fine for due, fine in ordered if at <= due < at + window]
        if sum(inside) < GOOD_SHARE * len(inside):
            below = at
    if below >= (steps - 1) * _STEP_S - 1e-9:
        return None
    return round(below + _STEP_S, 1)
