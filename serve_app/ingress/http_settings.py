"""Settings of HTTP, as data: a config is checked without loading the ingress."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from deployments.settings import Settings
from serve_app.contract.size import MAX_REQUEST_BYTES


def _checked_origin(origin: str) -> str:
    # Browsers send scheme, host and port alone; with anything more an origin would never match.
    if origin != "*" and not re.fullmatch(r"https?://[^/?#\s*]+", origin):
        raise ValueError(f"{origin!r} is no origin: write scheme and host, as in https://app.example.com, or *")
    return origin.lower()


class HttpSettings(Settings):
    """Bounds of HTTP bodies, and the web pages that may call the service.

    body_timeout_s: a body must arrive in this time, and one more second for each MiB that has arrived.
    cors_origins: origins whose scripts browsers let call the service and read its answers, or `*` for any. None by
    default: browsers then keep pages of other origins out. It is no authentication.
    """

    # Of a compressed body both forms are held to it.
    max_body_bytes: int = Field(default=MAX_REQUEST_BYTES, ge=1024)
    body_timeout_s: float = Field(default=5.0, gt=0)
    cors_origins: tuple[Annotated[str, AfterValidator(_checked_origin)], ...] = ()
