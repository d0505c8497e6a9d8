"""The choice of a request's LoRA adapter: the caller's, else the operator's default. Imports no engine."""

from __future__ import annotations

from collections.abc import Collection

from deployments.errors import Violation

BASE = "base"
"""Name of the model without an adapter, in a request or the knob. No adapter may have this name."""


def adapter_violations(adapter: str | None, adapters: Collection[str]) -> list[Violation]:
    """Return a violation for an adapter that the generator does not have. None and BASE are valid."""
    names = (BASE, *adapters)
    if not adapter or adapter in names:
        return []
    return [Violation("options.adapter", f"unknown adapter {adapter!r}; known: {', '.join(names)}")]


def chosen(requested: str | None, default: str) -> str:
    """Return the engine's name of the adapter to write with; "" is the model itself."""
    name = requested or default
    return "" if name == BASE else name
