"""`/docs`: Swagger UI from a package, without a network.

All its links are relative. So the page works under any path prefix, whether the proxy that adds it says so or not.
"""

from __future__ import annotations

from importlib.resources import files

from fastapi import FastAPI, Response
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.staticfiles import StaticFiles

_ASSETS = "docs/assets"


def add_docs_page(app: FastAPI) -> None:
    # validatorUrl: without it the page would send the document's address to swagger.io.
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title=f"{app.title} - API",
        swagger_js_url=f"{_ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{_ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{_ASSETS}/favicon.png",
        swagger_ui_parameters={"validatorUrl": None},
    )

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return page

    app.mount(f"/{_ASSETS}", StaticFiles(directory=str(files("fastapi_offline") / "static")), name="assets")
