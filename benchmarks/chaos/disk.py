"""A disk of a few MiB, to be filled."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_SIZE: Final = "4m"
_PIECE: Final = bytes(64 * 2**10)
_FILLER: Final = "filler"


@contextmanager
def small_disk() -> Iterator[Path | None]:
    """Mount an empty disk; None where this user or system may not."""
    folder = Path(tempfile.mkdtemp(prefix="pushgen-disk-"))
    mounted = _succeeds(["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(folder)])
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            _succeeds(["umount", "--lazy", str(folder)])
        folder.rmdir()


def fill(folder: Path) -> None:
    """Write until there is no room for another byte."""
    with (folder / _FILLER).open("wb", buffering=0) as filler:
        for piece in (_PIECE, b"\0"):
            try:
                while filler.write(piece):
                    pass
            except OSError:
                continue


def free(folder: Path) -> None:
    (folder / _FILLER).unlink(missing_ok=True)


def _succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0
    except OSError:
        return False
