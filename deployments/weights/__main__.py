"""`python -m deployments.weights`: prepare weights ahead of time, or list them."""

from __future__ import annotations

import json
import sys
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from deployments.errors import Misconfigured
from deployments.weights.package import Package
from deployments.weights.references import PREFIX, public_name, split
from deployments.weights.registry import PACKAGES, package

app = typer.Typer(
    help="Weights that come from the package index.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_console = Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON line a model on stdout.")]
Names = Annotated[
    list[str] | None,
    typer.Argument(help="Names from `list`, or BASE+FOLDER for one with an adapter merged; all packages by default."),
]


@app.command()
def prepare(names: Names = None, as_json: AsJson = False) -> None:
    """Make weights ready to serve, once; a second call does nothing."""
    bar = Progress(
        TextColumn("{task.fields[model]:24}"), BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
        console=_console,
    )  # fmt: skip
    with bar:
        for reference in _references(names):
            started = time.monotonic()
            task = bar.add_task("", total=1.0, model=public_name(reference).removeprefix(PREFIX))

            def report(step: str, done: float, task: int = int(task)) -> None:
                bar.update(task, description=step, completed=done)  # type: ignore[arg-type]

            try:
                source = _package(reference)
                path = source.resolve(report)
                revision = source.revision()
            except Misconfigured as error:
                bar.stop()
                _console.print(f"[red]error:[/red] {escape(str(error))}", highlight=False)
                raise typer.Exit(1) from None
            if as_json:
                line = {"model": reference, "revision": revision, "path": str(path)}
                sys.stdout.write(json.dumps(line | {"seconds": round(time.monotonic() - started, 2)}) + "\n")
                sys.stdout.flush()


@app.command("list")
def list_models(names: Names = None, as_json: AsJson = False) -> None:
    """Show every known model, or those named, and whether each is ready."""
    for reference in _references(names):
        try:
            source = _package(reference)
            line = {"model": reference, "revision": source.revision(), "ready": source.ready()}
        except Misconfigured as error:
            line = {"model": reference, "ready": False, "error": str(error)}
        if as_json:
            sys.stdout.write(json.dumps(line) + "\n")
        else:
            state = "ready" if line["ready"] else line.get("error", "not prepared")
            sys.stdout.write(f"{line['model']:36} {line.get('revision', ''):32} {state}\n")


def _references(names: list[str] | None) -> list[str]:
    """`names` as model references: a package may be given without its prefix."""
    return [_reference(name) for name in names or PACKAGES]


def _reference(name: str) -> str:
    if split(name) is None or name.partition("+")[0] in PACKAGES:
        return PREFIX + name.removeprefix(PREFIX)
    return name


def _package(reference: str) -> Package:
    source = package(reference)
    assert source is not None  # noqa: S101 - it has the prefix or is a merge
    return source


if __name__ == "__main__":
    app()
