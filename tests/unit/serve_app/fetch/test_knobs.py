"""Knobs of fetching: closed unless a host is named, and names in one form."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.errors import Misconfigured
from deployments.settings import parse
from serve_app.fetch.knobs import FetchKnobs


def knobs(**fields: Any) -> FetchKnobs:
    return parse(FetchKnobs, fields, "images_by_url")


def test_defaults_are_narrow() -> None:
    made = knobs(hosts=["Images.Example.com."])
    assert made.hosts == ("images.example.com",)
    assert (made.ports, made.allow_http, made.networks) == ((443,), False, ())


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({}, "hosts: is missing"),
        ({"hosts": []}, "at least 1"),
        ({"hosts": ["*"]}, "no name"),
        ({"hosts": ["*.com"]}, "too many hosts"),
        ({"hosts": ["127.0.0.1"]}, "is an address"),
        ({"hosts": ["a.test"], "ports": [0]}, "greater than"),
        ({"hosts": ["a.test"], "networks": ["10.0.0.1/8"]}, "networks"),
        ({"hosts": ["a.test"], "redirects": 1}, "unknown key"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(fields: dict[str, Any], word: str) -> None:
    with pytest.raises(Misconfigured, match=word):
        knobs(**fields)
