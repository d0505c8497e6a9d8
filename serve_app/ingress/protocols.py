"""Both protocols on one class, as `@serve.ingress()` takes it."""

from __future__ import annotations

from fastapi import FastAPI

from serve_app.ingress.grpc import GrpcAdapter
from serve_app.ingress.http import create_app
from serve_app.ingress.http_settings import HttpSettings


class BothProtocols(GrpcAdapter):
    """gRPC by its methods, HTTP by its app. A subclass sets `service`, and `http` and `access`, in its constructor."""

    http = HttpSettings()

    def __serve_build_asgi_app__(self) -> FastAPI:
        # Serve calls it after the constructor. Its proxy sends X-Request-Id itself.
        return create_app(lambda: self.service, self.http, self.access, echo=False)
