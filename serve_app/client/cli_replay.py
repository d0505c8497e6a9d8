"""`pushgen replay`: the choices of an audit log made again, with no service running."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from serve_app.client import cli_input, output
from serve_app.client.cli_check import installed, opened
from serve_app.client.cli_errors import BAD_INPUT, FAILED
from serve_app.client.cli_session import reported, tracked

if TYPE_CHECKING:
    from serve_app.audit.replay import Replay


def replay(
    file: Annotated[str, typer.Argument(help='Audit log, JSON Lines; "-" is stdin.')],
    with_: Annotated[
        str | None, typer.Option("--with", help="YAML of other knobs: the Ingress's user_config, or a part of it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON line a Decision, as in a pipe.")] = False,
) -> None:
    """Make the choice of each recorded Decision again; with other knobs, show what they would have chosen.

    Exits with 1 when a choice differs, unless --with is given. Example: pushgen replay decisions.jsonl
    """
    with reported(as_json=as_json), installed():
        from serve_app.audit.log import knobs_of  # noqa: PLC0415 - not all clients have the rules

        knobs = None if with_ is None else knobs_of(Path(with_))
        results = list(_replays(file, knobs))
    replays = [result for result in results if not isinstance(result, dict)]
    if as_json or not sys.stdout.isatty():
        for result in results:
            output.write_json(cli_input.dump(result if isinstance(result, dict) else line_of(result)))
    else:
        Console().print(table_of(replays))
        Console().print(summary_of(replays, len(results) - len(replays)))
    if len(replays) < len(results):
        raise typer.Exit(BAD_INPUT)
    if knobs is None and not all(one.same for one in replays):
        raise typer.Exit(FAILED)


def _replays(source: str, knobs: Any) -> Iterator[Replay | dict[str, Any]]:
    """Yield the replay of each line, or its error."""
    from serve_app.audit.log import Unreadable, entry_of  # noqa: PLC0415
    from serve_app.audit.replay import replay as made_again  # noqa: PLC0415

    with opened(source) as lines:
        for number, line in enumerate(tracked(lines, "decisions", None, prints=True), 1):
            if not line.strip():
                continue
            try:
                yield made_again(entry_of(line), knobs)
            except Unreadable as error:
                yield {"error": f"line {number}: {error}"}


def line_of(one: Replay) -> dict[str, Any]:
    """Return the JSON line of a replay."""
    return {"same": one.same, **asdict(one)}


def table_of(replays: list[Replay]) -> Table:
    """Show the choices that differ; all of them, if none does."""
    shown = [one for one in replays if not one.same] or replays
    table = Table("request", "recorded", "reason", "replayed", "reason", "tier", box=box.SIMPLE_HEAD, pad_edge=False)
    for one in shown:
        before, after = one.recorded, one.replayed
        tier = after.tier if after.tier == before.tier else f"{before.tier or '-'} > {after.tier or '-'}"
        table.add_row(
            one.request_id, f"{before.candidate or '-'} {before.title}", before.reason,
            f"{after.candidate or '-'} {after.title}", after.reason, tier,
        )  # fmt: skip
    return table


def summary_of(replays: list[Replay], unreadable: int) -> str:
    same = sum(one.same for one in replays)
    words = f"{same} of {len(replays)} choices are the same"
    if replays and not all(one.policy_checked for one in replays):
        words += "; the rules did not run again: that needs other knobs, and audit.item_text in the log"
    return f"{words}; {unreadable} lines cannot be read" if unreadable else words
