"""The cache folder, in which models are made once, atomically, by one process at a time."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import filelock
import platformdirs

from deployments.errors import Misconfigured
from deployments.paths import private_folder, writable

LOCK_TIMEOUT_S = 900.0

Progress = Callable[[str, float], None]
"""Called with the current step and the share of the work done, 0 to 1."""


def silent(_step: str, _done: float) -> None:
    """A Progress that reports nothing."""


def cache_dirs() -> list[Path]:
    """Return the cache folders in the order of their use, at least one.

    That is ${PUSHGEN_CACHE} alone where it is set. Else `pushgen` in the platform's cache folder (~/.cache/pushgen on
    Linux), and one among the temporary files, for a user without a home folder, or with one that cannot be written.
    Raises Misconfigured.
    """
    if chosen := os.environ.get("PUSHGEN_CACHE"):
        return [Path(chosen).expanduser()]
    folders: list[Path] = []
    with contextlib.suppress(RuntimeError):  # a user whom the system does not know
        folders.append(platformdirs.user_cache_path("pushgen"))
    with contextlib.suppress(OSError):  # no temporary folder either: the error names the first
        folders.append(private_folder() / ".cache" / "pushgen")
    if not folders:
        raise Misconfigured("there is no folder for prepared weights: name one with PUSHGEN_CACHE")
    return folders


def weights_dir(key: str) -> Path:
    """Return the folder of the model with this key, where it is or where it can be made. It may not exist yet."""
    folders = [folder / "weights" / key for folder in cache_dirs()]
    return next((f for f in folders if os.path.isdir(f)), next((f for f in folders if writable(f.parent)), folders[0]))


def make_once(key: str, name: str, make: Callable[[Path], None], progress: Progress) -> Path:
    """Return the model's folder. `make` fills it if it is missing. `name`: of the model in errors.

    Several processes may call this at once: one makes the folder, the others wait. Raises Misconfigured.
    """
    target = weights_dir(key)
    try:
        if not target.is_dir():  # it appears by a rename, so it is complete
            _make_alone(target, make)
    except filelock.Timeout as error:
        raise Misconfigured(
            f"cannot prepare {name!r}: another process has been at it for {LOCK_TIMEOUT_S / 60:.0f} minutes; "
            "wait for it, or end it"
        ) from error
    except OSError as error:
        raise Misconfigured(
            f"cannot prepare {name!r} in the cache folder ({error.strerror or type(error).__name__}): "
            "check its disk space and permissions, or name another one with PUSHGEN_CACHE"
        ) from error
    progress("ready", 1.0)
    return target


def _make_alone(target: Path, make: Callable[[Path], None]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(target.with_name(f".{target.name}.lock"), timeout=LOCK_TIMEOUT_S):
        if target.is_dir():  # another process made it while we waited
            return
        prefix = f".{target.name}.partial-"
        for stale in target.parent.glob(f"{prefix}*"):  # left by a process that was killed; the lock is ours
            shutil.rmtree(stale, ignore_errors=True)
        aside = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
        try:
            make(aside)
            for file in aside.iterdir():  # safetensors writes files that their owner alone can read
                file.chmod(0o644)
            aside.chmod(0o755)
            aside.rename(target)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
