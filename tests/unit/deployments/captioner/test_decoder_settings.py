"""Bounds of the decoding processes."""

from __future__ import annotations

import pytest

from deployments.captioner.decoder_settings import DecoderSettings
from deployments.errors import Misconfigured
from deployments.settings import parse


@pytest.mark.parametrize(
    ("impossible", "key"),
    [
        ({"processes": 0}, "processes"),
        ({"processes": 65}, "processes"),
        ({"max_memory_mb": 64}, "max_memory_mb"),
        ({"max_memory_gb": 1}, "did you mean 'max_memory_mb'"),
    ],
)
def test_decoders_that_could_not_work_are_refused_by_name(impossible: dict[str, int], key: str) -> None:
    with pytest.raises(Misconfigured, match=f"decoder: .*{key}"):
        parse(DecoderSettings, impossible, "decoder")
