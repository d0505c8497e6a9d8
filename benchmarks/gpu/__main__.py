"""What to run first when a card is at hand: the card's peak, the encoder, the scorer, graph over engine, `gpu.yaml`.

The engines load random weights in the shapes of their models, since speed does not depend on weights: no number here
says anything about copy. Each step is a process of its own and is ended after --minutes; what a step that failed said
is in the result. The order is that of worth: each step answers something even if the hour ends after it.
"""

from __future__ import annotations

import inspect
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.gpu.plot import plot
from benchmarks.gpu.shapes import SHAPES
from benchmarks.gpu.steps import STEPS
from benchmarks.lib import record
from benchmarks.lib.console import console, refusal
from deployments import weights
from deployments.errors import Misconfigured

_TOKENIZER = "package:qwen2.5-coder-1.5b-instruct"
_SHOWN_LINES = 12

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def gpu(
    steps: Annotated[str, typer.Option(help=f"By commas, of {', '.join(STEPS)}.")] = ",".join(STEPS),
    models: Annotated[Path, typer.Option(help="Folder of the models' shapes; made where it is missing.")] = Path(
        "build/gpu-shapes"
    ),
    minutes: Annotated[float, typer.Option(min=0.1, max=60, help="For each step.")] = 8.0,
    plan: Annotated[bool, typer.Option("--plan", help="Say what each step answers, and run nothing.")] = False,
    step: Annotated[str, typer.Option(hidden=True, help="Run this one here and print its result.")] = "",
) -> None:
    if step:
        sys.stdout.write(json.dumps(STEPS[step](models)) + "\n")
        return
    chosen = [name.strip() for name in steps.split(",") if name.strip()]
    if unknown := [name for name in chosen if name not in STEPS]:
        raise refusal(f"--steps: there is no step {unknown[0]!r}; there are {', '.join(STEPS)}", 2)
    if plan:
        for name in chosen:
            answers = " ".join(inspect.cleandoc(STEPS[name].__doc__ or "").split())
            console.print(f"[bold]{name}[/bold]: {answers}", highlight=False)
        return
    try:
        _make_shapes(models)
    except Misconfigured as error:
        raise refusal(error, 2) from None
    results = {}
    for name in chosen:
        console.print(f"step {name}")
        results[name] = _in_own_process(name, models, minutes)
        console.print(json.dumps(results[name])[:2000])
    plot(results, record.RESULTS / "gpu.png")
    record.write("gpu", results, config=Path("configs/gpu.yaml"))


def _make_shapes(models: Path) -> None:
    missing = {name: make for name, make in SHAPES.items() if not (models / name / "config.json").is_file()}
    if missing:
        tokenizer = Path(weights.resolve(_TOKENIZER))
        for name, make in missing.items():
            make(models / name, tokenizer)


def _in_own_process(name: str, models: Path, minutes: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.gpu", "--step", name, "--models", str(models)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        said, _ = process.communicate(timeout=60 * minutes)
    except subprocess.TimeoutExpired:
        # First so that it ends what it has started.
        process.terminate()
        try:
            said, _ = process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said, _ = process.communicate()
        return {"failed": f"not done in {minutes:g} minutes", "said": said.splitlines()[-_SHOWN_LINES:]}
    lines = said.splitlines()
    if process.returncode or not lines:
        return {"failed": f"exit code {process.returncode}", "said": lines[-_SHOWN_LINES:]}
    result: dict[str, Any] = json.loads(lines[-1])
    return result


if __name__ == "__main__":
    app()
