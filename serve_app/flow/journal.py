"""The journal: a record of each request, which at its end becomes metrics and one JSON line in the log.

Every request is in it, also one that was refused while it was read, that ran out of time, or whose caller left.
"""

from __future__ import annotations

import json
import logging
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from deployments.types import StageRevision, StageTiming
from serve_app.flow.knobs import LogKnobs
from serve_app.flow.metrics import Metrics
from serve_app.flow.record import Record, set_current

logger = logging.getLogger("pushgen.requests")

_LEVELS: Final = {"ok": logging.INFO, "partial": logging.INFO, "cancelled": logging.INFO, "error": logging.ERROR}
_LOWEST: Final = {"INFO": logging.INFO, "WARNING": logging.WARNING, "ERROR": logging.ERROR, "OFF": sys.maxsize}
_MAX_CHARS: Final = 200
"""Of a caller's words in a line that have no limit of their own."""


class Line(dict[str, Any]):
    """A line of the log. It becomes text where it is written, not in the event loop.

    JSON in ASCII: a caller's words can neither end the line nor colour a terminal.
    """

    def __str__(self) -> str:
        return json.dumps(self)


class Journal:
    """The records of one ingress replica."""

    def __init__(self, metrics: Metrics, knobs: LogKnobs, clock: Callable[[], float] = time.monotonic) -> None:
        self.knobs = knobs
        self._metrics = metrics
        self._clock = clock

    @contextmanager
    def request(self, rpc: str, protocol: str = "", request_id: str = "", tenant: str = "") -> Iterator[Record]:
        """Open the record of a request, the current one until the end. The body raises how the request fails."""
        record = Record(rpc, protocol, request_id, tenant, self._clock())
        set_current(record)
        try:
            yield record
        except BaseException as error:
            record.error = error
            raise
        finally:
            set_current(None)
            self._close(record)
            record.error = None  # its traceback would keep the request's frames alive

    def _close(self, record: Record) -> None:
        total_ms = (self._clock() - record.began_s) * 1000
        end = record.end
        if end.shed:
            self._metrics.shed(record.rpc, end.shed)
        else:
            self._metrics.request(record.rpc, end.reason, total_ms)
        timings = record.ledger.timings
        for timing in timings:
            self._metrics.timed(timing)
        if record.units and record.error is None and not record.ledger.degradations:
            self._metrics.whole(record.units, (total_ms - (record.gate_ms or 0.0)) / 1000, timings)
        level = _LEVELS.get(end.outcome, logging.WARNING)
        if logger.isEnabledFor(level) and self._wanted(level):
            logger.log(level, line_of(record, total_ms, timings, item_text=self.knobs.item_text))

    def _wanted(self, level: int) -> bool:
        drawn = level > logging.INFO or random.random() < self.knobs.sample  # noqa: S311 - a sample, not a secret
        return drawn and level >= _LOWEST[self.knobs.level]


def line_of(record: Record, total_ms: float, timings: Sequence[StageTiming], *, item_text: bool) -> Line:
    """Return the line of a finished request. What a request does not have is left out."""
    end, decision, ledger = record.end, record.decision, record.ledger
    item = getattr(record.request, "item", None)
    line: dict[str, Any] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "request_id": record.request_id,
        "rpc": record.rpc,
        "protocol": record.protocol,
        "tenant": record.tenant[:_MAX_CHARS],
        "priority": record.priority and record.priority.name,
        "item_id": item and item.id,
        "outcome": end.outcome,
        "reason": end.reason,
        "shed": end.shed,
        "code": end.code,
        "total_ms": round(total_ms, 1),
        "budget_ms": record.budget_ms and round(record.budget_ms, 1),
        "gate_ms": record.gate_ms and round(record.gate_ms, 1),
        "items": len(getattr(record.request, "requests", ())),
        "answers": record.answers,
        "failures": record.failures,
        "stages": {timing.stage.name.lower(): _stage(timing) for timing in timings},
        "degradations": [degradation.name for degradation in ledger.degradations],
        "revisions": {revision.stage.name.lower(): _revision(revision) for revision in ledger.revisions},
    }
    if decision is not None:
        line |= {
            "source": decision.source.name,
            "decided": decision.reason.name,
            "tier": decision.tier and decision.tier.name,
            "candidates": len(decision.candidates),
            "rejected": sum(c.rejected for c in decision.candidates),
            "findings": dict(Counter(f.rule for c in decision.candidates for f in c.findings)),
        }
    if item_text and item is not None:
        line["item"] = item.without_media().model_dump(mode="json", exclude_defaults=True)
    if item_text and decision is not None and decision.notification is not None:
        line["notification"] = decision.notification.model_dump(mode="json")
    return Line({key: value for key, value in line.items() if value not in (None, "", 0, {}, [])})


def _stage(timing: StageTiming) -> dict[str, Any]:
    figures = timing.model_dump(exclude={"stage"})
    return {name: round(value, 1) for name, value in figures.items() if value or name == "wall_ms"}


def _revision(revision: StageRevision) -> str:
    """MODEL@REVISION/PROMPT-REVISION, as far as the stage has them."""
    prompt = f"/{revision.prompt_revision}" if revision.prompt_revision else ""
    return f"{revision.model or revision.kind}@{revision.model_revision}{prompt}"
