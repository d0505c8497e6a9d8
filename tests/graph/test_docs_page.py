"""The page of the documentation: its files under any prefix, and nothing from the network."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import httpx
import pytest

from serve_app.ingress.http import create_app
from tests.graph.fake_service import FakeService
from tests.graph.test_http import client_of


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
