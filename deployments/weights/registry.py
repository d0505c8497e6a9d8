"""Every package we know, and `resolve`."""

from __future__ import annotations

import difflib
import hashlib
from pathlib import Path
from typing import Final

from deployments.errors import Misconfigured
from deployments.weights import efficientnet, minilm, smollm2
from deployments.weights.package import Package, Progress, silent

PREFIX: Final = "package:"

PACKAGES: Final[dict[str, Package]] = {
    package.name: package for package in (smollm2.PACKAGE, minilm.PACKAGE, efficientnet.PACKAGE)
}


def package(reference: str) -> Package | None:
    """The package that a reference names; None for a path or hub id. Raises Misconfigured for an unknown name."""
    if not reference.startswith(PREFIX):
        return None
    name = reference.removeprefix(PREFIX)
    if name not in PACKAGES:
        nearest = difflib.get_close_matches(name, PACKAGES, n=1, cutoff=0.0)[0]
        raise Misconfigured(f"unknown model {reference!r}; did you mean '{PREFIX}{nearest}'?")
    return PACKAGES[name]


def resolve(reference: str, progress: Progress = silent) -> str:
    """What a loader takes: a path for `package:` references, anything else as it is.

    May take seconds the first time: call it in a thread. Raises Misconfigured.
    """
    known = package(reference)
    return reference if known is None else str(known.resolve(progress))


def public_name(reference: str) -> str:
    """What a client may see of a reference: of a folder of ours the last name only."""
    return Path(reference).name if reference.startswith(("/", "~", ".")) else reference


def is_local(reference: str) -> bool:
    """True when loading needs no model hub."""
    return reference.startswith(PREFIX) or Path(reference).expanduser().is_dir()


def revision(reference: str) -> str:
    """Which weights a reference means now; empty where only a hub knows.

    For a local folder a fingerprint of its configuration and of its files' names and sizes: cheap, and it changes
    with every retraining that matters, except one that leaves every file the same size.
    """
    known = package(reference)
    if known is not None:
        return known.revision()
    folder = Path(reference).expanduser()
    if not folder.is_dir():
        return ""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file():
            digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
            if path.name == "config.json":
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
