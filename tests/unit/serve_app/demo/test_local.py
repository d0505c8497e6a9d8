from __future__ import annotations

from pathlib import Path

import pytest

from deployments.errors import Misconfigured
from serve_app.demo.local import IngressMode, LocalServe


def test_an_ingress_mode_is_chosen_or_the_environments(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_SERVE_ENABLE_HA_PROXY", raising=False)
    config = root / "configs/fake.yaml"
    assert LocalServe(config).ingress is IngressMode.PROXY
    assert LocalServe(config, env={"RAY_SERVE_ENABLE_HA_PROXY": "1"}).ingress is IngressMode.HAPROXY
    monkeypatch.setenv("RAY_SERVE_ENABLE_HA_PROXY", "1")
    assert LocalServe(config).ingress is IngressMode.HAPROXY
    assert LocalServe(config, ingress=IngressMode.PROXY).ingress is IngressMode.PROXY


@pytest.mark.parametrize("ports", [{"http_port": 8156, "grpc_port": 8156}, {"http_port": 9000}, {"grpc_port": 8000}])
def test_equal_ports_are_refused_wherever_they_come_from(root: Path, ports: dict[str, int]) -> None:
    with pytest.raises(Misconfigured, match=r"http_options.port and grpc_options.port are both"):
        LocalServe(root / "configs/fake.yaml", **ports)  # type: ignore[arg-type]


@pytest.mark.parametrize(("prefix", "end"), [("/", ":8000"), ("/push", ":8000/push"), ("/a/b/", ":8000/a/b")])
def test_the_url_has_the_prefix_of_the_application(root: Path, tmp_path: Path, prefix: str, end: str) -> None:
    text = (root / "configs/fake.yaml").read_text()
    (tmp_path / "c.yaml").write_text(text.replace("route_prefix: /", f"route_prefix: {prefix}"))
    assert LocalServe(tmp_path / "c.yaml").url == f"http://127.0.0.1{end}"


def test_the_largest_message_is_bounded_for_the_proxy_unless_the_environment_says_another(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bound() -> str:
        app = LocalServe(root / "configs/fake.yaml")
        try:
            return app._make_environment()["RAY_SERVE_GRPC_MAX_MESSAGE_SIZE"]
        finally:
            app.stop()

    monkeypatch.delenv("RAY_SERVE_GRPC_MAX_MESSAGE_SIZE", raising=False)
    assert bound() == str(112 * 2**20)
    monkeypatch.setenv("RAY_SERVE_GRPC_MAX_MESSAGE_SIZE", "5000000")
    assert bound() == "5000000"


def test_a_stock_application_has_no_flag_of_this_project_or_of_the_environment(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_SERVE_USE_GRPC_BY_DEFAULT", "1")
    monkeypatch.setenv("RAY_worker_niceness", "5")

    def flags(*, stock: bool) -> set[str]:
        app = LocalServe(root / "configs/fake.yaml", ingress=IngressMode.PROXY, stock=stock)
        try:
            return {name for name in app._make_environment() if name.startswith(("RAY_SERVE_", "RAY_worker"))}
        finally:
            app.stop()

    assert {"RAY_SERVE_USE_GRPC_BY_DEFAULT", "RAY_worker_niceness"} < flags(stock=False)
    assert flags(stock=True) == {"RAY_SERVE_ENABLE_HA_PROXY"}
