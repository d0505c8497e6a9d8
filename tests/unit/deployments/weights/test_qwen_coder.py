"""The converted Qwen model: its parts are pinned, and special tokens come from the file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deployments.errors import Misconfigured
from deployments.weights import qwen_coder
from deployments.weights.cache import silent
from tests.unit.deployments.weights.test_gguf_checkpoint import write_gguf


def test_every_part_is_pinned_by_a_hash_of_its_own_in_the_order_of_its_number() -> None:
    parts = qwen_coder.PARTS
    assert len({part.sha256 for part in parts}) == len(parts) == 22
    assert all(len(part.sha256) == 64 for part in parts)
    for number, part in enumerate(parts, start=1):
        assert part.distribution.endswith(f"part{number}")
        assert part.inside == f"data/part{number:02d}.bin"


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Makes `join` write this file."""

    def use(source: Path) -> None:
        def join(parts: Any, sha256: str, target: Path, progress: Any) -> None:
            progress("joining the parts", 1.0)
            target.write_bytes(source.read_bytes())

        monkeypatch.setattr(qwen_coder, "join", join)

    return use


def test_the_joined_file_becomes_a_checkpoint_and_leaves(tmp_path: Path, joined: Callable[[Path], None]) -> None:
    joined(write_gguf(tmp_path / "m.gguf", splits="qwen2", arch="qwen2", special=True))
    target = tmp_path / "target"
    target.mkdir()
    shares: list[float] = []
    qwen_coder.convert(tmp_path, target, lambda step, done: shares.append(done))
    assert not (target / "joined.gguf").exists()
    config = json.loads((target / "config.json").read_text())
    assert (config["architectures"], config["bos_token_id"], config["pad_token_id"]) == (["Qwen2ForCausalLM"], 0, 1)
    assert shares == sorted(shares)


def test_a_file_without_special_tokens_is_refused(tmp_path: Path, joined: Callable[[Path], None]) -> None:
    joined(write_gguf(tmp_path / "m.gguf", splits="qwen2", arch="qwen2"))
    (tmp_path / "target").mkdir()
    with pytest.raises(Misconfigured, match="bos_token_id"):
        qwen_coder.convert(tmp_path, tmp_path / "target", silent)
