"""The gate before the ingress: from the headers of a call to its tenant, and from a tenant to what it may do."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from deployments.errors import PermissionDenied, Unauthenticated
from serve_app.access.allowance import Allowance
from serve_app.access.caller import Caller
from serve_app.access.keys import bearer_key, find
from serve_app.access.settings import KeyAccessSettings, OpenAccessSettings
from serve_app.access.source import Source
from serve_app.access.tenants import TenantsFile, TenantTerms, TermSeverity
from serve_app.policy.word_list import of_severities

logger = logging.getLogger("ray.serve")
_LOG_EVERY_S = 10.0


class Access(Protocol):
    """Both kinds. needs_key: whether a call must have one."""

    needs_key: bool

    def tenant(self, authorization: str | None, named: str) -> str:
        """Return the tenant of a call, from the headers alone. Raises Unauthenticated, PermissionDenied.

        authorization, named: the headers `authorization` and `x-pushgen-tenant`.
        """

    def caller(self, tenant: str) -> Caller:
        """Return what the tenant may do now."""


class OpenAccess:
    """Everyone may call, as the tenant that he names."""

    needs_key = False

    def tenant(self, authorization: str | None, named: str) -> str:
        del authorization  # of something in front, perhaps
        return named

    def caller(self, tenant: str) -> Caller:
        return Caller(tenant)


class KeyAccess:
    """A call needs a tenant's key. `take` may come from another thread while calls are let in."""

    needs_key = True

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._digests: tuple[tuple[bytes, str], ...] = ()
        self._callers: dict[str, Caller] = {}
        self._refused, self._logged_s = 0, -_LOG_EVERY_S

    def take(self, file: TenantsFile) -> None:
        """Take these tenants instead of the last ones. What a tenant has used stays used."""
        self._callers = {terms.name: self._caller(terms) for terms in file.tenants}
        self._digests = tuple((digest, terms.name) for terms in file.tenants for digest in terms.digests)

    def tenant(self, authorization: str | None, named: str) -> str:
        key = bearer_key(authorization or "")
        tenant = None if key is None else find(key, self._digests)
        if tenant is None:
            self._log_refusal()
            if not authorization:
                raise Unauthenticated("an API key is needed: authorization: Bearer KEY")
            raise Unauthenticated("the API key is not known here; it is sent as authorization: Bearer KEY")
        if named and named != tenant:
            raise PermissionDenied("x-pushgen-tenant names another tenant than that of the API key; leave it out")
        return tenant

    def caller(self, tenant: str) -> Caller:
        caller = self._callers.get(tenant)
        if caller is None:  # it was removed since its call was let in
            raise Unauthenticated("the API key is not known here any more")
        return caller

    def _caller(self, terms: TenantTerms) -> Caller:
        before = self._callers.get(terms.name)
        allowance = before.allowance if before and before.allowance else Allowance(terms.rate, terms.daily_units)
        allowance.set_limits(terms.rate, terms.daily_units)
        adapters = None if terms.adapters is None else frozenset(terms.adapters)
        words: dict[str, TermSeverity] = {}
        words |= dict.fromkeys(terms.banned, "BLOCK")
        words |= terms.terms
        own = of_severities(words) if words else None
        return Caller(terms.name, allowance, adapters, own, _revision(terms, words), terms.tiers, terms.allowed)

    def _log_refusal(self) -> None:
        """One line for many: who guesses keys must not fill the disk."""
        self._refused += 1
        now_s = self._clock()
        if now_s - self._logged_s >= _LOG_EVERY_S:
            logger.warning("access: calls without a known API key since the last such line: %d", self._refused)
            self._refused, self._logged_s = 0, now_s


def _revision(terms: TenantTerms, words: Mapping[str, TermSeverity]) -> str:
    """Return a hash of a tenant's own terms and contacts, empty for none."""
    if not words and terms.allowed is None:
        return ""
    allowed = terms.allowed.model_dump_json() if terms.allowed else ""
    return hashlib.sha256(json.dumps([sorted(words.items()), allowed]).encode()).hexdigest()


def build_access(settings: OpenAccessSettings | KeyAccessSettings) -> Access:
    """Make the gate of the settings, and follow its file. Raises Misconfigured."""
    match settings:
        case OpenAccessSettings():
            return OpenAccess()
        case KeyAccessSettings():
            access = KeyAccess()
            Source(settings, access.take).start()
            return access
