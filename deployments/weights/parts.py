"""A file in pieces, each inside its own package: joined once, and refused unless every hash is right.

Such packages are uploads of strangers. The hash of the joined file identifies the model; the hash of a piece tells
which package differs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deployments.errors import Misconfigured
from deployments.weights.cache import Progress
from deployments.weights.package import folder_of, version_of

_CHUNK = 2**22


@dataclass(frozen=True)
class Part:
    """One piece. `inside`: its path below the module's folder. `sha256`: of the piece."""

    distribution: str
    module: str
    inside: str
    sha256: str

    def path(self) -> Path:
        """Return the path. Raises Misconfigured if the package or the file is missing."""
        path = folder_of(self.module, self.distribution) / self.inside
        if not path.is_file():
            raise Misconfigured(f"the Python package {self.distribution!r} is damaged: {self.inside!r} is missing")
        return path


def join(parts: Sequence[Part], joined_sha256: str, target: Path, progress: Progress) -> None:
    """Join the pieces in `target`. Raises Misconfigured with the package that differs."""
    joined_hash = hashlib.sha256()
    with target.open("wb") as out:
        for number, part in enumerate(parts):
            progress("joining the parts", number / len(parts))
            piece = hashlib.sha256()
            with part.path().open("rb") as file:
                while chunk := file.read(_CHUNK):
                    piece.update(chunk)
                    joined_hash.update(chunk)
                    out.write(chunk)
            if piece.hexdigest() != part.sha256:
                raise Misconfigured(
                    f"the Python package {part.distribution!r} {version_of(part.distribution)} holds other bytes than "
                    "those pinned here: it is not used. Install the version of requirements-large.lock"
                )
    if joined_hash.hexdigest() != joined_sha256:
        raise Misconfigured("the joined parts are not the pinned file: they are not used")
