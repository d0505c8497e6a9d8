"""Flags of Ray Serve that the application runs with, on a local machine and in a pod."""

from __future__ import annotations

from typing import Final

from serve_app.contract.servicer import MAX_HANDED_ON_VARIABLE, MAX_MESSAGE_VARIABLE, PROXY_BY_GRPC_VARIABLE
from serve_app.contract.size import MAX_REQUEST_BYTES

SERVE_FLAGS: Final = {
    MAX_MESSAGE_VARIABLE: str(MAX_REQUEST_BYTES),
    # Half of the hop's time, as between replicas (`serve_app/cluster/transport.py`).
    PROXY_BY_GRPC_VARIABLE: "1",
    MAX_HANDED_ON_VARIABLE: "-1",  # no bound but the first one
    # Serve replaces a dead proxy after three checks, by default after 30 s.
    "RAY_SERVE_PROXY_HEALTH_CHECK_PERIOD_S": "2",
    "RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH": "serve_app.ingress.unfinished:middlewares",
}
