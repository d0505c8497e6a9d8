"""Transfer pairs: read in either form, and the length rule beside the reward."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from training.arms import BadArms
from training.reward import app
from training.transfer import read


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    lines = [
        {"a": "She opened the door after forty years", "b": "Door", "more_retweeted": "a"},
        {"a": {"title": "News", "body": "Read more now, there is a lot more."}, "b": "A bridge", "better": "b"},
    ]
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return path


def test_pairs_are_texts_or_pushes_and_name_the_better_one(pairs: Path) -> None:
    better, worse = read(pairs)
    assert better == ["She opened the door after forty years", "A bridge"]
    assert worse == ["Door", "News. Read more now, there is a lot more."]


def test_the_length_rule_stands_beside(pairs: Path, root: Path) -> None:
    result = CliRunner().invoke(app, ["transfer", "--pairs", str(pairs), "--model", str(root / "models/reward")])
    assert result.exit_code == 0, result.output
    row = json.loads(result.stdout.splitlines()[-1])
    assert (row["pairs"], row["longer"]) == (2, 0.5)
    assert 0 <= row["reward"] <= 1


def test_a_line_that_is_no_pair_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"a": "x", "b": "y"}')
    with pytest.raises(BadArms, match=r"'pairs.jsonl' line 1 is no pair"):
        read(path)
