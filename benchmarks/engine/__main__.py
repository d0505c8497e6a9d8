"""Candidates/s of the whole graph at saturation, over gRPC, against bare vLLM offline.

Both have the same prompts, seeds, sampling, grammar and engine settings, and no second tries. They take turns,
each first in every other round, the other one idle. Every round's items are new to both. Captions are given with the
items, so that the captioner has nothing to do; `photos` is one more round in which it has.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.engine.measure import CANDIDATES, CATEGORIES, run
from benchmarks.engine.plot import plot
from benchmarks.lib import record
from benchmarks.lib.cold_items import FIRST_WORDS
from benchmarks.lib.console import refusal
from deployments.errors import Misconfigured, PushGenError
from serve_app.demo.local import StartFailed

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def engine(
    config: Annotated[
        Path, typer.Option(help="The serve config to measure; its generator must be of kind vllm.")
    ] = Path("configs/demo.yaml"),
    rounds: Annotated[int, typer.Option(min=1, max=len(FIRST_WORDS), help="Of each side.")] = 3,
    items: Annotated[
        int, typer.Option(min=1, max=1000, help=f"A round; each is {CATEGORIES * CANDIDATES} candidates.")
    ] = 16,
    concurrency: Annotated[
        int,
        typer.Option(min=0, max=256, help="Requests in flight; 0: candidates for 4 times the engine's max_num_seqs."),
    ] = 0,
    photos: Annotated[bool, typer.Option(help="One more round, with photos for the captioner.")] = False,
) -> None:
    try:
        result, rows = run(config, rounds, items, concurrency, photos)
    except (Misconfigured, StartFailed, PushGenError) as error:
        raise refusal(error) from None
    plot(rows, record.RESULTS / "engine.png")
    record.write("engine", result, config=config, raw=rows)


if __name__ == "__main__":
    app()
