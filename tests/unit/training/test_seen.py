"""Tests that a model has seen are kept out of its measures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from training import seen

ARMS = pd.DataFrame({"test_id": ["t1", "t1", "t2", "t3"], "cluster": [1, 1, 1, 2]})


def test_what_a_model_has_seen_is_left_out_with_its_cluster(tmp_path: Path) -> None:
    seen.write(tmp_path, ["t9"])
    assert seen.unseen(ARMS, tmp_path).all()
    seen.write(tmp_path, ["t1"])
    assert list(seen.unseen(ARMS, tmp_path)) == [False, False, False, True]


def test_a_model_without_a_list_has_seen_nothing(tmp_path: Path) -> None:
    assert seen.unseen(ARMS, tmp_path).all()


def test_the_list_holds_fingerprints_and_no_ids(tmp_path: Path) -> None:
    seen.write(tmp_path, ["t1", "t1", "t2"])
    lines = (tmp_path / seen.FILE).read_text().split()
    assert lines == sorted({seen.fingerprint("t1"), seen.fingerprint("t2")})
    assert "t1" not in lines
