"""Autoscaling keeps a generator replica where its engine computes all that it was given."""

from __future__ import annotations

import pytest

from deployments.errors import Misconfigured
from serve_app.flow.knobs import DefaultKnobs
from serve_app.flow.writer import WriterTarget, check_writer

DEFAULTS = DefaultKnobs(max_categories=4, candidates_per_category=4)


@pytest.mark.parametrize("target", [None, WriterTarget(16, 256), WriterTarget(1, 16)])
def test_a_target_that_the_engine_computes_at_a_time_passes(target: WriterTarget | None) -> None:
    check_writer(DEFAULTS, target)


def test_a_target_at_which_candidates_wait_is_refused_with_the_one_that_fits() -> None:
    with pytest.raises(Misconfigured, match=r"writes 16 candidates .*=48 of them .*=256: .*lower the target to 16"):
        check_writer(DEFAULTS, WriterTarget(48, 256))
