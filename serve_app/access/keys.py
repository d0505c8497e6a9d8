"""API keys: how one is made, sent and kept.

A key is 32 random bytes. So a plain SHA-256 of it is enough at rest: there is nothing to guess, and nothing to salt.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from typing import Final, TypeVar

T = TypeVar("T")

# By this, scanners for leaked secrets know one.
PREFIX: Final = "pushgen_"
HASH_PREFIX: Final = "sha256:"
# Longer text is no key, and is not hashed.
MAX_KEY_CHARS: Final = 256
_BEARER: Final = re.compile(r"bearer +([\x21-\x7e]+) *", re.IGNORECASE)


def new_key() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def hash_line(key: str) -> str:
    """Return the key as the file of the tenants holds it."""
    return HASH_PREFIX + digest_of(key).hex()


def bearer_key(authorization: str) -> str | None:
    """Return the key of `Bearer KEY`; None where there is no such key. The scheme's case does not matter (RFC 9110)."""
    if len(authorization) > MAX_KEY_CHARS + len("bearer "):
        return None
    sent = _BEARER.fullmatch(authorization)
    return sent[1] if sent else None


def find(key: str, digests: Iterable[tuple[bytes, T]]) -> T | None:
    """Return what belongs to the key. Compares with every digest, each in constant time: its time tells nothing."""
    sent, found = digest_of(key), None
    for digest, owner in digests:
        if hmac.compare_digest(digest, sent):
            found = owner
    return found
