"""Fit measures with a head that was drawn, not trained: they judge at random, and the same way each time."""

from __future__ import annotations

from pathlib import Path

import torch

from deployments.reward.fit import new_net
from deployments.reward.fit_net import FitConfig, save
from deployments.weights import resolve, revision

ENCODER = "package:all-minilm-l6-v2"


def write_fit(folder: Path, seed: int = 0, scale: float = 1.0, **numbers: object) -> str:
    """Write a fit measure into `folder`, its logits times `scale`; returns its revision."""
    values = {"encoder": ENCODER, "encoder_revision": revision(ENCODER), "dim": 384, "tuned_from": 5, **numbers}
    config = FitConfig.model_validate(values)
    torch.manual_seed(seed)
    net = new_net(resolve(ENCODER), config)
    torch.nn.init.normal_(net.marks.weight, std=0.05)
    net.outer.weight.data *= 10 * scale
    return save(net, config, folder)
