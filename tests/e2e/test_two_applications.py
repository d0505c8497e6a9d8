"""Two applications on a cluster: a caller names the one it means."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from deployments.errors import PushGenError
from deployments.types import Item
from serve_app.client import PushGenClient, Unreachable
from serve_app.demo.local import LocalServe, free_port

NAMES = ("pushgen", "second")


def two(config: dict[str, Any]) -> None:
    (first,) = config["applications"]
    config["applications"] = [first, {**copy.deepcopy(first), "name": "second", "route_prefix": "/second"}]


@pytest.fixture(scope="module")
def app(root: Path) -> Iterator[LocalServe]:
    with LocalServe(root / "configs/fake.yaml", http_port=free_port(), grpc_port=free_port(), edit=two) as served:
        until = time.monotonic() + 300
        while not all(healthy(served, name) for name in NAMES):
            assert served.is_running, served.tail()
            assert time.monotonic() < until, served.tail()
            time.sleep(0.5)
        yield served


def healthy(served: LocalServe, name: str) -> bool:
    with PushGenClient(served.address, application=name, timeout_s=3) as client, suppress(PushGenError):
        return client.health()
    return False


@pytest.mark.parametrize("name", NAMES)
def test_the_named_application_answers_every_kind_of_call(app: LocalServe, name: str) -> None:
    with PushGenClient(app.address, application=name, timeout_s=20) as client:
        assert client.generate(Item(title="Fresh bread")).candidates
        assert list(client.stream(Item(title="Fresh bread")))
        assert len(dict(client.batch([Item(title="a"), Item(title="b")]))) == 2
        assert client.info().version


@pytest.mark.parametrize("name", ["", "third"])
def test_a_call_that_names_none_of_them_is_told_how_to(app: LocalServe, name: str) -> None:
    with PushGenClient(app.address, application=name, timeout_s=20) as client:
        for call in (client.health, client.info, lambda: list(client.stream(Item(title="a")))):
            with pytest.raises(Unreachable, match="--application"):
                call()


def test_the_command_takes_the_name_from_a_flag_or_the_environment(app: LocalServe) -> None:
    command = [sys.executable, "-m", "serve_app.client.cli", "health", "--address", app.address]
    for flags, env, code in (
        ([], {}, 3),
        (["--application", "second"], {}, 0),
        ([], {"PUSHGEN_APPLICATION": "second"}, 0),
    ):
        done = subprocess.run(
            [*command, *flags], env=os.environ | env, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == code, done.stderr
        assert ("--application" in done.stderr) is (code != 0)


@pytest.mark.parametrize("prefix", ["", "/second"])
def test_over_http_the_path_decides(app: LocalServe, prefix: str) -> None:
    body = {"item": {"title": "Fresh bread"}}
    answer = httpx.post(f"{app.url}{prefix}/v1/notifications:generate", json=body, timeout=30, trust_env=False)
    assert answer.status_code == 200, answer.text
    assert httpx.get(f"{app.url}{prefix}/healthz", timeout=30, trust_env=False).json()["status"] == "SERVING"
