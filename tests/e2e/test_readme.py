"""The README's commands, as they stand there, against the demo's app. curl and grpcurl are read and carried out here:
a fresh machine need not have them."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import grpc
import httpx
import pytest
from google.protobuf import json_format

from pushgen.v1 import service_pb2, service_pb2_grpc
from serve_app.demo.local import LocalServe


def blocks(root: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (root / "README.md").read_text(), flags=re.DOTALL)


def commands(root: Path, name: str) -> list[list[str]]:
    """Every shell command of the README that calls `name`, split into words."""
    joined = "\n".join(blocks(root, "sh")).replace("\\\n", " ")
    found = [shlex.split(line, comments=True) for line in joined.splitlines()]
    return [words for words in found if words and Path(words[0]).name == name]


def local(text: str, app: LocalServe) -> str:
    return text.replace("127.0.0.1:8000", f"127.0.0.1:{app.http_port}").replace("127.0.0.1:9000", app.address)


def after(words: list[str], flag: str) -> str | None:
    return words[words.index(flag) + 1] if flag in words else None


def test_make_targets_exist(root: Path) -> None:
    targets = [words[1] for words in commands(root, "make")]
    assert {"demo", "test"} <= set(targets)
    for target in [*targets, "serve", "lint", "proto"]:
        done = subprocess.run(["make", "-n", target], cwd=root, capture_output=True, text=True)
        assert done.returncode == 0, f"make {target}: {done.stderr}"


def test_files_named_in_the_readme_exist(root: Path) -> None:
    named = set(
        re.findall(
            r"`((?:configs|deployments|serve_app|protos|training|models|tests)/[\w./-]*)`",
            (root / "README.md").read_text(),
        )
    )
    assert named
    assert [name for name in named if not (root / name).exists()] == []


def test_curl(root: Path, demo_app: LocalServe) -> None:
    found = commands(root, "curl")
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
    ((*_, address, method),) = commands(root, "grpcurl")
    body = after(commands(root, "grpcurl")[0], "-d") or "{}"
    service, rpc = method.split("/")
    assert service == service_pb2.DESCRIPTOR.services_by_name["PushGenService"].full_name
    with grpc.insecure_channel(local(address, demo_app)) as channel:
        request = json_format.Parse(body, getattr(service_pb2, f"{rpc}Request")())
        answer = getattr(service_pb2_grpc.PushGenServiceStub(channel), rpc)(request, timeout=120)
    assert answer.decision.source


def test_the_command_line(root: Path, demo_app: LocalServe) -> None:
    found = commands(root, "pushgen")
    assert found
    for words in found:
        command = [str(Path(sys.executable).with_name("pushgen")), *words[1:], "--address", demo_app.address, "--json"]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stderr
        json.loads(done.stdout)


def test_the_python_example(root: Path, demo_app: LocalServe) -> None:
    (code,) = blocks(root, "python")
    done = subprocess.run(
        [sys.executable, "-c", local(code, demo_app)], cwd=root, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr
    assert re.match(r"(GENERATED|INCUMBENT|NONE) ", done.stdout)


def test_serve_run_names_a_config(root: Path) -> None:
    ((_, verb, config),) = commands(root, "serve")
    assert verb == "run"
    assert (root / config).is_file()


@pytest.mark.parametrize("target", ["pushgen.v1.service_pb2", "serve_app.client"])
def test_what_callers_import_is_there(root: Path, target: str) -> None:
    assert subprocess.run([sys.executable, "-c", f"import {target}"], cwd=root).returncode == 0
