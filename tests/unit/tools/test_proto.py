"""Stubs that have drifted from their protos are named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools import proto


def test_a_changed_a_missing_and_a_left_over_stub_are_named(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    protos = tmp_path / "protos"
    shutil.copytree(root / "protos", protos)
    monkeypatch.setattr(proto, "PROTOS", protos)
    assert proto.drifted() == []
    stubs = protos / "pushgen/v1"
    (stubs / "item_pb2.py").write_text("changed")
    (stubs / "item_pb2.pyi").unlink()
    (stubs / "gone_pb2.py").write_text("left over")
    assert proto.drifted() == [f"pushgen/v1/{name}" for name in ("gone_pb2.py", "item_pb2.py", "item_pb2.pyi")]
