"""Reward models that differ from the shipped one in a known way."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from safetensors.torch import load_file, save_file

from deployments.reward.heads import CONFIG_FILE, WEIGHTS_FILE, revision_of


def write_variant(shipped: Path, folder: Path, factor: float) -> str:
    """Write the shipped model with every mean times `factor`, which its slope shows too; returns its revision.

    Its guards cost nothing, because a penalty has a sign of its own.
    """
    shutil.copytree(shipped, folder, dirs_exist_ok=True)
    config = json.loads((shipped / CONFIG_FILE).read_text())
    config["corrections"] = {k: v * factor for k, v in config["corrections"].items()}
    config["calibration"]["slope"] = abs(factor)
    config["offset"] *= factor
    config["guards"] = {}
    (folder / CONFIG_FILE).write_text(json.dumps(config))
    state = load_file(shipped / WEIGHTS_FILE)
    save_file({**state, "outer": state["outer"] * factor}, folder / WEIGHTS_FILE)
    return revision_of(folder)
