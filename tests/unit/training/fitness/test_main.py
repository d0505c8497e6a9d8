"""Both commands on small items, through the real trunk."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from deployments.reward.fit import FitModel
from tests.unit.training.fitness.entries import ENTRIES
from training.fitness.__main__ import app
from training.writer.corpus import held_out


def run(*args: str) -> Result:
    return CliRunner().invoke(app, list(args))


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("items") / "items.jsonl"
    french = ENTRIES[0].model_copy(update={"id": "fr-1", "locale": "fr-FR"})
    path.write_text("\n".join(e.model_dump_json() for e in [*ENTRIES[:30], french]))
    return path


@pytest.fixture(scope="module")
def trained(items: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model") / "fit"
    result = run("train", "--items", str(items), "--out", str(out), "--epochs", "1", "--tuned-from", "5", "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout.splitlines()[-1])
    assert report["revision"] == FitModel.load(out).revision
    assert report["learnt"]["items"] + report["unseen"]["items"] == 30
    return out


def test_a_training_leaves_weights_report_and_card_and_no_checkpoints(trained: Path) -> None:
    assert sorted(p.name for p in trained.iterdir()) == ["README.md", "config.json", "fit.safetensors", "report.json"]
    assert FitModel.load(trained).revision in (trained / "README.md").read_text()


def test_a_training_may_go_on_from_another(trained: Path, items: Path, tmp_path: Path) -> None:
    options = ("--items", str(items), "--epochs", "1", "--tuned-from", "5", "--learning-rate", "1e-7", "--json")
    result = run("train", *options, "--start", str(trained), "--out", str(tmp_path))
    assert result.exit_code == 0, result.output
    report, before = json.loads(result.stdout.splitlines()[-1]), json.loads((trained / "report.json").read_text())
    assert report["start"] == before["revision"]
    assert report["revision"] != before["revision"]


def test_marks_that_come_later_calibrate_again_and_the_reward_stands_beside(
    root: Path, trained: Path, items: Path, tmp_path: Path
) -> None:
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    before = json.loads((tmp_path / "report.json").read_text())
    unseen = next(e for e in ENTRIES[:30] if held_out(e))
    marks = tmp_path / "marks.jsonl"
    rows = [{"id": unseen.id, "title": f"Copy {n}", "body": "It is.", "fit": n % 2, "more": 1} for n in range(80)]
    marks.write_text("\n".join(map(json.dumps, rows)))
    options = ("--items", str(items), "--marks", str(marks), "--reward", str(root / "models/reward"))
    result = run("calibrate", *options, "--model", str(tmp_path), "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout.splitlines()[-1])
    assert report["revision"] == FitModel.load(tmp_path).revision != before["revision"]
    assert report["learnt"] == before["learnt"]
    assert report["unseen"]["marks"]["copies"] >= 80
    assert report["reward"]["kinds"].keys() == report["unseen"]["kinds"].keys()
    assert "the reward alone has" in (tmp_path / "README.md").read_text()


def test_eval_measures_on_held_out_items_alone(trained: Path, items: Path) -> None:
    result = run("eval", "--items", str(items), "--model", str(trained), "--json")
    assert result.exit_code == 0, result.output
    measured = json.loads(result.stdout.splitlines()[-1])
    report = json.loads((trained / "report.json").read_text())
    assert measured["items"] == report["unseen"]["items"]
    assert measured["kinds"]["generic"]["auc"] == pytest.approx(report["unseen"]["kinds"]["generic"]["auc"], abs=0.3)


def test_a_file_of_editors_copies_is_unseen_as_a_whole(trained: Path, tmp_path: Path) -> None:
    path, marks = tmp_path / "edited.jsonl", tmp_path / "marks.jsonl"
    rows = [e.model_dump(exclude={"copies", "bad", "judged"}) | {"traps": "None."} for e in ENTRIES[:4]]
    path.write_text("\n".join(json.dumps({**r, "editor": [{"title": "A day out", "body": r["title"]}]}) for r in rows))
    mark = {"id": "e-001", "title": "A thing", "body": "It is.", "fit": 0.0, "source": "small"}
    marks.write_text("\n".join(json.dumps({**mark, "fit": fit}) for fit in (0.0, 1.0)))
    result = run("eval", "--items", str(path), "--marks", str(marks), "--model", str(trained), "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout.splitlines()[-1])
    assert report["items"] == 4
    assert report["marks"]["copies"] == 2
    assert report["marks"]["auc"][0] == 0.5


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    result = run("train", "--items", str(tmp_path / "none.jsonl"), "--out", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert "none.jsonl" in result.output
