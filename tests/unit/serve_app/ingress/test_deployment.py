"""The ingress deployment: it is warm before its first request, and impossible knobs do not end it."""

from __future__ import annotations

import logging
import types
from pathlib import Path
from typing import Any

import pytest

from deployments.errors import Misconfigured
from deployments.safe_log import SafeLines, SafeRequestId
from serve_app.access.keys import hash_line
from serve_app.access.settings import KeyAccessSettings, OpenAccessSettings
from serve_app.ingress import deployment
from serve_app.ingress.deployment import Ingress
from serve_app.ingress.http_settings import HttpSettings

# Inside the class that Serve makes of it.
UserClass: Any = type("Ingress", (Ingress.func_or_class.__mro__[1],), {"__del__": lambda self: None})


class Graph:
    """Notes what it is asked; refuses knobs that say so."""

    def __init__(self, **parts: Any) -> None:
        self.parts = parts
        self.service = object()
        self.seen: list[Any] = []

    async def reconfigure(self, user_config: Any) -> None:
        self.seen.append(user_config)
        if user_config == "impossible":
            raise Misconfigured("no such profile")

    def warm_up(self) -> None:
        self.seen.append("warm")

    def settle(self) -> None:
        self.seen.append("settled")

    async def check_health(self) -> None:
        self.seen.append("looked at")

    async def close(self) -> None:
        self.seen.append("closed")


@pytest.fixture
def ingress(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(deployment, "Graph", Graph)
    knobs = types.SimpleNamespace(took=lambda _: None, refused=lambda: None, publish=lambda: None)
    monkeypatch.setattr(deployment, "KnobMetrics", lambda _: knobs)
    monkeypatch.setattr(deployment, "http_host", lambda: "::")
    return UserClass(http=HttpSettings(), access=OpenAccessSettings(), captioner="handle", adapters=("news",))


async def test_the_first_knobs_warm_it_up_once(ingress: Any) -> None:
    await ingress.reconfigure({"a": 1})
    await ingress.reconfigure({"a": 2})
    assert ingress._graph.seen == [{"a": 1}, "warm", "settled", {"a": 2}]


async def test_impossible_knobs_end_the_start_and_nothing_later(ingress: Any, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Misconfigured):
        await ingress.reconfigure("impossible")
    await ingress.reconfigure({})
    with caplog.at_level("ERROR", "ray.serve"):
        await ingress.reconfigure("impossible")
    assert "no such profile" in caplog.text


def test_the_service_is_the_graphs_and_the_graph_gets_every_part(ingress: Any) -> None:
    assert ingress.service is ingress._graph.service
    assert ingress._graph.parts == {
        "captioner": "handle",
        "adapters": ("news",),
        "callers": ingress.access.caller,
    }


def test_the_log_of_the_ingress_cannot_be_forged(monkeypatch: pytest.MonkeyPatch, ingress: Any) -> None:
    log = logging.getLogger("ray.serve")
    monkeypatch.setattr(log, "filters", [])
    UserClass(http=HttpSettings(), access=OpenAccessSettings())
    assert [type(each) for each in log.filters] == [SafeLines, SafeRequestId]


async def test_an_open_service_warns_once_and_one_with_keys_never(
    ingress: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await ingress.reconfigure({})
    await ingress.reconfigure({})
    assert caplog.text.count("access is open: everyone who reaches HTTP on all interfaces and gRPC") == 1
    caplog.clear()
    (tmp_path / "t.yaml").write_text(f"tenants: [{{name: shop, keys: ['{hash_line('k')}']}}]")
    settings = KeyAccessSettings(file=str(tmp_path / "t.yaml"))
    closed = UserClass(http=HttpSettings(), access=settings)
    await closed.reconfigure({})
    assert closed.access.tenant("Bearer k", "") == "shop"
    assert "access is open" not in caplog.text


async def test_it_tells_the_demand_that_the_graph_has_counted(ingress: Any) -> None:
    ingress._graph.demand = lambda: {"requests": 3.0}
    assert await ingress.record_autoscaling_stats() == {"requests": 3.0}


async def test_a_replica_that_stops_writes_the_rest_of_its_log(ingress: Any) -> None:
    await Ingress.func_or_class.__mro__[1].__del__(ingress)
    assert ingress._graph.seen == ["closed"]


async def test_its_gauges_are_set_again_at_each_look(ingress: Any) -> None:
    looks: list[str] = []
    ingress._knobs.publish = lambda: looks.append("knobs")
    ingress._graph.service = types.SimpleNamespace(publish=lambda: looks.append("gate"))
    await ingress.check_health()
    assert looks == ["knobs", "gate"]
    assert ingress._graph.seen == ["looked at"]
