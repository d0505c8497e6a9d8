"""Deterministic repairs of generated copy: pure functions. Each repaired copy is checked again."""

from serve_app.policy.repair.mend import Mended, mended

__all__ = ["Mended", "mended"]
