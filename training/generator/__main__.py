"""`python -m training.generator`: a generator that keeps to its category and its facts, from A/B logs."""

from __future__ import annotations

from typing import Final

import typer

from training.generator.build import build
from training.generator.card import card_command
from training.generator.evaluate import evaluate
from training.generator.prefer import prefer
from training.generator.sample import sample
from training.generator.sweep import sweep
from training.generator.train import train

app: Final = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, help=__doc__)
app.command()(build)
app.command()(train)
app.command()(sample)
app.command()(prefer)
app.command("eval")(evaluate)
app.command()(sweep)
app.command("card")(card_command)


if __name__ == "__main__":
    app()
