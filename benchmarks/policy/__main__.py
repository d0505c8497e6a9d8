"""The copy checks against labelled cases: BLOCK recall and false blocks, by rule and language, and their time.

A blocked copy counts whichever rule blocks it. --wrong lists the cases that the checks get wrong.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.lib import record
from benchmarks.lib.console import console, refusal
from benchmarks.policy.cases import SUITE, read
from benchmarks.policy.measure import run

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def policy(
    suite: Annotated[Path, typer.Option(help="Folder of cases, *.jsonl.")] = SUITE,
    wrong: Annotated[bool, typer.Option("--wrong", help="List the cases that are wrong.")] = False,
) -> None:
    try:
        cases = read(suite)
    except ValueError as error:
        raise refusal(error, 2) from None
    if not cases:
        raise refusal(f"--suite: there are no *.jsonl in {str(suite)!r}", 2)
    result, rows = run(cases)
    if wrong:
        for row in rows:
            if (row["label"] == "block") != bool(row["blocked_by"]):
                console.print(f"{row['id']} ({row['rules']}): {row['blocked_by'] or 'not blocked'}")
    record.write("policy", result, raw=rows)


if __name__ == "__main__":
    app()
