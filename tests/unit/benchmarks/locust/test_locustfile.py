"""Locust's users. In a process of their own, as locust runs them: the module patches sockets and gRPC."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CODE = """
import locust, json, sys, types
from benchmarks.locust import locustfile as users

def environment(host, address=""):
    made = types.SimpleNamespace(host=host, parsed_options=types.SimpleNamespace(grpc_address=address), fired=[])
    made.runner = types.SimpleNamespace(quit=lambda: made.fired.append("quit"))
    made.events = types.SimpleNamespace(request=types.SimpleNamespace(fire=lambda **f: made.fired.append(f)))
    return made

def refusal(check, made):
    try:
        check(made)
    except (SystemExit, Exception) as error:
        return type(error).__name__ + ": " + str(error)

away = environment("http://example.com:8000")
answer = {
    "beside the host": users.grpc_address(environment("http://127.0.0.1:8000")),
    "given": users.grpc_address(environment("http://127.0.0.1:8000", "127.0.0.1:7")),
    "loopback": refusal(users._loopback_only, environment("http://localhost:8000")),
    "away": refusal(users._loopback_only, away),
    "grpc away": refusal(users._loopback_only, environment("http://localhost:8000", "example.com:9")),
    "unset": refusal(users._loopback_only, environment(None)),
    "changed": refusal(users._loopback_still, away),
    "fired": away.fired,
}

class Refused(users.grpc.RpcError):
    def code(self):
        return users.grpc.StatusCode.UNAVAILABLE

class Stub:
    def __init__(self, error=None):
        self.error, self.asked = error, []

    def GenerateNotification(self, message, timeout):
        self.asked.append(message)
        if self.error:
            raise self.error
        return users.service_pb2.GenerateNotificationResponse(decision={"item_id": "x"})

made = environment("http://127.0.0.1:1")
user = users.GrpcUser(made)
user.on_start()
for stub in (Stub(), Stub(Refused())):
    user._stub = stub
    user.generate()
user.on_stop()
for fired in made.fired:
    fired["exception"] = repr(fired["exception"])
answer["requests"] = made.fired
json.dump(answer, sys.stdout)
"""


@pytest.fixture(scope="module")
def answer(root: Path) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-c", CODE], cwd=root, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    parsed: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return parsed


def test_grpc_is_beside_http_unless_it_is_given(answer: dict[str, Any]) -> None:
    assert (answer["beside the host"], answer["given"]) == ("127.0.0.1:9000", "127.0.0.1:7")


def test_load_is_offered_to_this_machine_alone(answer: dict[str, Any]) -> None:
    assert (answer["loopback"], answer["unset"]) == (None, None)
    assert answer["away"].startswith("SystemExit: error: --host")
    assert answer["grpc away"].startswith("SystemExit: error: --grpc-address")


def test_a_host_that_is_changed_later_ends_the_run(answer: dict[str, Any]) -> None:
    assert answer["changed"].startswith("Misconfigured: --host")
    assert answer["fired"] == ["quit"]


def test_a_grpc_call_is_reported_with_its_size_or_its_code(answer: dict[str, Any]) -> None:
    good, bad = answer["requests"]
    assert (good["request_type"], good["name"], good["exception"]) == ("grpc", "GenerateNotification", "None")
    assert good["response_length"] > 0
    assert (bad["exception"], bad["response_length"]) == ("RuntimeError('UNAVAILABLE')", 0)
