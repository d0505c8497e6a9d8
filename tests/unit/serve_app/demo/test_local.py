from __future__ import annotations

from pathlib import Path

import pytest

from serve_app.demo.local import IngressMode, LocalServe


def test_an_ingress_mode_is_chosen_or_the_environments(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_SERVE_ENABLE_HA_PROXY", raising=False)
    config = root / "configs/fake.yaml"
    assert LocalServe(config).ingress is IngressMode.PROXY
    assert LocalServe(config, env={"RAY_SERVE_ENABLE_HA_PROXY": "1"}).ingress is IngressMode.HAPROXY
    monkeypatch.setenv("RAY_SERVE_ENABLE_HA_PROXY", "1")
    assert LocalServe(config).ingress is IngressMode.HAPROXY
    assert LocalServe(config, ingress=IngressMode.PROXY).ingress is IngressMode.PROXY
