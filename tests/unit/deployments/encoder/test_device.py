"""The number format suits the machine."""

from __future__ import annotations

import pytest

from deployments.encoder import bound_memory, pick_dtype


@pytest.mark.parametrize(("computes", "dtype"), [(False, "float32"), (True, "bfloat16")])
def test_bfloat16_only_where_the_processor_computes_in_it(
    monkeypatch: pytest.MonkeyPatch, computes: bool, dtype: str
) -> None:
    monkeypatch.setattr("deployments.encoder.device.computes_in_bfloat16", lambda: computes)
    assert pick_dtype("auto", "cpu") == dtype
    assert pick_dtype("bfloat16", "cpu") == "bfloat16"


def test_a_process_takes_no_more_of_a_card_than_its_part(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    bounds: list[float] = []
    monkeypatch.setattr(torch.cuda, "set_per_process_memory_fraction", bounds.append)
    for share, device in ((0.04, "cuda"), (0.04, "cpu"), (None, "cuda")):
        bound_memory(share, device)
    assert bounds == [0.04]
