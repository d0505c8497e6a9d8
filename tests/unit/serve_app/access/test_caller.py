"""What a tenant may use."""

from __future__ import annotations

import pytest

from deployments.errors import PermissionDenied
from serve_app.access.caller import ANYONE, Caller


@pytest.mark.parametrize("adapter", ["", "base", "brand-a", None])
def test_the_base_the_default_and_its_own_adapters_are_a_tenants(adapter: str | None) -> None:
    Caller("shop", adapters=frozenset({"brand-a"})).check_adapter(adapter)


def test_another_adapter_is_refused_with_its_own() -> None:
    with pytest.raises(PermissionDenied, match="'brand-b' is not this tenant's; it may use base, brand-a"):
        Caller("shop", adapters=frozenset({"brand-a"})).check_adapter("brand-b")
    with pytest.raises(PermissionDenied, match="it may use base"):
        Caller("shop", adapters=frozenset()).check_adapter("brand-b")


def test_a_caller_without_terms_may_do_everything() -> None:
    ANYONE.check_adapter("whatever")
    with ANYONE.charged(1e12):
        pass
