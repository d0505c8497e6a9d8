"""The proxy on the two ports of a local application."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from serve_app.demo.ports import free_port

_HAPROXY = "RAY_SERVE_ENABLE_HA_PROXY"


class IngressMode(StrEnum):
    """The proxy on the two ports: Serve's own in Python, or HAProxy in front of the ingress replicas."""

    PROXY = "proxy"
    HAPROXY = "haproxy"

    @classmethod
    def of(cls, env: Mapping[str, str]) -> IngressMode:
        """Read the mode as Ray Serve does."""
        return cls.HAPROXY if env.get(_HAPROXY) == "1" else cls.PROXY

    @property
    def longest_socket(self) -> int:
        """Bytes that the longest path of a socket has beyond the run's folder.

        Ray's are `/ray/session_DATE_TIME_MICROSECONDS_PID/sockets/dash_NAME`. HAProxy's have a node id of 56
        characters, and ten bytes are kept for the temporary names under which it binds them.
        """
        return 80 if self is IngressMode.HAPROXY else 75

    def environment(self, folder: Path) -> dict[str, str]:
        return _haproxy(folder) if self is IngressMode.HAPROXY else {_HAPROXY: "0"}


def _haproxy(folder: Path) -> dict[str, str]:
    """Give HAProxy its own files and ports: Ray's defaults are shared by all clusters of the machine.

    The files lie directly in the run's folder: Ray appends a node id of 56 characters, and a socket's path may have
    about 97.
    """
    ports = ("HAPROXY_METRICS_PORT", "HAPROXY_STATS_PORT", "FALLBACK_PROXY_HTTP_PORT", "FALLBACK_PROXY_GRPC_PORT")
    files = {
        "HAPROXY_CONFIG_FILE_LOC": "haproxy.cfg",
        "HAPROXY_SOCKET_PATH": "admin.sock",
        "HAPROXY_METRICS_SOCKET_PATH": "metrics.sock",
        "HAPROXY_SERVER_STATE_BASE": "",
        "HAPROXY_SERVER_STATE_FILE": "server-state",
    }
    return {
        _HAPROXY: "1",
        **{f"RAY_SERVE_{name}": str(folder / file) for name, file in files.items()},
        **{f"RAY_SERVE_{name}": str(free_port()) for name in ports},
        # This drain time is for external load balancers; there are none here.
        "RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S": "0",
    }
