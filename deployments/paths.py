"""Lookup of files that a config names, and a folder for those that no other folder takes."""

from __future__ import annotations

import os
import stat
import tempfile
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


def private_folder(base: Path | None = None) -> Path:
    """Return this user's own folder among the temporary files, made if missing: a home for who has none.

    Raises OSError. A folder of that name that another user made is refused: its files cannot be trusted.
    """
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = (base or Path(tempfile.gettempdir())) / f"pushgen-{user}"
    folder.mkdir(mode=0o700, exist_ok=True)
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != user or state.st_mode & 0o022:
        raise PermissionError(f"{folder} is no folder of this user alone")
    return folder


def writable(folder: Path) -> bool:
    """True when this user can write into the folder, or can make it."""
    for existing in (folder, *folder.parents):
        if os.path.exists(existing):  # Path.exists raises where a folder above is closed to this user
            return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
    return False
