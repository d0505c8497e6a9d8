"""The Python client of `pushgen.v1` and its command line."""

from serve_app.client.calls import DEFAULT_ADDRESS, Unreachable, frame, image
from serve_app.client.client import AsyncPushGenClient, PushGenClient

__all__ = ["DEFAULT_ADDRESS", "AsyncPushGenClient", "PushGenClient", "Unreachable", "frame", "image"]
