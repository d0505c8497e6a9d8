"""Deployments outside a replica."""

from __future__ import annotations

from typing import Any


def unhosted(deployment: Any) -> Any:
    """The class of a deployment, without the asynchronous `__del__`, which Serve awaits and Python does not."""
    return type("Unhosted", (deployment.func_or_class,), {"__del__": lambda self: None})
