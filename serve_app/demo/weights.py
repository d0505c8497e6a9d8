"""Model references in a serve config, to prepare their weights before the start."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from deployments.engines.openai_settings import OpenAiServer
from deployments.paths import find
from deployments.reward.settings import RewardSettings
from deployments.settings import parse
from deployments.weights.registry import package
from serve_app.settings import AppSettings


def references(config: dict[str, Any]) -> list[str]:
    """List the model references of a serve config whose weights need preparing, each once.

    Raises Misconfigured for settings that the app would refuse, and for an unknown reference.
    """
    settings = parse(AppSettings, config["applications"][0]["args"], "args")
    stages = (settings.captioner, settings.router, settings.generator, settings.reward)
    models = dict.fromkeys(reference for stage in stages for reference in _models(stage))
    return [reference for reference in models if package(reference) is not None]


def _models(settings: BaseModel) -> Iterator[str]:
    if isinstance(settings, OpenAiServer):  # its model is the server's own
        return
    for name, value in settings:
        if isinstance(value, BaseModel):
            yield from _models(value)
        elif isinstance(settings, RewardSettings) and name in ("model", "fit"):
            if value is not None:
                yield _trunk(value)
        elif name == "model":
            yield value


def _trunk(reference: str) -> str:
    """Return the encoder named in the folder of a reward model or fit measure, or the reference itself."""
    folder = find(reference)
    config = folder / "config.json" if folder else None
    if config is None or not config.is_file():
        return reference
    return str(json.loads(config.read_text(encoding="utf-8")).get("encoder", reference))
