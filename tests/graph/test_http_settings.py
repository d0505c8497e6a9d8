"""Settings of HTTP: which origins may stand there, and what web pages of each may do."""

from __future__ import annotations

import pytest

from serve_app.ingress.http_settings import HttpSettings
from tests.graph.fake_service import FakeService
from tests.graph.test_http import ITEM, client_of

ORIGIN = "https://app.example.com"
PATH = "/v1/notifications:generate"


def preflight(origin: str, headers: str = "content-type, x-request-id") -> dict[str, str]:
    return {"origin": origin, "access-control-request-method": "POST", "access-control-request-headers": headers}


async def test_no_origin_is_allowed_by_default() -> None:
    async with client_of(FakeService()) as client:
        asked = await client.options(PATH, headers=preflight(ORIGIN))
        answer = await client.post(PATH, json={"item": ITEM}, headers={"origin": ORIGIN})
    assert [h for a in (asked, answer) for h in a.headers if h.startswith("access-control")] == []


async def test_listed_origins_may_call_and_read_also_errors() -> None:
    async with client_of(FakeService(), HttpSettings(cors_origins=(ORIGIN,))) as client:
        asked = await client.options(PATH, headers=preflight(ORIGIN, "content-type, x-pushgen-time-budget-ms"))
        assert asked.status_code == 200
        assert asked.headers["access-control-allow-origin"] == ORIGIN
        for content in (b'{"item": {"title": "t"}}', b"{"):
            headers = {"origin": ORIGIN, "content-type": "application/json"}
            answer = await client.post(PATH, content=content, headers=headers)
            assert answer.headers["access-control-allow-origin"] == ORIGIN
            assert "x-request-id" in answer.headers["access-control-expose-headers"].lower()
            assert "access-control-allow-credentials" not in answer.headers
        other = await client.options(PATH, headers=preflight("https://evil.example"))
        assert (other.status_code, other.headers.get("access-control-allow-origin")) == (400, None)
        plain = await client.options(PATH)
        assert (plain.status_code, plain.headers["allow"]) == (204, "OPTIONS, POST")


async def test_a_star_allows_every_origin() -> None:
    async with client_of(FakeService(), HttpSettings(cors_origins=("*",))) as client:
        answer = await client.get("/v1/info", headers={"origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "origin", ["app.example.com", "https://app.example.com/", "https://*.example.com", "https://a b", "null", ""]
)
def test_an_origin_that_no_browser_sends_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="no origin"):
        HttpSettings(cors_origins=(origin,))


@pytest.mark.parametrize(
    ("origin", "kept"),
    [("*", "*"), ("http://localhost:3000", "http://localhost:3000"), ("https://App.Example.com", ORIGIN)],
)
def test_an_origin_is_kept_as_browsers_send_it(origin: str, kept: str) -> None:
    assert HttpSettings.model_validate({"cors_origins": [origin]}).cors_origins == (kept,)
