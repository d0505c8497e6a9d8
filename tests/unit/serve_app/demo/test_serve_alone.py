"""The command that starts Serve without Ray's dashboard; tests/e2e/test_demo_command.py runs it."""

from __future__ import annotations

from typing import Any

import pytest
import ray

from serve_app.demo import serve_alone


def test_the_cluster_has_no_dashboard_and_serve_goes_on_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[Any] = []
    monkeypatch.setattr(ray, "init", lambda **options: steps.append(options))
    monkeypatch.setattr(serve_alone, "cli", lambda: steps.append("serve"))
    serve_alone.main()
    assert steps == [{"namespace": "serve", "include_dashboard": False}, "serve"]
