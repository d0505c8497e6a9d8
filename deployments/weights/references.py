"""The syntax of model references. Pure but for looking whether a path exists."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PREFIX: Final = "package:"
_PLUS: Final = "+"


def split(reference: str) -> tuple[str, str] | None:
    """Base and adapter folder of a merged reference `BASE+FOLDER`, split at the last plus; None for any other.

    A file or folder that has a plus in its own name is no merged reference.
    """
    base, plus, folder = reference.rpartition(_PLUS)
    if not (plus and base and folder):
        return None
    if not reference.startswith(PREFIX) and Path(reference).expanduser().exists():
        return None
    return base, folder


def public_name(reference: str) -> str:
    """The public form of a reference: of a folder of ours the last name only."""
    if parts := split(reference):
        base, folder = parts
        return f"{public_name(base)}{_PLUS}{Path(folder).name}"
    return Path(reference).name if reference.startswith(("/", "~", ".")) else reference
