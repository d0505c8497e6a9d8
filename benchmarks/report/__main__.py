"""Write one report, Markdown and HTML, of whatever results there are: goals, small tables, plots, origins."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.lib import record
from benchmarks.lib.console import console, refusal
from benchmarks.lib.results import BadResult, Results, read
from benchmarks.report import html
from benchmarks.report.goals import GOALS, Outcome, Verdict, judge
from benchmarks.report.markdown import markdown
from benchmarks.report.plots import draw
from benchmarks.report.subjects import in_order

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(help=__doc__)
def report(
    results: Annotated[Path, typer.Option(help="Folder with NAME.json, NAME.png and NAME.md.")] = record.RESULTS,
    redraw: Annotated[bool, typer.Option("--redraw", help="Draw the plots again, from the results.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")] = False,
) -> None:
    try:
        by_name = in_order(read(results))
    except BadResult as error:
        raise refusal(error) from None
    if redraw:
        console.print(f"drawn again: {', '.join(draw(by_name, results)) or 'nothing'}")
    verdicts = [judge(goal, by_name) for goal in GOALS]
    text = markdown(by_name, verdicts, results)
    (results / "report.md").write_text(text, encoding="utf-8")
    (results / "report.html").write_text(html.page(text, results), encoding="utf-8")
    console.print(f"report.md and report.html of {', '.join(by_name)}")
    if as_json:
        sys.stdout.write(json.dumps(summary(by_name, verdicts)) + "\n")


def summary(results: Results, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    return {
        "results": list(results),
        **{outcome.name.lower(): sum(v.outcome is outcome for v in verdicts) for outcome in Outcome},
        "goals": [
            {
                "benchmark": v.goal.benchmark, "key": v.goal.key, "target": v.goal.target, "outcome": str(v.outcome),
                "worst": v.worst, "margin": None if v.margin is None else round(v.margin, 4),
            }
            for v in verdicts
        ],
    }  # fmt: skip


if __name__ == "__main__":
    app()
