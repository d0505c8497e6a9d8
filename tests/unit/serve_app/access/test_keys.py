"""API keys: made at random, sent as a bearer's, kept as a hash."""

from __future__ import annotations

import hmac
from collections import Counter

import pytest

from serve_app.access import keys
from serve_app.access.keys import MAX_KEY_CHARS, bearer_key, digest_of, find, hash_line, new_key


def test_keys_are_long_random_and_known_by_their_start() -> None:
    made = {new_key() for _ in range(100)}
    assert len(made) == 100
    assert all(key.startswith("pushgen_") and len(key) >= 8 + 43 for key in made)


def test_the_hash_is_sha_256_and_not_the_key() -> None:
    line = hash_line("abc")
    assert line == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest_of("abc").hex() == line.removeprefix("sha256:")


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Bearer k1", "k1"),
        ("bearer k1", "k1"),
        ("BEARER   k1 ", "k1"),
        ("Bearer", None),
        ("Bearer ", None),
        ("Bearer a b", None),
        ("Basic k1", None),
        ("k1", None),
        ("", None),
        ("Bearer k\u00e9y", None),
        ("Bearer a\nb", None),
        ("Bearer " + "x" * MAX_KEY_CHARS, "x" * MAX_KEY_CHARS),
        ("Bearer " + "x" * (MAX_KEY_CHARS + 1), None),
    ],
)
def test_a_key_is_what_follows_bearer(header: str, key: str | None) -> None:
    assert bearer_key(header) == key


def test_every_digest_is_compared_whole_whatever_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: Counter[bytes] = Counter()
    compare = hmac.compare_digest

    def counted(kept: bytes, sent: bytes) -> bool:
        compared[kept] += 1
        return compare(kept, sent)

    table = [(digest_of(name), name) for name in ("first", "second", "third")]
    monkeypatch.setattr(keys.hmac, "compare_digest", counted)
    assert [find(key, table) for key in ("first", "third", "fourth")] == ["first", "third", None]
    assert set(compared.values()) == {3}
