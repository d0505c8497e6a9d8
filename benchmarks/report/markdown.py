"""The report's text: goals first, then a small table a subject, then where and when each was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.lib.results import Results, lookup, number, numbers
from benchmarks.report.goals import GOALS, Goal, Outcome, Verdict
from benchmarks.report.origins import origins
from benchmarks.report.subjects import SUBJECTS, Line
from benchmarks.report.tables import table


def markdown(results: Results, verdicts: Sequence[Verdict], folder: Path) -> str:
    """The whole report. `folder` is where plots and notes are looked for."""
    parts = ["# Benchmarks", "## Goals", _goals(verdicts, results), _explained(verdicts, folder)]
    for name, result in results.items():
        parts += _section(name, result, folder)
    missing = [name for name in SUBJECTS if name not in results]
    if missing:
        parts.append(f"No result yet of: {', '.join(missing)}.")
    parts += ["## Where and when", origins(results)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _goals(verdicts: Sequence[Verdict], results: Results) -> str:
    rows = []
    for verdict in verdicts:
        goal = verdict.goal
        unknown = verdict.measured and "environment" not in results[goal.benchmark]
        link = f"[{goal.benchmark}](#{goal.benchmark})" if verdict.measured else f"`{goal.benchmark}`"
        origin = link + (", machine and commit not recorded" if unknown else "")
        rows.append((goal.what, _bound(goal), _measured(verdict), _verdict(verdict), origin))
    return table(("", "goal", "measured", "", "benchmark"), rows)


def _bound(goal: Goal) -> str:
    return f"at {'least' if goal.at_least else 'most'} {number(goal.target)}"


def _measured(verdict: Verdict) -> str:
    named = [f"{name} {number(value)}".strip() for name, value in verdict.measured.items()]
    return ", ".join(named) or "-"


def _verdict(verdict: Verdict) -> str:
    if verdict.margin is None or verdict.worst is None:
        return verdict.outcome
    distance = number(abs(verdict.worst - verdict.goal.target))
    return f"**{verdict.outcome}** by {distance} ({abs(verdict.margin):.1%} of the goal)"


def _explained(verdicts: Sequence[Verdict], folder: Path) -> str:
    """Name the missed goals without an explanation. A person writes it, in NAME.md beside the result."""
    missed = dict.fromkeys(v.goal.benchmark for v in verdicts if v.outcome is Outcome.MISSED)
    silent = [name for name in missed if not (folder / f"{name}.md").exists()]
    if not silent:
        return ""
    return "Missed, and what holds it there is not written down yet: " + ", ".join(f"`{n}.md`" for n in silent) + "."


def _section(name: str, result: Mapping[str, Any], folder: Path) -> list[str]:
    """Title, small table, links to all that is kept, a person's note, plots."""
    plots = sorted({*folder.glob(f"{name}.png"), *folder.glob(f"{name}-*.png")})
    parts = [f"## {name}"]
    if name in SUBJECTS:
        plot_links = ", ".join(f"[{plot.stem}]({plot.name})" for plot in plots) or "-"
        rows = [row for line in SUBJECTS[name].lines if (row := _line(line, name, result, plot_links))]
        parts += [f"{SUBJECTS[name].title}.", table(("what", "goal", "measured", "baseline", "plot"), rows)]
    raw = folder / "raw" / f"{name}.csv.gz"
    parts.append(f"Whole result: [{name}.json]({name}.json)"
                 + (f", raw data: [raw/{raw.name}](raw/{raw.name})." if raw.exists() else "."))  # fmt: skip
    if (note := folder / f"{name}.md").exists():
        parts.append(note.read_text(encoding="utf-8").strip())
    return parts + [f"![{name}]({plot.name})" for plot in plots]


def _line(line: Line, name: str, result: Mapping[str, Any], plot_links: str) -> tuple[str, ...]:
    """One row; nothing where the result does not have the number."""
    measured, value, baseline = (_number(result, key) for key in (line.key, line.value, line.baseline))
    if not measured:
        return ()
    goal = next((goal for goal in GOALS if (goal.benchmark, goal.key) == (name, line.key)), None)
    unit = f" {line.unit}" if line.unit else ""
    return (
        line.what,
        _bound(goal) if goal else "-",
        measured + (f" ({value}{unit})" if value else ""),
        f"{line.of}: {baseline}{unit}" if baseline else line.of,
        plot_links,
    )


def _number(result: Mapping[str, Any], key: str) -> str:
    value = numbers(lookup(result, key)).get("")
    return "" if value is None else number(value)
