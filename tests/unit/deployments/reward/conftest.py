"""Reward models in the test's own folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.deployments.reward.variants import write_variant

Variant = Callable[[str, float], str]


@pytest.fixture
def variant(root: Path, tmp_path: Path) -> Variant:
    """Writes the folder `name`: the shipped model with every mean times `factor`; returns its revision."""
    return lambda name, factor: write_variant(root / "models/reward", tmp_path / name, factor)
