"""Deployments outside a replica."""

from __future__ import annotations

from typing import Any


def unhosted(deployment: Any) -> Any:
    """The class of a deployment, without the asynchronous `__del__`, which Serve awaits and Python does not."""
    hosted = deployment.func_or_class
    return type(hosted.__name__, (hosted,), {"__del__": lambda self: None})
