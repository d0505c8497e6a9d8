"""Write one report, Markdown and HTML, of whatever results there are: goals, numbers, plots, and where measured."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape

from benchmarks.lib import record
from benchmarks.report import html as report_html
from benchmarks.report.goals import GOALS, Outcome, Results, Verdict, judge, lookup, numbers

# What each benchmark is for, and the keys that a reader looks at first.
KNOWN: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "scorer": (
        "The batcher: copies/s at saturation and latency at 70% load",
        (
            "real.ratio_to_ideal", "real.ratio_to_unbatched", "device_model.ratio_to_ideal",
            "device_model.ratio_to_serve_batch", "device_model.p99_ratio_to_serve_batch", "padding_efficiency",
            "mean_batch",
        ),
    ),
    "engine": ("The demo graph against bare vLLM, same prompts, sampling and settings", ("ratio_to_engine",)),
    "tax": (
        "What the framework costs: the no-op graph against a bare echo with one child",
        ("p50_ratio", "rps_ratio", "p50_ms", "rps"),
    ),
    "prefix": ("What the drafts of a cold item share in the prefix cache", ("hit_share", "naive_hit_share")),
    "scale": ("Items/s with 1, 2 and 4 replicas a stage, on fakes", ("efficiency_4x",)),
    "load": (
        "Open loop: offered rate against latency, goodput and shed load",
        ("knee_rps", "goodput_at_knee", "p99_ms_at_70pct"),
    ),
    "locust": ("Locust, gRPC and HTTP users side by side", ("grpc_rps", "http_rps", "failures")),
    "ingress": ("Direct ingress (HAProxy) against the Python proxy", ()),
    "selection": ("Held-out A/B tests replayed through selection", ()),
}  # fmt: skip
_MOST_ROWS: Final = 60
_NONE: Final = "not recorded"

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_console = Console(stderr=True, highlight=False)


class BadResult(Exception):
    """A file among the results is not one; the message names it and says what to do."""


@app.command(help=__doc__)
def report(
    results: Annotated[Path, typer.Option(help="Folder with NAME.json, NAME.png and NAME.md.")] = record.RESULTS,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")] = False,
) -> None:
    try:
        found = read(results)
    except BadResult as error:
        _console.print(f"[red]error:[/red] {escape(str(error))}")
        raise typer.Exit(2) from None
    verdicts = [judge(goal, found) for goal in GOALS]
    text = markdown(found, verdicts, results)
    (results / "report.md").write_text(text, encoding="utf-8")
    (results / "report.html").write_text(report_html.page(text, results), encoding="utf-8")
    _console.print(f"report.md and report.html of {', '.join(found)}")
    if as_json:
        sys.stdout.write(json.dumps(_summary(found, verdicts)) + "\n")


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """Every result in the folder, the known ones first. Raises BadResult."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            result = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise BadResult(f"{path.name} is no JSON: run its benchmark again, or remove it") from None
        if not isinstance(result, dict):
            raise BadResult(f"{path.name} is no result, which is one JSON object: remove it")
        found[path.stem] = result
    if not found:
        raise BadResult(f"--results: no result in {str(folder)!r}: run a benchmark first, `make help` lists them")
    order = [*(name for name in KNOWN if name in found), *(name for name in found if name not in KNOWN)]
    return {name: found[name] for name in order}


def markdown(found: Results, verdicts: Sequence[Verdict], folder: Path) -> str:
    """The whole report. `folder` is where plots and notes are looked for."""
    parts = ["# Benchmarks", "## Goals", _goals(verdicts, found), _explained(verdicts, folder), "## Where and when"]
    parts.append(_origins(found))
    for name, result in found.items():
        parts += _section(name, result, folder)
    missing = [name for name in KNOWN if name not in found]
    if missing:
        parts.append(f"No result yet of: {', '.join(missing)}.")
    return "\n\n".join(part for part in parts if part) + "\n"


def _goals(verdicts: Sequence[Verdict], found: Results) -> str:
    rows = []
    for verdict in verdicts:
        goal = verdict.goal
        unknown = verdict.measured and "environment" not in found[goal.benchmark]
        origin = f"`{goal.benchmark}`" + (", machine and commit not recorded" if unknown else "")
        bound = "at least" if goal.at_least else "at most"
        rows.append((goal.what, f"{bound} {number(goal.target)}", _measured(verdict), _said(verdict), origin))
    return table(("", "goal", "measured", "", "benchmark"), rows)


def _measured(verdict: Verdict) -> str:
    named = [f"{name} {number(value)}".strip() for name, value in verdict.measured.items()]
    return ", ".join(named) or "-"


def _said(verdict: Verdict) -> str:
    if verdict.margin is None or verdict.worst is None:
        return verdict.outcome
    distance = number(abs(verdict.worst - verdict.goal.target))
    return f"**{verdict.outcome}** by {distance} ({abs(verdict.margin):.1%} of the goal)"


