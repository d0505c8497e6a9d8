"""The commands of README and docs/, run as they stand against the demo's app.

curl and grpcurl commands are carried out by the test itself, because a fresh machine may not have them. Checks that
need no app are in tests/unit/test_docs.py.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import grpc
import httpx
import pytest
from google.protobuf import json_format

from pushgen.v1 import service_pb2, service_pb2_grpc
from serve_app.demo.local import LocalServe
from tests.pages import OFFLINE, blocks, commands, commands_here


def local(text: str, app: LocalServe) -> str:
    return text.replace("127.0.0.1:8000", f"127.0.0.1:{app.http_port}").replace("127.0.0.1:9000", app.address)


def after(words: list[str], flag: str) -> str | None:
    return words[words.index(flag) + 1] if flag in words else None


def test_make_takes_every_target(root: Path) -> None:
    for target in {words[1] for words in commands(root, "make")} | {"serve", "lint", "proto", "docs"}:
        done = subprocess.run(["make", "-n", target], cwd=root, capture_output=True, text=True)
        assert done.returncode == 0, f"make {target}: {done.stderr}"


def test_curl(root: Path, demo_app: LocalServe) -> None:
    found = commands_here(root, "curl")
    assert found
    for words in found:
        url = local(next(w for w in words if w.startswith("http")), demo_app)
        body = after(words, "-d")
        if body is None:
            answer = httpx.get(url, timeout=60)
        else:
            kind = (after(words, "-H") or "").split(": ")[1]
            answer = httpx.post(url, content=body, headers={"content-type": kind}, timeout=120)
        assert answer.status_code == 200, answer.text


def test_grpcurl(root: Path, demo_app: LocalServe) -> None:
    found = commands_here(root, "grpcurl")
    assert found
    for words in found:
        *_, address, method = words
        service, rpc = method.split("/")
        assert service == service_pb2.DESCRIPTOR.services_by_name["PushGenService"].full_name
        with grpc.insecure_channel(local(address, demo_app)) as channel:
            request = json_format.Parse(after(words, "-d") or "{}", getattr(service_pb2, f"{rpc}Request")())
            answer = getattr(service_pb2_grpc.PushGenServiceStub(channel), rpc)(request, timeout=120)
        assert answer.decision.source


def test_the_command_line(root: Path, demo_app: LocalServe) -> None:
    found = [words for words in commands_here(root, "pushgen") if words[1] not in OFFLINE]
    assert found
    for words in found:
        command = [str(Path(sys.executable).with_name("pushgen")), *words[1:], "--address", demo_app.address, "--json"]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stderr
        json.loads(done.stdout)


def test_the_python_examples(root: Path, demo_app: LocalServe) -> None:
    examples = blocks(root, "python")
    assert examples
    for code in examples:
        done = subprocess.run(
            [sys.executable, "-c", local(code, demo_app)], cwd=root, capture_output=True, text=True, timeout=180
        )
        assert done.returncode == 0, done.stderr
        assert re.match(r"(GENERATED|INCUMBENT|NONE) ", done.stdout)


@pytest.mark.parametrize("target", ["pushgen.v1.service_pb2", "serve_app.client"])
def test_what_callers_import_is_there(root: Path, target: str) -> None:
    assert subprocess.run([sys.executable, "-c", f"import {target}"], cwd=root).returncode == 0
