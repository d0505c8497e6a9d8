"""The number format suits the machine."""

from __future__ import annotations

import pytest

from deployments.encoder import pick_dtype


@pytest.mark.parametrize(("computes", "dtype"), [(False, "float32"), (True, "bfloat16")])
def test_bfloat16_only_where_the_processor_computes_in_it(
    monkeypatch: pytest.MonkeyPatch, computes: bool, dtype: str
) -> None:
    monkeypatch.setattr("deployments.encoder.device.computes_in_bfloat16", lambda: computes)
    assert pick_dtype("auto", "cpu") == dtype
    assert pick_dtype("bfloat16", "cpu") == "bfloat16"
