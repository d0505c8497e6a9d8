"""`pushgen` as a process: encodings of the output, pipes that close, full disks, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.graph.fake_service import FakeService

COMMAND = [sys.executable, "-m", "serve_app.client.cli"]
ASCII = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}


def pushgen(*typed: str, env: dict[str, str] | None = None, **options: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *typed], env=os.environ | {"NO_COLOR": "1"} | (env or {}), timeout=60, check=False,
        **({"capture_output": True} | options),
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
@pytest.mark.parametrize(
    "command", [["generate", "--title", "T", "--id", "\u4f60 \u2013 caf\u00e9"], ["info"]], ids=lambda c: c[0]
)
def test_every_encoding_of_the_output(address: str, command: list[str], encoding: str) -> None:
    env = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = pushgen(*command, "--address", address, "--json", env=env)
    assert (done.returncode, done.stderr) == (0, b"")
    answer = json.loads(done.stdout.decode(encoding))
    if command[0] == "generate":
        assert answer["item_id"] == "\u4f60 \u2013 caf\u00e9"
    done = pushgen(*command, "--address", address, env=env)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode(encoding)


@pytest.mark.parametrize("verb", ["stream", "batch", "generate --jsonl"])
def test_lines_of_every_command_are_json_in_ascii_too(address: str, verb: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_text('{"title": "caf\u00e9", "id": "caf\u00e9"}')
    done = pushgen(*verb.split(), str(tmp_path / "f"), "--address", address, "--json", env=ASCII)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"caf\\u00e9" in done.stdout
    assert all(json.loads(line) for line in done.stdout.splitlines())


def test_errors_and_help_are_shown_in_ascii_too() -> None:
    done = pushgen("generate", "caf\u00e9 \u4f60.json", env=ASCII)
    assert done.returncode == 2
    assert b"cannot read caf\\xe9" in done.stderr
    assert pushgen("generate", "--help", env=ASCII).returncode == 0


@pytest.mark.parametrize("command", ["stream - --json", "batch - --json", "generate - --json", "info", "--help"])
def test_a_reader_that_leaves_ends_the_command_quietly(address: str, command: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    typed = command.split() + ([] if command == "--help" else ["--address", address])
    done = pushgen(*typed, stdout=writer, stderr=subprocess.PIPE, capture_output=False, input=b'{"title": "T"}')
    os.close(writer)
    assert (done.returncode, done.stderr) == (-signal.SIGPIPE, b"")  # a shell shows 141


@pytest.mark.parametrize("json_flag", [["--json"], []])
def test_a_full_disk_is_said_in_words(address: str, json_flag: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = pushgen(
            "generate", "--title", "T", "--address", address, *json_flag,
            stdout=full, stderr=subprocess.PIPE, capture_output=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == b"error: cannot write the output: No space left on device\n"


def test_a_closed_stdout_is_said_before_the_work(address: str, service: FakeService) -> None:
    command = f'exec "{sys.executable}" -m serve_app.client.cli generate --title T --address {address} >&-'
    done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, b"error: stdout is closed\n")
    assert service.seen == []


@pytest.mark.parametrize("command", ["generate -", "stream -", "batch -", "generate --jsonl -"])
def test_ctrl_c_ends_at_once_with_130(address: str, service: FakeService, command: str) -> None:
    def heed() -> None:  # whoever runs the tests may ignore it himself, as in the background of a script
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    service.hang = True
    with subprocess.Popen(
        [*COMMAND, *command.split(), "--address", address], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, preexec_fn=heed,  # noqa: PLW1509
    ) as process:  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(b'{"title": "T"}')
        process.stdin.close()
        process.stdin = None
        service.reached.wait(20)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=10)
    assert process.returncode == 130
    assert b"Traceback" not in stderr


def test_the_version() -> None:
    done = pushgen("--version")
    assert (done.returncode, done.stdout) == (0, b"pushgen 0.1.0\n")


@pytest.mark.parametrize("command", [[], ["generate"], ["batch"], ["health"]])
def test_help_documents_the_exit_codes(command: list[str]) -> None:
    text = " ".join(pushgen(*command, "--help").stdout.decode().split())
    assert all(code in text for code in ("0 fine", "1 failed", "2 bad input", "3 unavailable", "4 deadline", "130"))
