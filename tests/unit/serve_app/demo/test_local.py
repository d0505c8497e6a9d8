from __future__ import annotations

from pathlib import Path

import pytest

from serve_app.demo.local import _INGRESS, IngressMode, LocalServe, refusal_in

LOST = "ServeController -- Exception in Replica(id='x'), the replica will be stopped.\nValueError: no such device\n"


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("starting\nready after 1.0 s", ""),
        ("deployments.errors.Misconfigured: args: captioner.kind: no 'oracle'\n", "args: captioner.kind: no 'oracle'"),
        (LOST, ""),
        (LOST * 3, "ValueError: no such device"),
    ],
)
def test_a_start_that_cannot_succeed_is_explained(log: str, words: str) -> None:
    assert words in refusal_in(log)
    assert bool(refusal_in(log)) == bool(words)


def test_an_ingress_mode_is_chosen_or_the_environments(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_SERVE_ENABLE_HA_PROXY", raising=False)
    config = root / "configs/fake.yaml"
    assert LocalServe(config).ingress is IngressMode.PROXY
    assert LocalServe(config, env={"RAY_SERVE_ENABLE_HA_PROXY": "1"}).ingress is IngressMode.HAPROXY
    monkeypatch.setenv("RAY_SERVE_ENABLE_HA_PROXY", "1")
    assert LocalServe(config).ingress is IngressMode.HAPROXY
    assert LocalServe(config, ingress=IngressMode.PROXY).ingress is IngressMode.PROXY


def test_two_haproxies_of_a_machine_share_no_file_and_no_port(tmp_path: Path) -> None:
    first, second = (_INGRESS[IngressMode.HAPROXY](tmp_path / name) for name in ("a", "b"))
    assert first["RAY_SERVE_ENABLE_HA_PROXY"] == "1"
    own_settings = {
        name: value for name, value in first.items() if name.endswith(("_PORT", "_LOC", "_PATH", "_BASE", "_FILE"))
    }
    assert len(own_settings) == 9
    assert not set(own_settings.values()) & set(second.values())
    assert _INGRESS[IngressMode.PROXY](tmp_path) == {"RAY_SERVE_ENABLE_HA_PROXY": "0"}


def test_haproxys_sockets_have_paths_that_are_short_enough() -> None:
    env = _INGRESS[IngressMode.HAPROXY](Path("/", "tmp", "pushgen-12345678"))
    for name in ("RAY_SERVE_HAPROXY_SOCKET_PATH", "RAY_SERVE_HAPROXY_METRICS_SOCKET_PATH"):
        assert len(env[name]) + 57 <= 97  # Ray adds a folder named by the id of the node
