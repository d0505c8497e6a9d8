"""Who is let in, as whom, and what the log says of the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deployments.errors import Overloaded, PermissionDenied, Unauthenticated
from serve_app.access.gate import KeyAccess, OpenAccess, build_access
from serve_app.access.keys import hash_line
from serve_app.access.settings import KeyAccessSettings, OpenAccessSettings
from serve_app.access.tenants import TenantsFile
from serve_app.policy.tiers import TierRule


def tenants(**shop: Any) -> TenantsFile:
    rows = [
        {"name": "shop", "keys": [hash_line("shop-1"), hash_line("shop-2")], **shop},
        {"name": "news", "keys": [hash_line("news-1")]},
    ]
    return TenantsFile.model_validate({"tenants": rows})


def access(**shop: Any) -> KeyAccess:
    made = KeyAccess()
    made.take(tenants(**shop))
    return made


def test_an_open_service_believes_what_a_caller_says() -> None:
    made = build_access(OpenAccessSettings())
    assert isinstance(made, OpenAccess)
    assert made.tenant(None, "shop") == "shop"
    assert made.tenant("Basic of-a-gateway", "") == ""
    assert made.caller("shop").tenant == "shop"


@pytest.mark.parametrize(("key", "tenant"), [("shop-1", "shop"), ("shop-2", "shop"), ("news-1", "news")])
def test_a_key_says_the_tenant(key: str, tenant: str) -> None:
    assert access().tenant(f"Bearer {key}", "") == tenant
    assert access().tenant(f"bearer {key}", tenant) == tenant


def test_a_caller_cannot_name_another_tenant() -> None:
    with pytest.raises(PermissionDenied, match="x-pushgen-tenant names another tenant"):
        access().tenant("Bearer shop-1", "news")


@pytest.mark.parametrize("header", [None, "", "Bearer shop-3", "Bearer", "shop-1", f"Bearer {hash_line('shop-1')}"])
def test_without_a_known_key_nobody_is_let_in_and_no_key_is_repeated(header: str | None) -> None:
    with pytest.raises(Unauthenticated, match="Bearer KEY") as caught:
        access().tenant(header, "shop")
    assert "shop" not in str(caught.value)


def test_who_guesses_keys_cannot_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    now_s = 0.0
    made = KeyAccess(lambda: now_s)
    for second in range(21):
        now_s = float(second)
        for _ in range(100):
            with pytest.raises(Unauthenticated):
                made.tenant("Bearer guess", "")
    assert [record.args for record in caplog.records] == [(1,), (1000,), (1000,)]
    assert "guess" not in caplog.text


def test_new_terms_take_the_place_of_the_old_and_what_was_used_stays_used() -> None:
    made = access(daily_units=10)
    with made.caller("shop").charged(10):
        pass
    made.take(tenants(daily_units=5, adapters=["a"], banned=["Rival"], tiers={"hold": ["*"]}))
    shop = made.caller("shop")
    with pytest.raises(Overloaded), shop.charged(1):
        pass
    assert shop.adapters == {"a"}
    assert shop.terms is not None
    assert shop.tiers == TierRule(hold=("*",))
    assert list(shop.terms.found_in("our RIVAL is here")) == [("rival", "block", 4, 9)]


def test_a_tenant_that_is_gone_is_gone() -> None:
    made = access()
    rows = [{"name": "news", "keys": [hash_line("news-1")]}]
    made.take(TenantsFile.model_validate({"tenants": rows}))
    with pytest.raises(Unauthenticated):
        made.tenant("Bearer shop-1", "")
    with pytest.raises(Unauthenticated):
        made.caller("shop")


def test_it_is_built_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "tenants.yaml"
    file.write_text(f"tenants: [{{name: shop, keys: ['{hash_line('k')}']}}]")
    assert build_access(KeyAccessSettings(file=str(file))).tenant("Bearer k", "") == "shop"
