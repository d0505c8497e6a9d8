"""The README's training commands name commands and options that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import typer

from training.fitness.__main__ import app as fitness
from training.reward import app as reward
from training.writer.__main__ import app as writer

APPS = {"training.fitness": fitness, "training.writer": writer, "training.reward": reward}


def test_every_training_command_of_the_readme_is_one_with_these_options(root: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    found = [
        shlex.split(line, comments=True)
        for line in text.splitlines()
        if re.match(r"\.venv/bin/python -m training\.\w+ ", line)
    ]
    assert {(words[2], words[3]) for words in found} >= {
        ("training.writer", "train"),
        *(("training.fitness", name) for name in ("train", "eval")),
        *(("training.reward", name) for name in ("train", "eval", "explain")),
    }
    for words in found:
        command = typer.main.get_command(APPS[words[2]]).commands[words[3]]  # type: ignore[attr-defined]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words[4:] if word.startswith("--")} <= known, words
