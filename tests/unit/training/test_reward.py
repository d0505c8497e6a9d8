"""The three commands on a small log with a planted taste, through the real trunk."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from deployments.reward.model import RewardModel
from training.reward import app

SUBJECTS = ("cat", "bakery", "river", "teacher", "robot", "garden", "train", "choir", "bridge", "doctor")
PLACES = ("in Bergen", "by the sea", "at school", "on the hill", "downtown", "at night", "in the rain", "at home")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """80 tests of three arms of one length; readers like stories of kindness and dislike accounts."""
    draw = np.random.default_rng(3)
    rows = []
    for test, (subject, place) in enumerate((s, p) for s in SUBJECTS for p in PLACES):
        for text, rate in (
            (f"A stranger's kindness saved the {subject} {place} today", 0.05),
            (f"What happened to the {subject} {place} this week", 0.03),
            (f"Quarterly accounts of the {subject} {place} were filed", 0.01),
        ):
            rows.append((f"t{test}", text, 4000, draw.binomial(4000, rate)))
    path = tmp_path_factory.mktemp("log") / "arms.csv"
    arms = pd.DataFrame(rows, columns=["test_id", "headline", "impressions", "clicks"])
    arms.assign(cluster=arms["test_id"]).to_csv(path, index=False)  # the headlines are too alike to find stories by
    return path


def run(*args: str) -> Result:
    return CliRunner().invoke(app, list(args))


@pytest.fixture(scope="module")
def trained(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model") / "reward"
    result = run("train", "--arms", str(log), "--out", str(out), "--members", "3", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout.splitlines()[-1])
    assert report["test"]["significant_pairs_accuracy"] > 0.9
    assert report["revision"] == RewardModel.load(out).revision
    return out


def test_a_training_leaves_weights_report_and_card_and_no_checkpoints(trained: Path) -> None:
    assert sorted(p.name for p in trained.iterdir()) == [
        "README.md", "config.json", "heads.safetensors", "report.json", "seen_tests.txt",
    ]  # fmt: skip
    card = (trained / "README.md").read_text()
    report = json.loads((trained / "report.json").read_text())
    assert f"| all pairs ({report['test']['pairs']}) | {report['test']['all_pairs_accuracy']} " in card
    assert f"| perturbation suite passed | {report['perturbations']['pass_rate']} " in card


def test_eval_prints_one_object_on_its_last_line_and_leaves_out_what_was_trained_on(trained: Path, log: Path) -> None:
    result = run("eval", "--arms", str(log), "--model", str(trained), "--json")
    measured = json.loads(result.stdout.splitlines()[-1])
    report = json.loads((trained / "report.json").read_text())
    assert measured["all_pairs_accuracy"] == report["test"]["all_pairs_accuracy"]
    assert measured["seen_tests_left_out"] > 0
    assert {
        "all_pairs_accuracy", "significant_pairs_accuracy", "pairs", "significant_pairs", "all_pairs_interval",
        "significant_pairs_interval", "top1", "replay_ctr_gain", "length_baseline", "brier", "calibration_error",
        "selective",
    } <= measured.keys()  # fmt: skip
    assert measured["selective"].keys() == {"1.0", "0.8", "0.5"}


def test_explain_names_the_words_that_moved_the_score(trained: Path) -> None:
    text = "A stranger's kindness saved the choir in town today"
    result = run("explain", "--model", str(trained), "--text", text, "--json")
    report = json.loads(result.stdout.splitlines()[-1])
    moves = {w["word"]: w["moves"] for w in report["words"]}
    assert moves["kindness"] > 0
    assert [w["word"] for w in report["words"]] == text.split()
    parts = report["parts"]
    total = (
        parts["heads_mean"] + sum(parts["penalties"].values()) + parts["offset"] + sum(parts["corrections"].values())
    )
    assert report["mean"] == pytest.approx(total, abs=2e-3)
    shown = run("explain", "--model", str(trained), "--text", text)
    assert "kindness" in shown.output


def test_a_training_that_was_stopped_goes_on_where_it_was(
    trained: Path, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import training.reward as command

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(command, "fit", stopped)
        assert run("train", "--arms", str(log), "--out", str(tmp_path), "--members", "3").exit_code != 0
    checkpoints = list((tmp_path / "checkpoints").glob("*.npy"))
    assert len(checkpoints) == 2

    def never(*_: object) -> None:
        raise AssertionError("embedded again")

    monkeypatch.setattr("training.embed._part", never)
    assert run("train", "--arms", str(log), "--out", str(tmp_path), "--members", "3").exit_code == 0
    assert RewardModel.load(tmp_path).revision == RewardModel.load(trained).revision


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--test-folds", "12"), "--test-folds '12': each is 0 to 9"),
        (("--test-folds", "0,1,2,3,4,5,6,7,8,9"), "leave 0 folds to train on"),
        (("--layers", "7,9"), "the model has hidden states 0 to 6"),
        (("--encoder", "package:all-minilm"), "did you mean 'package:all-minilm-l6-v2'"),
    ],
)
def test_what_cannot_be_trained_is_said_in_a_line(log: Path, tmp_path: Path, args: tuple[str, ...], words: str) -> None:
    result = run("train", "--arms", str(log), "--out", str(tmp_path), *args)
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


def test_a_file_all_of_whose_tests_were_seen_is_no_measure(trained: Path, log: Path, tmp_path: Path) -> None:
    (tmp_path / "seen.csv").write_text(log.read_text())
    model = tmp_path / "model"
    model.mkdir()
    for name in ("config.json", "heads.safetensors"):
        (model / name).write_bytes((trained / name).read_bytes())
    from training import seen

    seen.write(model, [f"t{i}" for i in range(80)])
    result = run("eval", "--arms", str(log), "--model", str(model))
    assert result.exit_code == 2
    assert "has seen every test" in result.output
    assert run("eval", "--arms", str(log), "--model", str(model), "--everything").exit_code == 0
