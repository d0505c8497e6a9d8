"""Settings of an encoder that are refused."""

from __future__ import annotations

import pytest

from deployments.encoder import EncoderSettings
from deployments.errors import Misconfigured
from deployments.settings import parse


@pytest.mark.parametrize(
    ("impossible", "words"),
    [
        ({"model": ""}, "model"),
        ({"max_length": 7}, "max_length"),
        ({"max_length": 513}, "max_length"),
        ({"device": "tpu"}, "device: .*'auto', 'cpu' or 'cuda'"),
        ({"dtype": "int8"}, "dtype"),
        ({"graphs": True}, "graphs"),
        ({"threads": 0}, "threads"),
        ({"layers": ["last"]}, r"layers\.0"),
        ({"graph": "on"}, "did you mean 'graphs'"),
    ],
)
def test_an_encoder_that_could_not_load_is_refused_by_name(impossible: dict[str, object], words: str) -> None:
    with pytest.raises(Misconfigured, match=f"encoder: .*{words}"):
        parse(EncoderSettings, impossible, "encoder")
