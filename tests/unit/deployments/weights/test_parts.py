"""A file in pieces: joined as pinned, or refused by the name of the package that differs."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from deployments.errors import Misconfigured
from deployments.weights import parts
from deployments.weights.cache import silent
from deployments.weights.parts import Part, join

PIECES = (b"first piece, ", b"second piece")
JOINED_SHA256 = hashlib.sha256(b"".join(PIECES)).hexdigest()


@pytest.fixture
def pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Part]:
    pieces = []
    for number, content in enumerate(PIECES):
        folder = tmp_path / f"module{number}"
        folder.mkdir()
        (folder / "piece.bin").write_bytes(content)
        pieces.append(Part(f"package-{number}", f"module{number}", "piece.bin", hashlib.sha256(content).hexdigest()))
    monkeypatch.setattr(parts, "folder_of", lambda module, _distribution: tmp_path / module)
    monkeypatch.setattr(parts, "version_of", lambda _distribution: "1.0")
    return pieces


def test_the_pieces_are_joined_in_order(pinned: list[Part], tmp_path: Path) -> None:
    join(pinned, JOINED_SHA256, tmp_path / "whole", silent)
    assert (tmp_path / "whole").read_bytes() == b"first piece, second piece"


def test_a_piece_with_other_bytes_is_refused_by_its_package(pinned: list[Part], tmp_path: Path) -> None:
    (tmp_path / "module1" / "piece.bin").write_bytes(b"second Piece")
    with pytest.raises(Misconfigured, match=r"'package-1' 1\.0 holds other bytes"):
        join(pinned, JOINED_SHA256, tmp_path / "whole", silent)


def test_right_pieces_in_a_wrong_order_are_refused(pinned: list[Part], tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="not the pinned file"):
        join(pinned[::-1], JOINED_SHA256, tmp_path / "whole", silent)


def test_a_missing_piece_is_named(pinned: list[Part], tmp_path: Path) -> None:
    (tmp_path / "module0" / "piece.bin").unlink()
    with pytest.raises(Misconfigured, match="'package-0' is damaged"):
        join(pinned, JOINED_SHA256, tmp_path / "whole", silent)
