"""A caller as the flow knows it: its tenant, what it may use, and what is left to it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from deployments.errors import PermissionDenied
from deployments.generator.choice import BASE
from serve_app.access.allowance import Allowance
from serve_app.policy.contacts import AllowedContacts
from serve_app.policy.tiers import TierRule
from serve_app.policy.word_list import WordList


@dataclass(frozen=True)
class Caller:
    """Without more than a name it may use everything, without limit.

    adapters: LoRA adapters that it may name; None for all of them. terms: its own. allowed: contacts that copies
    for it may hold. terms_revision: changes with both. tiers: in place of the operator's.
    """

    tenant: str = ""
    allowance: Allowance | None = None
    adapters: frozenset[str] | None = None
    terms: WordList | None = None
    terms_revision: str = ""
    tiers: TierRule | None = None
    allowed: AllowedContacts | None = None

    def may_use(self, adapter: str) -> bool:
        """Whether a request may name the adapter. The base model, and the operator's default, are everybody's."""
        return self.adapters is None or not adapter or adapter == BASE or adapter in self.adapters

    def check_adapter(self, adapter: str | None) -> None:
        """Raise PermissionDenied for an adapter that is not the tenant's."""
        if adapter and not self.may_use(adapter):
            names = ", ".join((BASE, *sorted(self.adapters or ())))
            raise PermissionDenied(f"the adapter {adapter!r} is not this tenant's; it may use {names}")

    def charged(self, units: float) -> AbstractContextManager[None]:
        """Charge work for the time of the body, see `Allowance.charged`. Raises Overloaded."""
        return nullcontext() if self.allowance is None else self.allowance.charged(units)


ANYONE = Caller()
