"""HEAD, OPTIONS, wrong methods, trailing slashes, origins of web pages, and the documentation's page."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import httpx
import pytest

from serve_app.contract.verbs import VERBS
from serve_app.ingress.http import create_app
from serve_app.ingress.http_settings import HttpSettings
from tests.graph.fake_service import FakeService
from tests.graph.test_http import ITEM, client_of, is_problem

ORIGIN = "https://app.example.com"
GETS = ["/healthz", "/v1/info", "/openapi.json", "/docs", "/docs/assets/swagger-ui.css"]
POSTS = [verb.path for verb in VERBS if verb.method == "POST"]


@pytest.mark.parametrize("path", GETS)
async def test_head_is_get_without_the_body(path: str) -> None:
    async with client_of(FakeService()) as client:
        whole, head = await client.get(path), await client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length"):
        assert head.headers[name] == whole.headers[name]


async def test_head_follows_the_health_and_its_errors_have_no_body() -> None:
    service = FakeService()
    service.stages = lambda: {"generator": False}
    async with client_of(service) as client:
        sick, nothing, wrong = [await client.head(path) for path in ("/healthz", "/nothing", POSTS[0])]
    assert [(a.status_code, a.content) for a in (sick, nothing, wrong)] == [(503, b""), (404, b""), (405, b"")]
    assert wrong.headers["allow"] == "OPTIONS, POST"


@pytest.mark.parametrize(
    ("path", "allowed"), [*((path, "GET, HEAD, OPTIONS") for path in GETS[:4]), *((p, "OPTIONS, POST") for p in POSTS)]
)
async def test_options_names_the_methods_of_a_path(path: str, allowed: str) -> None:
    async with client_of(FakeService()) as client:
        answer = await client.options(path)
        assert (answer.status_code, answer.content, answer.headers["allow"]) == (204, b"", allowed)
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(allowed.split(", ")):
            wrong = await client.request(method, path)
            assert allowed in is_problem(wrong, 405, "METHOD_NOT_ALLOWED")["detail"]
            assert wrong.headers["allow"] == allowed
        is_problem(await client.options("/nothing"), 404, "NOT_FOUND")


@pytest.mark.parametrize("prefix", ["", "/pushgen", "/a/b"])
async def test_a_slash_too_many_is_redirected_under_any_prefix(prefix: str) -> None:
    async with client_of(FakeService()) as client:
        for path in ("/healthz/", "/docs/", "/v1/info/?x=1", "/v1/notifications:generate/"):
            method = "POST" if "generate" in path else "GET"
            answer = await client.request(method, path, json={"item": ITEM} if method == "POST" else None)
            assert answer.status_code == 307
            outside = urljoin(f"http://proxy{prefix}{path}", answer.headers["location"])
            assert outside == f"http://proxy{prefix}{path.replace('/?', '?').removesuffix('/')}"
        for path in ("/", "//", "/nothing/", "/healthz//", "//evil.example/", "/v1/"):
            is_problem(await client.get(path), 404, "NOT_FOUND")
        followed = await client.post("/v1/notifications:generate/", json={"item": ITEM}, follow_redirects=True)
        assert followed.status_code == 200


async def test_query_strings_and_accept_change_nothing() -> None:
    async with client_of(FakeService()) as client:
        for accept in ("*/*", "application/json", "text/html", "application/xml"):
            answer = await client.post(f"{POSTS[0]}?pretty=1&x", json={"item": ITEM}, headers={"accept": accept})
            assert answer.headers["content-type"] == "application/json"


# --- web pages of other origins ---------------------------------------------------------------------------------------


def preflight(origin: str, headers: str = "content-type, x-request-id") -> dict[str, str]:
    return {"origin": origin, "access-control-request-method": "POST", "access-control-request-headers": headers}


async def test_no_origin_is_allowed_by_default() -> None:
    async with client_of(FakeService()) as client:
        asked = await client.options(POSTS[0], headers=preflight(ORIGIN))
        answer = await client.post(POSTS[0], json={"item": ITEM}, headers={"origin": ORIGIN})
    assert [h for a in (asked, answer) for h in a.headers if h.startswith("access-control")] == []


async def test_listed_origins_may_call_and_read_also_errors() -> None:
    async with client_of(FakeService(), HttpSettings(cors_origins=(ORIGIN,))) as client:
        asked = await client.options(POSTS[0], headers=preflight(ORIGIN, "content-type, x-pushgen-time-budget-ms"))
        assert asked.status_code == 200
        assert asked.headers["access-control-allow-origin"] == ORIGIN
        for content in (b'{"item": {"title": "t"}}', b"{"):
            headers = {"origin": ORIGIN, "content-type": "application/json"}
            answer = await client.post(POSTS[0], content=content, headers=headers)
            assert answer.headers["access-control-allow-origin"] == ORIGIN
            assert "x-request-id" in answer.headers["access-control-expose-headers"].lower()
            assert "access-control-allow-credentials" not in answer.headers
        other = await client.options(POSTS[0], headers=preflight("https://evil.example"))
        assert (other.status_code, other.headers.get("access-control-allow-origin")) == (400, None)
        plain = await client.options(POSTS[0])
        assert (plain.status_code, plain.headers["allow"]) == (204, "OPTIONS, POST")


async def test_a_star_allows_every_origin() -> None:
    async with client_of(FakeService(), HttpSettings(cors_origins=("*",))) as client:
        answer = await client.get("/v1/info", headers={"origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == "*"


# --- the page of the documentation ------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "/pushgen", "/a/b"])
@pytest.mark.parametrize("known", [True, False], ids=["root_path", "stripped"])
async def test_the_docs_page_finds_its_files_under_any_prefix(prefix: str, known: bool) -> None:
    """A prefix is known where Serve mounts the application, or removed by a proxy that says nothing."""
    app = create_app(FakeService)
    transport = httpx.ASGITransport(app, root_path=prefix if known else "")

    async def get(url: str) -> httpx.Response:
        assert url.startswith(f"http://proxy{prefix}/"), url
        path = url.removeprefix("http://proxy")
        return await client.get(path if known else path.removeprefix(prefix))

    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        page_url = f"http://proxy{prefix}/docs"
        page = await get(page_url)
        assert page.status_code == 200
        links = re.findall(r"(?:href|src)=\"([^\"]+)\"", page.text) + re.findall(r"url: '([^']+)'", page.text)
        assert len(links) == 4
        for link in links:
            answer = await get(urljoin(page_url, link))
            assert answer.status_code == 200, link
        document = answer.json()
        (server,) = document["servers"]
        info = urljoin(urljoin(page_url, links[-1]), server["url"]).rstrip("/") + "/v1/info"
        assert (await get(info)).status_code == 200


async def test_the_docs_page_needs_no_network() -> None:
    async with client_of(FakeService()) as client:
        page = await client.get("/docs")
        script = await client.get("/docs/assets/swagger-ui-bundle.js")
        outside = await client.get("/docs/assets/../../../etc/passwd")
        redoc = await client.get("/redoc")
    assert "//" not in re.sub(r"<!--.*?-->", "", page.text.replace("// ", ""))
    assert '"validatorUrl": null' in page.text
    assert "SwaggerUIBundle" in script.text
    assert (outside.status_code, redoc.status_code) == (404, 404)


@pytest.mark.parametrize(
    "origin", ["app.example.com", "https://app.example.com/", "https://*.example.com", "https://a b", "null", ""]
)
def test_an_origin_that_no_browser_sends_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="no origin"):
        HttpSettings(cors_origins=(origin,))
