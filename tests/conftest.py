"""Markers come from the folder; nothing a test starts may reach beyond this machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_AUTH_MODE", "disabled")
# Tests of raw channels and requests must not meet the proxy of whoever runs them.
os.environ["no_proxy"] = os.environ["NO_PROXY"] = "127.0.0.1,localhost,::1"

ROOT = Path(__file__).resolve().parent.parent


FOLDERS = ("unit", "graph", "e2e", "chaos")
# Applications that live for a session come last, so that no engine under test shares the machine with one.
APPS = ("fake_app", "demo_app")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(getattr(pytest.mark, folder_of(item)))
    items.sort(key=lambda item: (apps_of(item), FOLDERS.index(folder_of(item))))


def folder_of(item: pytest.Item) -> str:
    return item.path.relative_to(ROOT / "tests").parts[0]


def apps_of(item: pytest.Item) -> int:
    names = getattr(item, "fixturenames", ())
    return max((n for n, app in enumerate(APPS, start=1) if app in names), default=0)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
