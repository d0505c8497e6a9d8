"""A lane with entries in it, for tests."""

from __future__ import annotations

from collections.abc import Sequence

from deployments.batching.entry import Entry, PendingCall
from deployments.batching.lane import Lane
from deployments.types import Priority


def waiting(specs: Sequence[tuple[int, int]], lane: Priority = Priority.REALTIME) -> tuple[Lane[int], list[Entry[int]]]:
    """A lane with an entry for each (tokens, deadline), and those entries."""
    made: Lane[int] = Lane()
    nobody = PendingCall(reply=None, answers=[], missing=1, queued_at_s=0.0)  # type: ignore[arg-type]  # never answered
    entries = [Entry(i, tokens, (float(at), i), lane, nobody, 0) for i, (tokens, at) in enumerate(specs)]
    for entry in entries:
        made.add([entry])
    return made, entries
