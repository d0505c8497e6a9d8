"""The file of the tenants: what it takes, and that no refusal quotes it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from deployments.errors import Misconfigured
from serve_app.access.keys import digest_of, hash_line
from serve_app.access.tenants import MAX_KEYS, TenantsFile, parse_tenants

A_KEY = "pushgen_this-is-a-key-and-no-hash"


def one(**fields: Any) -> dict[str, Any]:
    return {"name": "shop", "keys": [hash_line("k")], **fields}


def read(*tenants: dict[str, Any]) -> TenantsFile:
    return parse_tenants(yaml.safe_dump({"tenants": tenants}), "tenants.yaml")


def test_a_tenant_has_keys_and_otherwise_no_limits() -> None:
    (shop,) = read(one(keys=[hash_line("k"), hash_line("next")])).tenants
    assert shop.digests == [digest_of("k"), digest_of("next")]
    assert (shop.rate, shop.daily_units, shop.adapters, shop.banned) == (None, None, None, ())
    assert "sha256" not in repr(shop)


def test_everything_that_a_tenant_can_have() -> None:
    text = f"""
    tenants:
      - name: shop
        keys: [{hash_line("k")}]
        rate: {{units_per_s: 5, burst_units: 50}}
        daily_units: 100000
        adapters: [brand-a]
        banned: [rival, "no such thing"]
    """
    (shop,) = parse_tenants(text, "x").tenants
    assert shop.rate is not None
    assert (shop.rate.units_per_s, shop.daily_units, shop.adapters) == (5, 100000, ("brand-a",))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tenants:\n\t- a", "tenants.yaml, line 2: is no YAML"),
        ("\x00", "is no YAML"),
        ("a: &a [*a]", "unknown key 'a'"),
        ("[" * 5000, "is no YAML"),
        ("!!python/object:os.system {}", "is no YAML"),
        ("", "keys with values are expected"),
        ("tenants: []", "at least 1"),
        ("tenants: [{name: shop}]", "keys: is missing"),
        (f"tenants: [{{name: shop, keys: ['{A_KEY}']}}]", "is no hash of a key: put the line here that `python -m"),
        (f"tenants: [{{name: shop, key: '{A_KEY}'}}]", "unknown key 'key'; did you mean 'keys'"),
        ('tenants: [{name: "a\\nb", keys: [\'' + hash_line("k") + "']}]", "printable ASCII"),
    ],
)
def test_what_it_cannot_be_is_said_without_quoting_it(text: str, words: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        parse_tenants(text, "tenants.yaml")
    assert words in str(caught.value)
    assert A_KEY not in str(caught.value)


def test_names_and_keys_are_unambiguous() -> None:
    with pytest.raises(Misconfigured, match="'shop' stands twice"):
        read(one(), one(keys=[hash_line("other")]))
    with pytest.raises(Misconfigured, match="one hash of a key stands twice"):
        read(one(), one(name="news"))
    many = [one(name=f"t{n}", keys=[hash_line(f"{n}/{k}") for k in range(16)]) for n in range(MAX_KEYS // 16 + 1)]
    with pytest.raises(Misconfigured, match=f"at most {MAX_KEYS}"):
        read(*many)
