"""`build` on a small log: files, folds, weights and what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from deployments.generator.prompt import PROMPT_REVISION
from training.generator import build, evidence
from training.generator.__main__ import app

# Words of a story: enough that no two stories look alike.
SUBJECTS = (
    "bakery flour ovens", "river boats locks", "teacher desks chalk", "robot wires screws", "garden roses beans",
    "train rails whistle", "choir hymns organ", "bridge stones arches", "doctor tablets beds", "harbour cranes ropes",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _word_counter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "tokenizer_of", lambda base: (lambda text: len(text.split()), ()))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Ten stories of three arms; the kind one always does best, and the accounts far worse."""
    rows = []
    for n, subject in enumerate(SUBJECTS):
        one, two, three = subject.split()
        lede = f"<p>A stranger saved the {one} with its {two} and {three}, and neighbours paid its debts.</p>"
        for text, clicks in (
            (f"Pure kindness saved {one}, {two} and {three}", 260),
            (f"Why {one} debts, {two} or {three} debts?", 200),
            (f"The {one} pays {two} with {three}", 60),
        ):
            rows.append({"test_id": f"t{n}", "headline": text, "lede": lede, "impressions": 5000, "clicks": clicks})
    path = tmp_path / "arms.csv"
    pd.DataFrame(rows).assign(cluster=lambda t: t["test_id"], fold=lambda t: t["test_id"].str[1:]).to_csv(path)
    return path


def run(log: Path, out: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["build", "--arms", str(log), "--out", str(out), *more])


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_build_writes_both_files_and_a_report_that_counts_them(log: Path, tmp_path: Path) -> None:
    result = run(log, tmp_path / "out", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout.splitlines()[-1])
    assert report == json.loads((tmp_path / "out" / "report.json").read_text())
    train, held_out = lines(tmp_path / "out" / "train.jsonl"), lines(tmp_path / "out" / "held_out.jsonl")
    assert {row["fold"] for row in held_out} == {2, 3}
    assert not {row["cluster"] for row in train} & {row["cluster"] for row in held_out}
    assert (report["train"]["examples"], report["held_out"]["examples"]) == (len(train), len(held_out))
    # A copy is shown once without a title and once with each of the other two, and is kept or dropped each time.
    shown = sum(row["facts"] != "composed" for row in [*train, *held_out])
    assert shown + sum(report["dropped"].values()) == 3 * report["evidence"]["copies"]
    assert report["dropped"]["did clearly worse than its test"] == 3 * len(SUBJECTS)
    assert report["prompt_revision"] == PROMPT_REVISION
    assert sum(report["train"]["styles"].values()) == len(train)
    assert report["agreement"]["labels"] > 0
    assert report["agreement"]["after the rules"]["copies"] == 0  # none of these tests was labelled


def test_the_copy_that_did_better_weighs_more(log: Path, tmp_path: Path) -> None:
    run(log, tmp_path / "out")
    weights: dict[str, list[float]] = {}
    for row in lines(tmp_path / "out" / "train.jsonl"):
        weights.setdefault("kind" if "kindness" in row["answer"] else "other", []).append(row["weight"])
    assert min(weights["kind"]) > 1
    assert min(weights["kind"]) > max(weights["other"])


def test_arms_that_cannot_be_compared_count_as_neither_better_nor_worse(log: Path) -> None:
    table = pd.read_csv(log)
    table.loc[table["test_id"] == "t1", "test_week"] = 201340  # a week of faulty randomisation
    table.to_csv(log)
    copies, said = evidence.copies(log, (2, 3))
    assert set(copies.loc[copies["test_id"] == "t1", "weight"]) == {1.0}
    assert said["copies with evidence"] == len(copies) - 3
    assert said["T"] > 0


def test_a_weak_difference_is_shrunk_towards_its_test(log: Path) -> None:
    table = pd.read_csv(log)
    few = table["test_id"] == "t1"
    table.loc[few, ["impressions", "clicks"]] = (table.loc[few, ["impressions", "clicks"]] / 20).astype(int)
    table.to_csv(log)
    copies, _ = evidence.copies(log, (2, 3))
    kind = copies[copies["text"].str.contains("kindness")].set_index("test_id")["weight"]
    assert 1 < kind["t1"] < kind["t0"] < 2


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--test-folds", "12"), "--test-folds '12': want numbers from 0 to 9"),
        (("--test-folds", "0,1,2,3,4,5,6,7,8,9"), "no example is left to train on"),
        (("--profiles", "nowhere.yaml"), "cannot read 'nowhere.yaml'"),
    ],
)
def test_what_cannot_be_built_is_said_in_a_line(log: Path, tmp_path: Path, more: tuple[str, ...], message: str) -> None:
    result = run(log, tmp_path / "out", *more)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert "Traceback" not in result.output
