"""Finds files that a config names."""

from __future__ import annotations

from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent


def find(path: str | Path) -> Path | None:
    """The file or folder that `path` means: absolute, or under the working directory, or under the project's root.

    A replica's working directory is not the operator's, so a config that says `configs/x.yaml` means the project's.
    """
    wanted = Path(path).expanduser()
    for candidate in (wanted,) if wanted.is_absolute() else (Path.cwd() / wanted, PROJECT_ROOT / wanted):
        if candidate.exists():
            return candidate
    return None
