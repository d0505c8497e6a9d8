"""Who may call, as a config says it."""

from __future__ import annotations

import pytest

from deployments.errors import Misconfigured
from deployments.settings import parse
from serve_app.access.settings import KeyAccessSettings, OpenAccessSettings


@pytest.mark.parametrize("place", [{"file": "tenants.yaml"}, {"env": "PUSHGEN_TENANTS"}])
def test_tenants_stand_in_one_place(place: dict[str, str]) -> None:
    assert parse(KeyAccessSettings, {"kind": "keys", **place}, "access").kind == "keys"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "needs one of `file` and `env`"),
        ({"file": "t.yaml", "env": "T"}, "needs one of `file` and `env`"),
        ({"env": "sha256:abc"}, "is no name of an environment variable"),
        ({"keys": ["k"]}, "unknown key 'keys'"),
        ({"file": "t.yaml", "reload_s": 0}, "reload_s"),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, object], words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        parse(KeyAccessSettings, fields, "access")


def test_open_access_takes_nothing_more() -> None:
    with pytest.raises(Misconfigured, match="unknown key 'file'"):
        parse(OpenAccessSettings, {"kind": "open", "file": "t.yaml"}, "access")
