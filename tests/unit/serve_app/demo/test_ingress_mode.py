from __future__ import annotations

from pathlib import Path

from serve_app.demo.ingress_mode import IngressMode


def test_two_haproxies_of_a_machine_share_no_file_and_no_port(tmp_path: Path) -> None:
    first, second = (IngressMode.HAPROXY.environment(tmp_path / name) for name in ("a", "b"))
    assert first["RAY_SERVE_ENABLE_HA_PROXY"] == "1"
    own_settings = {
        name: value for name, value in first.items() if name.endswith(("_PORT", "_LOC", "_PATH", "_BASE", "_FILE"))
    }
    assert len(own_settings) == 9
    assert not set(own_settings.values()) & set(second.values())
    assert IngressMode.PROXY.environment(tmp_path) == {"RAY_SERVE_ENABLE_HA_PROXY": "0"}


def test_haproxys_sockets_have_paths_that_are_short_enough() -> None:
    longest_folder = "x" * (107 - IngressMode.HAPROXY.longest_socket)
    env = IngressMode.HAPROXY.environment(Path("/tmp/pushgen-12345678"))  # noqa: S108 - only a name here
    for name in ("RAY_SERVE_HAPROXY_SOCKET_PATH", "RAY_SERVE_HAPROXY_METRICS_SOCKET_PATH"):
        file = Path(env[name]).name
        assert len(longest_folder) + len(file) + 1 + 57 <= 97  # Ray adds a folder named by the id of the node
