"""The load at which autoscaling keeps the writing model, held against what its engine computes at a time."""

from __future__ import annotations

from typing import NamedTuple

from deployments.errors import Misconfigured
from serve_app.flow.knobs import DefaultKnobs


class WriterTarget(NamedTuple):
    """The calls at which autoscaling keeps a generator replica, and the candidates that its engine writes at a time."""

    calls: float
    max_num_seqs: int


def check_writer(defaults: DefaultKnobs, target: WriterTarget | None) -> None:
    """Raise Misconfigured when autoscaling would keep a generator replica above what its engine computes at a time."""
    if target is None:
        return
    candidates = defaults.max_categories * defaults.candidates_per_category
    if target.calls * candidates > target.max_num_seqs:
        raise Misconfigured(
            f"user_config of Ingress: a request writes {candidates} candidates (defaults), and "
            f"scaling.generator.target_ongoing_requests={target.calls:g} of them exceed "
            f"generator.engine.max_num_seqs={target.max_num_seqs}: candidates would wait in the engine before a "
            f"replica is added; lower the target to {target.max_num_seqs / candidates:g}"
        )
