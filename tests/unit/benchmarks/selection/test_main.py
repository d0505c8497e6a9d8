"""The command on a small log, through the real trunk with heads of random weights."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from click.testing import Result
from typer.testing import CliRunner

from benchmarks.selection.__main__ import app
from deployments.encoder import Encoder, EncoderSettings
from deployments.reward import heads as files
from training import seen

ENCODER = "package:all-minilm-l6-v2"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """20 tests of three arms."""
    rng = np.random.default_rng(0)
    rows = [
        (f"t{test}", f"story {test} told in way {way}", 4000, int(rng.integers(20, 90)), f"c{test}")
        for test in range(20)
        for way in ("one", "two", "three")
    ]
    path = tmp_path_factory.mktemp("log") / "arms.csv"
    columns = ["test_id", "text", "impressions", "clicks", "cluster"]
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "reward"
    torch.manual_seed(0)
    heads = files.BradleyTerryHeads(3, 384, 2)
    torch.nn.init.normal_(heads.outer, std=0.5)
    trunk = Encoder(EncoderSettings(model=ENCODER))
    trunk.load()
    config = files.RewardConfig(
        encoder=ENCODER, encoder_revision=trunk.revision(), max_length=32, dim=384, heads=3, directions=2
    )
    files.save(heads, config, folder)
    seen.write(folder, [f"t{test}" for test in range(5)])
    return folder


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(app, [str(a) for a in args])


def test_one_json_object_on_the_last_line_of_tests_the_model_has_not_seen(log: Path, model: Path) -> None:
    done = run("--arms", log, "--model", model, "--max-n", "2", "--json")
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout.splitlines()[-1])
    assert (result["tests"], result["arms"], result["seen_tests_left_out"]) == (15, 45, 5)
    assert [row["pick"] for row in result["baselines"]] == ["random arm", "longest arm", "model", "oracle"]
    assert [row["n"] for row in result["n_curve"]["bold"]] == [1, 2]
    assert result["margin_curve"][0]["replaced"]["value"] > result["margin_curve"][-1]["replaced"]["value"]
    assert set(result["pool_curve"]) == {"bold", "cautious", "tampered", "tampered_undefended"}
    for words in ("against caution", "replaced", "claimed too much", "hacked picks", "oracle"):
        assert words in done.stderr


def test_seen_tests_are_replayed_when_asked_for_and_the_picture_is_written(
    log: Path, model: Path, tmp_path: Path
) -> None:
    pytest.importorskip("matplotlib")
    done = run("--arms", log, "--model", model, "--max-n", "2", "--seen", "--json", "--plot", tmp_path / "curves.png")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[-1])["tests"] == 20
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_without_matplotlib_is_refused_before_the_work(
    log: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    done = run("--arms", log, "--model", model, "--plot", "x.png")
    assert done.exit_code == 2
    assert "pip install -e '.[train]'" in done.stderr


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--max-n", "3"), "--max-n 3 needs tests of 4 arms of one image; the largest here has 3"),
        (("--model", "nowhere"), "nowhere"),
        (("--arms", "nothing.csv"), "there is no file 'nothing.csv'"),
    ],
)
def test_what_cannot_be_replayed_is_named(log: Path, model: Path, more: tuple[str, ...], words: str) -> None:
    done = run("--arms", log, "--model", model, "--max-n", "2", *more)
    assert done.exit_code == 2
    assert words in " ".join(done.stderr.split())
