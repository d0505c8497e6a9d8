"""`python -m deployments.weights`: prepare weights ahead of time, or list them."""

from __future__ import annotations

import json
import sys
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from deployments.errors import Misconfigured
from deployments.weights.registry import PACKAGES, PREFIX, package

app = typer.Typer(
    help="Weights that come from the package index.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_console = Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON line a model on stdout.")]


@app.command()
def prepare(
    names: Annotated[list[str] | None, typer.Argument(help="Names from `list`; all when none is given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make weights ready to serve, once; a second call does nothing."""
    bar = Progress(
        TextColumn("{task.fields[model]:24}"), BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
        console=_console,
    )  # fmt: skip
    with bar:
        for name in names or list(PACKAGES):
            started = time.monotonic()
            task = bar.add_task("", total=1.0, model=name.removeprefix(PREFIX))

            def report(step: str, done: float, task: int = int(task)) -> None:
                bar.update(task, description=step, completed=done)  # type: ignore[arg-type]

            try:
                known = package(PREFIX + name.removeprefix(PREFIX))
                assert known is not None  # noqa: S101 - the prefix is there
                path = known.resolve(report)
            except Misconfigured as error:
                bar.stop()
                _console.print(f"[red]error:[/red] {error}", highlight=False)
                raise typer.Exit(1) from None
            if as_json:
                line = {"model": PREFIX + known.name, "revision": known.revision(), "path": str(path)}
                sys.stdout.write(json.dumps(line | {"seconds": round(time.monotonic() - started, 2)}) + "\n")
                sys.stdout.flush()


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """Show every known model, and whether it is ready."""
    for known in PACKAGES.values():
        try:
            line = {"model": PREFIX + known.name, "revision": known.revision(), "ready": known.ready()}
        except Misconfigured as error:
            line = {"model": PREFIX + known.name, "ready": False, "error": str(error)}
        if as_json:
            sys.stdout.write(json.dumps(line) + "\n")
        else:
            state = "ready" if line["ready"] else line.get("error", "not prepared")
            sys.stdout.write(f"{line['model']:36} {line.get('revision', ''):32} {state}\n")


if __name__ == "__main__":
    app()
