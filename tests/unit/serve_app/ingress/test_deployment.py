"""The ingress deployment: it is warm before its first request, and impossible knobs do not end it."""

from __future__ import annotations

import logging
import types
from typing import Any

import pytest

from deployments import replica
from deployments.errors import Misconfigured
from deployments.safe_log import SafeLines, SafeRequestId
from serve_app.ingress import deployment
from serve_app.ingress.deployment import Ingress
from serve_app.ingress.http_settings import HttpSettings

# Inside the class that Serve makes of it.
UserClass: Any = Ingress.func_or_class.__mro__[1]


class Graph:
    """Notes what it is asked; refuses knobs that say so."""

    def __init__(self, **parts: Any) -> None:
        self.parts = parts
        self.service = object()
        self.seen: list[Any] = []

    def reconfigure(self, user_config: Any) -> None:
        self.seen.append(user_config)
        if user_config == "impossible":
            raise Misconfigured("no such profile")

    def warm_up(self) -> None:
        self.seen.append("warm")


@pytest.fixture
def ingress(monkeypatch: pytest.MonkeyPatch) -> Any:
    gauge = types.SimpleNamespace(set=lambda value: None)
    monkeypatch.setattr(replica, "Gauge", lambda *_, **__: gauge)
    monkeypatch.setattr(deployment, "Graph", Graph)
    return UserClass(http=HttpSettings(), captioner="handle", adapters=("news",))


async def test_the_first_knobs_warm_it_up_once(ingress: Any) -> None:
    await ingress.reconfigure({"a": 1})
    await ingress.reconfigure({"a": 2})
    assert ingress._graph.seen == [{"a": 1}, "warm", {"a": 2}]


async def test_impossible_knobs_end_the_start_and_nothing_later(ingress: Any, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Misconfigured):
        await ingress.reconfigure("impossible")
    await ingress.reconfigure({})
    with caplog.at_level("ERROR", "ray.serve"):
        await ingress.reconfigure("impossible")
    assert "no such profile" in caplog.text


def test_the_service_is_the_graphs_and_the_graph_gets_every_part(ingress: Any) -> None:
    assert ingress.service is ingress._graph.service
    assert ingress._graph.parts == {"captioner": "handle", "adapters": ("news",)}


def test_the_log_of_the_ingress_cannot_be_forged(monkeypatch: pytest.MonkeyPatch, ingress: Any) -> None:
    log = logging.getLogger("ray.serve")
    monkeypatch.setattr(log, "filters", [])
    UserClass(http=HttpSettings())
    assert [type(each) for each in log.filters] == [SafeLines, SafeRequestId]
