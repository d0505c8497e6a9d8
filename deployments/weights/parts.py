"""A file that comes in pieces, each inside a package of its own: joined once, and refused unless every hash is right.

Strangers upload such packages. The hash of the whole is the model's identity; the hash of each piece says which
package to blame.
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
    """`inside`: the piece below the module's folder. `sha256`: of the piece."""

    distribution: str
    module: str
    inside: str
    sha256: str

    def path(self) -> Path:
        """Raises Misconfigured when the package is not installed, or holds no such file."""
        path = folder_of(self.module, self.distribution) / self.inside
        if not path.is_file():
            raise Misconfigured(f"the Python package {self.distribution!r} is damaged: {self.inside!r} is missing")
        return path


def join(parts: Sequence[Part], whole_sha256: str, target: Path, progress: Progress) -> None:
    """Write the pieces one after another into `target`. Raises Misconfigured, naming the package that differs."""
    whole = hashlib.sha256()
    with target.open("wb") as out:
        for number, part in enumerate(parts):
            progress("joining the parts", number / len(parts))
            piece = hashlib.sha256()
            with part.path().open("rb") as file:
                while chunk := file.read(_CHUNK):
                    piece.update(chunk)
                    whole.update(chunk)
                    out.write(chunk)
            if piece.hexdigest() != part.sha256:
                raise Misconfigured(
                    f"the Python package {part.distribution!r} {version_of(part.distribution)} holds other bytes than "
                    "those pinned here: it is not used. Install the version of requirements-large.lock"
                )
    if whole.hexdigest() != whole_sha256:
        raise Misconfigured("the joined parts are not the pinned file: they are not used")
