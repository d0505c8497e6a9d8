"""The Python client of `pushgen.v1` and its command line."""

from serve_app.client.address import DEFAULT_ADDRESS
from serve_app.client.calls import frame, image
from serve_app.client.client import AsyncPushGenClient, PushGenClient
from serve_app.client.credentials import tls
from serve_app.client.unreachable import Unreachable

__all__ = ["DEFAULT_ADDRESS", "AsyncPushGenClient", "PushGenClient", "Unreachable", "frame", "image", "tls"]
