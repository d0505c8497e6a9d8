"""The file of the tenants: the hashes of their keys, and what each may do."""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, Field, model_validator

from deployments.errors import Misconfigured
from deployments.settings import Settings, parse
from serve_app.access.allowance import Rate
from serve_app.access.keys import HASH_PREFIX
from serve_app.policy.contacts import AllowedContacts
from serve_app.policy.tiers import TierRule

MAX_BYTES = 4 * 2**20
MAX_KEYS = 1000
TermSeverity = Literal["BLOCK", "REVIEW", "REWRITE"]
_HASH = re.compile(HASH_PREFIX + r"[0-9a-f]{64}")


def _checked_hash(value: str) -> str:
    if not _HASH.fullmatch(value):
        raise ValueError("is no hash of a key: put the line here that `python -m serve_app.access new TENANT` prints")
    return value


def _checked_name(value: str) -> str:
    if not value.isprintable() or not value.isascii():
        raise ValueError("may hold printable ASCII only: it travels in headers")
    return value


class TenantTerms(Settings):
    """One tenant.

    keys: hashes; several while one key replaces another. rate: None for no limit. daily_units: work a day (UTC), in
    candidates; None for no limit. Both are counted by each ingress replica for itself. adapters: LoRA adapters that it
    may name; None for all, beside the base model and the operator's default. banned: words and phrases that no
    generated copy and no filled template of this tenant may hold. terms: the same with a severity each, which counts
    where a term stands in both. allowed: contacts that they may hold, beside the operator's. tiers: in place of the
    operator's.
    """

    name: Annotated[str, AfterValidator(_checked_name)] = Field(min_length=1, max_length=64)
    keys: tuple[Annotated[str, AfterValidator(_checked_hash)], ...] = Field(min_length=1, max_length=16, repr=False)
    rate: Rate | None = None
    daily_units: float | None = Field(default=None, gt=0)
    adapters: tuple[str, ...] | None = Field(default=None, max_length=256)
    banned: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(default=(), max_length=5_000)
    tiers: TierRule | None = None
    terms: dict[Annotated[str, Field(min_length=1, max_length=100)], TermSeverity] = Field(default={}, max_length=5_000)
    allowed: AllowedContacts | None = None

    @property
    def digests(self) -> list[bytes]:
        return [bytes.fromhex(line.removeprefix(HASH_PREFIX)) for line in self.keys]


class TenantsFile(Settings):
    """All tenants. A name stands once, and a key belongs to one tenant."""

    tenants: tuple[TenantTerms, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _unambiguous(self) -> TenantsFile:
        twice = [name for name, count in Counter(t.name for t in self.tenants).items() if count > 1]
        if twice:
            raise ValueError(f"tenants: {twice[0]!r} stands twice")
        keys = Counter(key for tenant in self.tenants for key in tenant.keys)
        if len(keys) < keys.total():
            raise ValueError("tenants: one hash of a key stands twice")
        if len(keys) > MAX_KEYS:
            raise ValueError(f"tenants: {len(keys)} keys; every request is compared with all, so at most {MAX_KEYS}")
        return self


def parse_tenants(text: str, what: str) -> TenantsFile:
    """Read the text of a file. what: where it stands. Raises Misconfigured, never with a part of the text."""
    try:
        data = yaml.load(text, yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise Misconfigured(f"{what}{line}: is no YAML") from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise Misconfigured(f"{what}: is no YAML") from None
    return parse(TenantsFile, data, what)
