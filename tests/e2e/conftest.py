"""Applications under test: the shipped configs, started by `serve run`, each once a session, on ports of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from serve_app.client import PushGenClient
from serve_app.demo.local import LocalServe, free_port


def started(config: Path, timeout_s: float) -> Iterator[LocalServe]:
    with LocalServe(config, http_port=free_port(), grpc_port=free_port()) as app:
        app.wait_ready(timeout_s)
        processes = app.processes()
        yield app
    _, left = psutil.wait_procs(processes, timeout=10)
    assert not left, f"the application left processes behind: {left}"


@pytest.fixture(scope="session")
def fake_app(root: Path) -> Iterator[LocalServe]:
    yield from started(root / "configs/fake.yaml", 120)


@pytest.fixture(scope="session")
def demo_app(root: Path) -> Iterator[LocalServe]:
    yield from started(root / "configs/demo.yaml", 300)


@pytest.fixture
def fake_client(fake_app: LocalServe) -> Iterator[PushGenClient]:
    with PushGenClient(fake_app.address) as client:
        yield client


@pytest.fixture
def demo_client(demo_app: LocalServe) -> Iterator[PushGenClient]:
    with PushGenClient(demo_app.address) as client:
        yield client
