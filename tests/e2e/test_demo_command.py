"""`make demo`'s program, as a newcomer runs it: real items, both protocols, a readable table, nothing left running."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psutil
from google.protobuf import json_format

from pushgen.v1 import decision_pb2
from serve_app.demo.items import demo_items
from serve_app.local import free_port


def test_the_demo_turns_items_into_decisions(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "demo.json"
    before = {p.pid for p in psutil.process_iter()}
    ports = ["--http-port", str(free_port()), "--grpc-port", str(free_port())]
    done = subprocess.run(
        [sys.executable, "-m", "serve_app.demo", "--out", str(out), *ports],
        cwd=root, capture_output=True, text=True, timeout=580,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    answers = json.loads(out.read_text())
    names = [i.name for i in demo_items()]
    assert [(a["protocol"], a["item"]) for a in answers] == [(p, n) for p in ("grpc", "http") for n in names]
    for answer in answers:
        decision = json_format.ParseDict(answer["decision"], decision_pb2.Decision())
        assert decision.caption.text
        assert decision.candidates
        assert decision.source != decision_pb2.SOURCE_UNSPECIFIED
        sent = [c for c in decision.candidates if c.id == decision.notification.candidate_id]
        assert not any(c.rejected for c in sent)
        assert len(sent) == (decision.source != decision_pb2.SOURCE_NONE)
    assert "small language model" in done.stdout
    ours = [p for p in psutil.process_iter() if p.pid not in before and "pushgen" in " ".join(_cmdline(p))]
    assert ours == []


def test_a_taken_port_is_named_and_nothing_is_started(root: Path) -> None:
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        port = s.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "serve_app.demo", "--config", "configs/fake.yaml", "--http-port", str(port)],
            cwd=root, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"HTTP port {port} is in use" in done.stdout


def _cmdline(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
