"""The table of packages, and the resolution of model references."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Final

from deployments.errors import Misconfigured
from deployments.paths import find
from deployments.weights import efficientnet, minilm, qwen_coder, smollm2
from deployments.weights.cache import Progress, silent
from deployments.weights.merged import Merged
from deployments.weights.package import Folder, Package
from deployments.weights.references import PREFIX, split

PACKAGES: Final[dict[str, Package]] = {
    package.name: package for package in (smollm2.PACKAGE, minilm.PACKAGE, efficientnet.PACKAGE, qwen_coder.PACKAGE)
}


def package(reference: str) -> Package | None:
    """Return the source of a reference's weights; None for a path or hub id, which is passed on unchanged.

    Raises Misconfigured for an unknown name, and for a merge whose base is neither a package nor a local folder.
    """
    if parts := split(reference):
        base, adapter = parts
        return Merged(reference, base, _base(reference, base), adapter)
    if not reference.startswith(PREFIX):
        return None
    name = reference.removeprefix(PREFIX)
    if name not in PACKAGES:
        nearest = difflib.get_close_matches(name, PACKAGES, n=1, cutoff=0.0)[0]
        raise Misconfigured(f"unknown model {reference!r}; did you mean '{PREFIX}{nearest}'?")
    return PACKAGES[name]


def _base(reference: str, base: str) -> Package:
    if source := package(base):
        return source
    folder = find(base)
    if folder is None or not folder.is_dir():
        raise Misconfigured(
            f"model {reference!r}: there is no folder {base!r} to merge into; the base of a merge is {PREFIX}NAME or a "
            "local folder, so download a hub model first"
        )
    return Folder(folder)


def resolve(reference: str, progress: Progress = silent) -> str:
    """Return the argument for a loader: a path for `package:` and merged references, else the reference itself.

    The first call may take seconds: make it in a thread. Raises Misconfigured.
    """
    source = package(reference)
    return reference if source is None else str(source.resolve(progress))


def is_local(reference: str) -> bool:
    """Whether loading needs no model hub."""
    return reference.startswith(PREFIX) or split(reference) is not None or Path(reference).expanduser().is_dir()


def revision(reference: str) -> str:
    """Return the current revision of a reference's weights; empty for a model of a hub.

    Raises Misconfigured as `resolve` does.
    """
    if source := package(reference):
        return source.revision()
    folder = Path(reference).expanduser()
    return Folder(folder).revision() if folder.is_dir() else ""
