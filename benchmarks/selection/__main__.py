"""Replay held-out A/B tests: what selection gains against caution, margin and n, and what it claims too much."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.lib.console import console, refusal
from benchmarks.selection.curves import run
from benchmarks.selection.tables import tables
from deployments.errors import Misconfigured
from serve_app.flow.knobs import SelectionKnobs
from training.arms import BadArms

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


class NoMatplotlib(RuntimeError):
    """The plot needs a package that is not installed."""


@app.command(help=__doc__)
def selection(
    arms: Annotated[Path, typer.Option(help="CSV or Parquet: test_id, headline or text, impressions, clicks.")],
    folder: Annotated[Path, typer.Option("--model", help="Folder that `training.reward train` wrote.")],
    seen_too: Annotated[
        bool, typer.Option("--seen", help="Replay tests that the model has seen, too; flatters it.")
    ] = False,
    caution: Annotated[
        float, typer.Option(min=0, max=10, help="Of the margin and n curves.")
    ] = SelectionKnobs().caution,
    max_n: Annotated[int, typer.Option(min=2, max=16, help="Best of up to so many arms; needs larger tests.")] = 4,
    plot: Annotated[Path | None, typer.Option(help="Write the curves as a plot, PNG or SVG.")] = None,
    seed: Annotated[int, typer.Option(help="Of bootstrap and tampering.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")] = False,
) -> None:
    try:
        if plot:
            require_matplotlib()
        result = run(arms, folder, seen_too=seen_too, caution=caution, max_n=max_n, seed=seed)
        console.print(tables(result))
        if as_json:
            sys.stdout.write(json.dumps(result) + "\n")
    except (BadArms, Misconfigured, NoMatplotlib) as error:
        raise refusal(error) from None
    try:
        if plot:
            from benchmarks.selection import plot as drawing  # noqa: PLC0415 - only a plot needs matplotlib

            drawing.plot(result, plot)
    except (OSError, ValueError) as error:
        raise refusal(f"--plot: {error}") from None


def require_matplotlib() -> None:
    """Raises NoMatplotlib, which says how to get it."""
    try:
        import matplotlib.figure  # noqa: F401, PLC0415 - only a plot needs it
    except ImportError:
        raise NoMatplotlib("--plot needs matplotlib: pip install -e '.[train]'") from None


if __name__ == "__main__":
    app()
