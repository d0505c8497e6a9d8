"""Both protocols on one class, as `@serve.ingress()` takes it."""

from __future__ import annotations

from fastapi import FastAPI

from serve_app.ingress.grpc import GrpcAdapter
from serve_app.ingress.http import HttpSettings, create_app


class BothProtocols(GrpcAdapter):
    """gRPC by its methods, HTTP by the app it builds; whoever inherits sets `self.service` in the constructor."""

    http = HttpSettings()

    def __serve_build_asgi_app__(self) -> FastAPI:
        # Serve asks for it after the constructor. Its proxy answers with X-Request-Id by itself.
        return create_app(lambda: self.service, self.http, echo=False)
