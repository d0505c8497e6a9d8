"""Knobs of fetching: from where, and how much of it at a time."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, IPvAnyNetwork

from deployments.settings import Knobs
from serve_app.fetch.hosts import pattern


class FetchKnobs(Knobs):
    """Fetching of images that a request names by URL.

    hosts: names, or `*.example.com` for all names below. A host's addresses must all be public, or in `networks`:
    private ones of yours, such as 10.20.0.0/16. allow_http: for a store inside your own network; its port (80) must be
    among `ports` too. timeout_s: of one image, waiting for its turn included, and never more than half of what the
    caption stage has left. max_concurrent: fetches at a time of one ingress replica. cache_mib: memory for fetched
    images, which are not fetched again for `cache_s`; 0 keeps none.

    An image has `limits.images.max_image_bytes` at most. Redirects and the environment's proxies are not followed.
    """

    hosts: tuple[Annotated[str, AfterValidator(pattern)], ...] = Field(min_length=1)
    networks: tuple[IPvAnyNetwork, ...] = ()
    ports: tuple[Annotated[int, Field(ge=1, le=65_535)], ...] = Field(default=(443,), min_length=1)
    allow_http: bool = False
    timeout_s: float = Field(default=3.0, gt=0, le=60)
    max_concurrent: int = Field(default=16, ge=1, le=256)
    cache_mib: int = Field(default=64, ge=0)
    cache_s: float = Field(default=60.0, gt=0)
