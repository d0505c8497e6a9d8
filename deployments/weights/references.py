"""The syntax of model references. Pure, except for a look whether a path exists."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PREFIX: Final = "package:"
_PLUS: Final = "+"


def split(reference: str) -> tuple[str, str] | None:
    """Split a merged reference `BASE+FOLDER` at the last plus; None for any other reference.

    An existing path with a plus in its name is no merged reference.
    """
    base, plus, folder = reference.rpartition(_PLUS)
    if not (plus and base and folder):
        return None
    if not reference.startswith(PREFIX) and Path(reference).expanduser().exists():
        return None
    return base, folder


def public_name(reference: str) -> str:
    """Return the public form of a reference: only the last name of a local folder."""
    if parts := split(reference):
        base, folder = parts
        return f"{public_name(base)}{_PLUS}{Path(folder).name}"
    return Path(reference).name if reference.startswith(("/", "~", ".")) else reference
