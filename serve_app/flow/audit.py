"""The audit log: one JSON line a Decision, with all that the choice was made from, so that it can be made again.

The words of the item are left out unless asked for: its caption, and what findings quote of it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from pydantic import BaseModel

from deployments.router.catalogue import Category
from deployments.types import Copy, Decision, Item, LengthProfile, WinCalibration
from deployments.types.base import Model
from serve_app.flow.brief import Brief
from serve_app.flow.knobs import IngressKnobs, SelectionKnobs
from serve_app.flow.record import Record
from serve_app.policy.tiers import TierRule

logger = logging.getLogger("pushgen.decisions")

VERSION: Final = 1


class AuditText(Model):
    """What the rules read beside the copies: written only when `audit.item_text` is set."""

    item: Item
    recent_copies: tuple[Copy, ...] = ()
    profile: LengthProfile


class AuditEntry(Model):
    """One line. The knobs are those in force for the request.

    calibration: of the win probabilities. incumbents: ids in the caller's order. margin: the request's own; None for
    the operator's. rules_revision: of rules, lists and length profiles. knobs_revision, catalogue_revision: hashes of
    all knobs of the ingress, and of the categories with their instructions.
    """

    version: int = VERSION
    time: str
    tenant: str = ""
    decision: Decision
    calibration: WinCalibration
    selection: SelectionKnobs
    tiers: TierRule
    incumbents: tuple[str, ...] = ()
    margin: float | None = None
    rules_revision: str
    knobs_revision: str
    catalogue_revision: str
    text: AuditText | None = None


class AuditLine:
    """An entry that becomes text where it is written, not in the event loop."""

    def __init__(self, entry: AuditEntry) -> None:
        self._entry = entry

    def __str__(self) -> str:
        return self._entry.model_dump_json()


class Audit:
    """Writes entries for one set of knobs. Off without `audit` in them."""

    def __init__(self, knobs: IngressKnobs) -> None:
        self._knobs = knobs
        self._knobs_revision = _revision([knobs])

    def note(
        self, record: Record, brief: Brief, margin: float | None, categories: Sequence[Category], rules_revision: str
    ) -> None:
        """Hand the Decision of the record over to the log. margin: the request's own."""
        audit, decision = self._knobs.audit, record.decision
        if audit is None or decision is None or not logger.isEnabledFor(logging.INFO):
            return
        entry = AuditEntry(
            time=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            tenant=record.tenant,
            decision=decision if audit.item_text else without_item_text(decision),
            calibration=record.ledger.calibration,
            selection=self._knobs.selection,
            tiers=brief.tiers,
            incumbents=tuple(incumbent.id for incumbent in brief.incumbents),
            margin=margin,
            rules_revision=rules_revision,
            knobs_revision=self._knobs_revision,
            catalogue_revision=_revision(categories),
            text=_text_of(brief) if audit.item_text else None,
        )
        logger.info(AuditLine(entry))


def without_item_text(decision: Decision) -> Decision:
    """Leave out the caption and what findings quote of the item. The words of the copies stay."""
    candidates = tuple(
        c.model_copy(update={"findings": tuple(f.model_copy(update={"evidence": ""}) for f in c.findings)})
        if c.findings
        else c
        for c in decision.candidates
    )
    caption = decision.caption.model_copy(update={"text": ""})
    return decision.model_copy(update={"caption": caption, "candidates": candidates})


def _text_of(brief: Brief) -> AuditText:
    return AuditText(item=brief.text_item, recent_copies=brief.recent_copies, profile=brief.profile)


def _revision(models: Sequence[BaseModel]) -> str:
    digest = hashlib.sha256()
    for model in models:
        digest.update(model.model_dump_json().encode())
    return digest.hexdigest()[:16]
