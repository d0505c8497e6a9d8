"""CheckCopy: the policy rules over copies of a caller, and the revision of all that decides their findings."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from deployments.deadline import Call
from deployments.errors import Violation
from deployments.item_text import given_caption
from deployments.types import LengthProfile, OutputField, Stage, Verdict
from serve_app import policy
from serve_app.access.caller import Caller
from serve_app.contract.messages import CheckCopyRequest, CheckCopyResponse, CheckedCopy
from serve_app.flow.brief import copies_violations, refuse
from serve_app.flow.knobs import IngressKnobs
from serve_app.flow.record import current
from serve_app.flow.stepwise import in_steps
from serve_app.policy import PolicyContext, check_all


class Checks:
    """The rules under one set of knobs and length profiles."""

    def __init__(self, knobs: IngressKnobs, profiles: Mapping[str, LengthProfile]) -> None:
        self._knobs = knobs
        self._profiles = profiles
        by_name = {name: profile.model_dump(mode="json") for name, profile in profiles.items()}
        lists = knobs.policy.terms.lists.model_dump(mode="json")
        settings = json.dumps([knobs.policy.model_dump(mode="json"), lists, by_name], sort_keys=True)
        self._revision = _digest(f"{_rules_digest()}{settings}".encode())

    def revision(self, caller: Caller) -> str:
        """Return a hash of the rules, their settings and lists, the profiles, and the caller's terms and contacts."""
        own = caller.terms_revision
        return _digest(f"{self._revision}{own}".encode()) if own else self._revision

    async def check(
        self, request: CheckCopyRequest, categories: Sequence[str], call: Call, caller: Caller
    ) -> CheckCopyResponse:
        """Check the copies in a thread. categories: known ones, if the request names one. Raises InvalidInput."""
        ledger = current().ledger
        with ledger.stage(Stage.CHECK):
            async with call.deadline.limit("checking the copies"):
                context = await asyncio.to_thread(self._context, request, categories, caller)
                copies = await in_steps(lambda: self._checked(request, context))
        return CheckCopyResponse(
            copies=tuple(copies),
            rules_revision=self.revision(caller),
            timing=ledger.timing(Stage.CHECK),
            request_id=call.request_id,
        )

    def _context(self, request: CheckCopyRequest, categories: Sequence[str], caller: Caller) -> PolicyContext:
        violations = copies_violations(request, self._knobs, self._profiles)
        if request.category and request.category not in categories:
            unknown = f"unknown category {request.category!r}; known: {', '.join(categories)}"
            violations.append(Violation("category", unknown))
        refuse(violations)
        return PolicyContext.of(
            request.item.without_media(),
            given_caption(request.item),
            self._profiles[request.length_profile or self._knobs.defaults.length_profile],
            request.recent_copies,
            output_fields=tuple(dict.fromkeys(request.output_fields)) or tuple(OutputField),
            category=request.category,
            generated=True,
            tenant_terms=caller.terms,
            tenant_allowed=caller.allowed,
            unscreened_pictures=request.item.has_pictures,
        )

    def _checked(self, request: CheckCopyRequest, context: PolicyContext) -> Iterator[CheckedCopy]:
        for findings in check_all([(copy, context) for copy in request.copies], self._knobs.policy):
            yield CheckedCopy(findings=findings, verdict=Verdict.of(findings))


@cache
def _rules_digest() -> str:
    """Hash the code and the data files of the rules: a release may change either."""
    folder = Path(policy.__file__).parent
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return _digest(b"\0".join(part for path in files for part in (path.name.encode(), path.read_bytes())))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
