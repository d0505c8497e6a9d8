"""Lookup of files that a config names."""

from __future__ import annotations

from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent


def find(path: str | Path) -> Path | None:
    """Find a file or folder: absolute, under the working directory, or under the project's root; None if it is missing.

    A replica's working directory is not the operator's, so `configs/x.yaml` in a config means the project's.
    """
    expanded = Path(path).expanduser()
    for candidate in (expanded,) if expanded.is_absolute() else (Path.cwd() / expanded, PROJECT_ROOT / expanded):
        if candidate.exists():
            return candidate
    return None