def _explained(verdicts: Sequence[Verdict], folder: Path) -> str:
    """Which missed goals have no word on why. The words are a person's, in NAME.md beside the result."""
    missed = dict.fromkeys(v.goal.benchmark for v in verdicts if v.outcome is Outcome.MISSED)
    silent = [name for name in missed if not (folder / f"{name}.md").exists()]
    if not silent:
        return ""
    return "Missed, and what holds it there is not written down yet: " + ", ".join(f"`{n}.md`" for n in silent) + "."


def _origins(found: Results) -> str:
    """One row a result: machine, versions, config, commit, command."""
    rows, without = [], []
    for name, result in found.items():
        env = result.get("environment")
        if not isinstance(env, Mapping):
            without.append(f"`{name}`")
            continue
        rows.append((name, _machine(env), _config(env), _code(env.get("commit")), _code(env.get("command")),
                     cell(env.get("at") or _NONE)))  # fmt: skip
    text = table(("result", "machine", "config", "commit", "command", "at"), rows) if rows else ""
    if rows:
        text += "\n\nA `+` after a commit: the tree differed from it."
    versions = {
        name: _versions(r["environment"]) for name, r in found.items() if isinstance(r.get("environment"), dict)
    }
    for words in dict.fromkeys(versions.values()):
        text += f"\n\nVersions ({', '.join(n for n, w in versions.items() if w == words)}): {words}."
    if without:
        text += f"\n\nWithout a record of where they were measured: {', '.join(without)}."
    return text.strip()


def _machine(env: Mapping[str, Any]) -> str:
    machine = env.get("machine") or {}
    gpus = ", ".join(machine.get("gpus") or ()) or "no GPU"
    load = machine.get("load_average")
    return cell(
        f"{machine.get('cpu') or 'unknown CPU'}, {machine.get('cpus', '?')} cores, {machine.get('memory_gb', '?')} GB, "
        f"{gpus}" + (f", load average {load}" if load is not None else "")
    )


def _config(env: Mapping[str, Any]) -> str:
    config = env.get("config")
    return f"{_code(config.get('file'))} {_code(config.get('sha256'))}" if isinstance(config, Mapping) else "-"


def _versions(env: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {version}" for name, version in (env.get("versions") or {}).items()) or _NONE


def _section(name: str, result: Mapping[str, Any], folder: Path) -> list[str]:
    title, keys = KNOWN.get(name, ("", ()))
    shown = {key: value for key in keys for value in (lookup(result, key),) if value is not None}
    rest = {k: v for k, v in result.items() if k != "environment"}
    flat = {**_flat(shown), **_flat(rest)}
    rows = [(f"`{key}`", cell(value)) for key, value in list(flat.items())[:_MOST_ROWS]]
    parts = [f"## {name}", title and f"{title}.", table(("number", ""), rows)]
    if len(flat) > _MOST_ROWS:
        parts.append(f"{len(flat) - _MOST_ROWS} more in [{name}.json]({name}.json).")
    raw = folder / "raw" / f"{name}.csv.gz"
    parts.append(f"Whole result: [{name}.json]({name}.json)"
                 + (f", raw data: [raw/{raw.name}](raw/{raw.name})." if raw.exists() else "."))  # fmt: skip
    if (note := folder / f"{name}.md").exists():
        parts.append(note.read_text(encoding="utf-8").strip())
    parts += [
        f"![{name}]({plot.name})" for plot in sorted({*folder.glob(f"{name}.png"), *folder.glob(f"{name}-*.png")})
    ]
    return parts


def _flat(value: Any, path: str = "") -> dict[str, str]:
    """What fits a line, by its path. Lists of objects are raw data or curves: plots show them."""
    if isinstance(value, Mapping):
        return {k: v for key, below in value.items() for k, v in _flat(below, f"{path}.{key}" if path else key).items()}
    if isinstance(value, list):
        short = len(value) <= 8 and all(isinstance(each, int | float | str) for each in value)
        return {path: ", ".join(_text(each) for each in value)} if value and short else {}
    return {path: _text(value)}


def _text(value: Any) -> str:
    found = numbers(value)
    return number(found[""]) if found else "-" if value is None else str(value)


def number(value: float) -> str:
    """Four significant digits, whole numbers whole."""
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:.4g}"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def cell(text: str) -> str:
    """Text that stays in its cell and is not read as Markdown."""
    for special in "\\|*_`<[":
        text = text.replace(special, "\\" + special)
    return " ".join(text.split())


def _code(text: Any) -> str:
    """In a table a bar ends the cell, inside backticks too."""
    return "`" + str(text).replace("`", "'").replace("|", "\\|") + "`" if text else _NONE


def _summary(found: Results, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    return {
        "results": list(found),
        **{outcome.name.lower(): sum(v.outcome is outcome for v in verdicts) for outcome in Outcome},
        "goals": [
            {
                "benchmark": v.goal.benchmark, "key": v.goal.key, "target": v.goal.target, "outcome": str(v.outcome),
                "worst": v.worst, "margin": None if v.margin is None else round(v.margin, 4),
            }
            for v in verdicts
        ],
    }  # fmt: skip
