"""Every package we know, and `resolve`."""

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
    """The preparer of the weights that a reference names; None for a path or hub id, which is used as it is.

    Raises Misconfigured for an unknown name, and for a merge into what is neither a package nor a folder here.
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
    if known := package(base):
        return known
    folder = find(base)
    if folder is None or not folder.is_dir():
        raise Misconfigured(
            f"model {reference!r}: there is no folder {base!r} to merge into; the base of a merge is {PREFIX}NAME or a "
            "local folder, so download a hub model first"
        )
    return Folder(folder)


def resolve(reference: str, progress: Progress = silent) -> str:
    """The argument of a loader: a path for `package:` and merged references, anything else as it is.

    May take seconds the first time: call it in a thread. Raises Misconfigured.
    """
    known = package(reference)
    return reference if known is None else str(known.resolve(progress))


def is_local(reference: str) -> bool:
    """True when loading needs no model hub."""
    return reference.startswith(PREFIX) or split(reference) is not None or Path(reference).expanduser().is_dir()


def revision(reference: str) -> str:
    """Which weights a reference means now; empty where only a hub knows. See the `revision` of each kind of weights.

    Raises Misconfigured where `resolve` would.
    """
    if known := package(reference):
        return known.revision()
    folder = Path(reference).expanduser()
    return Folder(folder).revision() if folder.is_dir() else ""
