"""The card says what lies beside it, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deployments.errors import Misconfigured
from training.generator.__main__ import app
from training.generator.card import card

REPORT = {
    "base": "package:smollm2-135m-instruct",
    "prompt_revision": "abcd1234",
    "started_from": None,
    "recipe": {"draws": 4000, "learning_rate": 8e-4},
    "loss": [[10, 2.5], [20, 2.0], [500, 1.25]],
    "held_out_loss": {"examples": 200, "base": 2.9, "adapter": 1.75},
    "something new": {"deeper": {"still": "shown"}},
}
SHARES = {"valid_json": 0.95, "grounded": 0.8, "candidates": 8, "intervals": {"valid_json": [0.9, 1.0]}}
EVAL = {
    "tuned": SHARES | {"category_followed_by": {"QUESTION": {"share": 0.9, "count": 10}}},
    "base": SHARES | {"valid_json": 0.5, "category_followed_by": {"STORY": {"share": 0.25, "count": 4}}},
    "items": 100,
    "about": {"folds": [2, 3], "seed": 0, "reward_revision": "0123456789ab"},
}


def copy(**more: Any) -> dict[str, Any]:
    basis = {
        "title": "A [fake] title",
        "body": "A fake body.",
        "category": "QUESTION",
        "ungrounded": [],
        "grounded": True,
    }
    return basis | {"followed": True} | more


SAMPLES = [
    {"title": "A ferry", "facts": "It is a *library*.", "copy": copy()},
    {"title": "", "facts": "Bergen reads.", "copy": copy(grounded=False, ungrounded=["75", "Oslo"], followed=False)},
    {"title": "", "facts": "Nobody reads.", "copy": None},
]
POINT = {"knobs": {"temperature": 0.6, "min_p": 0.2}, "usable": 0.7, "grounded": 0.9, "selected_reward": 0.31}
SWEEP = {
    "points": [POINT] * 3,
    "items": 24,
    "folds": [2, 3],
    "rule": "the usable share",
    "best": POINT,
    "default": POINT,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    config = {
        "base_model_name_or_path": "package:smollm2-135m-instruct",
        "r": 32,
        "target_modules": ["v_proj", "q_proj"],
    }
    (tmp_path / "adapter_config.json").write_text(json.dumps(config))
    return tmp_path


def rendered(folder: Path, **files: Any) -> str:
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    card(folder)
    return (folder / "README.md").read_text()


def test_a_new_adapter_says_how_it_was_trained_and_what_it_is_not_for(folder: Path) -> None:
    text = rendered(folder, report=REPORT)
    for said in (
        "for `package:smollm2-135m-instruct`", "revision abcd1234", "| adapter: r | 32 |", "Apache-2.0", "CC BY 4.0",
        "| recipe: draws | 4000 |", "| loss | 2.5 at step 10, 1.25 at step 500 |", "What it is not for",
        "| held out loss: adapter | 1.75 |", "| something new: deeper: still | shown |", "q\\_proj, v\\_proj",
    ):  # fmt: skip
        assert said in text
    for absent in ("Measured on stories", "## Sampling", "## Samples", "None"):
        assert absent not in text


def test_measures_samples_and_a_sweep_appear_with_their_files(folder: Path) -> None:
    (folder / "sweep.png").write_bytes(b"")
    text = rendered(folder, report=REPORT, eval=EVAL, samples=SAMPLES, sweep=SWEEP)
    assert "| read whole, with every field | 0.950 (0.900 to 1.000) | 0.500 (0.900 to 1.000) |" in text
    assert "| QUESTION | 0.90 (10) |  |" in text
    assert "| STORY |  | 0.25 (4) |" in text
    assert "| best | 0.6 | 0.2 | 0.700 |" in text
    assert "(sweep.png)" in text
    assert r"**A \[fake\] title** A fake body." in text
    assert r"> A ferry. It is a \*library\*." in text
    assert "**[made up: 75, Oslo; off style]**" in text
    assert "No candidate passed the policy." in text


def test_the_command_writes_the_card_anew_and_says_what_is_wrong(folder: Path) -> None:
    (folder / "README.md").write_text("old")
    result = CliRunner().invoke(app, ["card", "--adapter", str(folder)])
    assert result.exit_code == 0
    assert "# Generator adapter" in (folder / "README.md").read_text()
    (folder / "eval.json").write_text("{")
    result = CliRunner().invoke(app, ["card", "--adapter", str(folder)])
    assert result.exit_code == 2
    assert "eval.json" in result.stderr
    assert str(folder) not in result.stderr
    (folder / "adapter_config.json").unlink()
    with pytest.raises(Misconfigured, match="no adapter"):
        card(folder)


def test_openings_and_a_persons_notes_are_said_where_they_are(folder: Path) -> None:
    (folder / "eval.json").write_text(json.dumps(EVAL))
    card(folder)
    text = (folder / "README.md").read_text()
    assert "held to first words" not in text
    (folder / "eval.json").write_text(json.dumps(EVAL | {"about": EVAL["about"] | {"openings": True}}))
    (folder / "notes.md").write_text("## Where it stands\n\nIt reads well.\n")
    card(folder)
    text = (folder / "README.md").read_text()
    assert "held to first words" in text
    assert "It reads well." in text
