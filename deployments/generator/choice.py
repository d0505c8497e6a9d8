"""The choice of a request's adapter: the caller's wish, else the operator's default. Imports no engine."""

from __future__ import annotations

from collections.abc import Collection

from deployments.errors import Violation

BASE = "base"
"""The generator's model without an adapter, in a request or in the knob; so no adapter may have this name."""


def adapter_violations(wish: str | None, adapters: Collection[str]) -> list[Violation]:
    """A wish for an adapter that the generator does not have. Nothing is wrong with no wish, nor with BASE."""
    known = (BASE, *adapters)
    if not wish or wish in known:
        return []
    return [Violation("options.adapter", f"unknown adapter {wish!r}; known: {', '.join(known)}")]


def chosen(wish: str | None, default: str) -> str:
    """The adapter to write with, as the engine names it: "" is the model itself."""
    name = wish or default
    return "" if name == BASE else name
