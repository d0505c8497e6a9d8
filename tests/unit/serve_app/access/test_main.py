"""The command that makes keys."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml
from typer.testing import CliRunner

from serve_app.access.__main__ import app
from serve_app.access.keys import digest_of
from serve_app.access.tenants import parse_tenants


def test_it_prints_the_key_and_lines_that_let_it_in() -> None:
    done = CliRunner().invoke(app, ["new", 'a "shop": #1'])
    assert done.exit_code == 0, done.output
    (key,) = done.stdout.split()
    lines = done.stderr[done.stderr.index("  - name") :]
    (tenant,) = parse_tenants(f"tenants:\n{lines}", "x").tenants
    assert tenant.name == 'a "shop": #1'
    assert tenant.digests == [digest_of(key)]
    assert key not in done.stderr
    assert yaml.safe_load(lines)[0]["keys"][0] not in done.stdout


def test_it_runs_as_a_module_without_a_server(root: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "serve_app.access", "new", "shop"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("pushgen_")
    assert not [m for m in (" ray", " torch", " fastapi") if f"|{m}\n" in done.stderr]
