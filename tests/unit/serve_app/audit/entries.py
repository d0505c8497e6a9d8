"""Entries of the audit log as the service writes them, of real runs of the flow on fakes."""

from __future__ import annotations

import logging
from typing import Any

from serve_app.access.caller import Caller
from serve_app.flow.audit import AuditEntry, logger
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.metrics import NoMetrics
from serve_app.flow.pipeline import Stages
from serve_app.flow.service import PushGenService
from tests.graph.stages import PROFILES, fakes, known, request


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(str(record.msg))


async def written(
    knobs: dict[str, Any], *requests: dict[str, Any], stages: Stages | None = None
) -> tuple[list[str], list[Any]]:
    """Return the lines of these requests, and their Decisions."""
    service = PushGenService(
        stages=stages or fakes(),
        knobs=IngressKnobs.model_validate(knobs),
        profiles=PROFILES,
        categories=known,
        revisions=dict,  # type: ignore[arg-type]
        health=dict,  # type: ignore[arg-type]
        metrics=NoMetrics(),
        callers=Caller,
    )
    kept = _Kept()
    logger.addHandler(kept)
    logger.setLevel(logging.INFO)
    try:
        decisions = [await service.generate(request(**fields), f"r{n}") for n, fields in enumerate(requests)]
    finally:
        logger.removeHandler(kept)
        logger.setLevel(logging.NOTSET)
    return kept.lines, decisions


def entries(lines: list[str]) -> list[AuditEntry]:
    return [AuditEntry.model_validate_json(line) for line in lines]
