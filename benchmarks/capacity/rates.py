"""Turn measured stage rates into replicas, and with your prices into cost, for a volume of notifications."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import yaml
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.capacity.sheet import STAGES, Need, Rate, Replica, Volume, sheet, totals
from benchmarks.lib import record
from benchmarks.report.goals import lookup, numbers
from benchmarks.report.markdown import BadResult, number, read
from deployments.errors import Misconfigured
from deployments.settings import parse
from serve_app.settings import GraphScaling

# By stage, where its rate on one replica is kept; the first that is there counts. Of several numbers (one a protocol)
# the lowest does.
MEASURED: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "ingress": (("tax", "rps", "whole no-op graph on this machine, so a lower bound"),),
    "generator": (("engine", "graph.candidates_per_s", "whole graph on this machine, so a lower bound"),),
    "reward": (("scorer", "real.saturated.batcher.copies_per_s", ""),),
}
_PER_UNIT: Final = ("cpu", "gpu")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_console = Console(stderr=True, highlight=False)
if not _console.is_terminal:
    _console.width = 160


@app.command(help=__doc__)
def capacity(
    notifications_per_day: Annotated[float, typer.Option(help="Decisions a day, such as 100e6.")],
    peak_factor: Annotated[float, typer.Option(help="Peak rate over the day's mean.")] = 3.0,
    cache_hit: Annotated[float, typer.Option(help="Share of captions that the cache has.")] = 0.9,
    categories: Annotated[int, typer.Option(min=1, help="Categories of a request.")] = 4,
    candidates: Annotated[int, typer.Option(min=1, help="Candidates of a category.")] = 2,
    incumbents: Annotated[int, typer.Option(min=0, help="Copies of yours that are scored beside them.")] = 0,
    utilisation: Annotated[float, typer.Option(help="Share of a replica's rate to plan with; queues need room.")] = 0.7,
    rate: Annotated[
        list[str] | None,
        typer.Option(help=f"STAGE=NUMBER a second and replica, over a measured one. Stages: {', '.join(STAGES)}."),
    ] = None,
    price: Annotated[
        list[str] | None,
        typer.Option(
            help="STAGE=NUMBER for a replica-hour, or cpu=NUMBER for a core-hour and gpu=NUMBER for a GPU-hour; "
            "cpu=0 where cores come with the GPU."
        ),
    ] = None,
    config: Annotated[Path, typer.Option(help="Says what a replica with a given rate takes: its `scaling`.")] = Path(
        "configs/cluster.yaml"
    ),
    results: Annotated[Path, typer.Option(help="Folder with the benchmarks' results.")] = record.RESULTS,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on the last line.")] = False,
) -> None:
    try:
        volume = Volume(notifications_per_day, peak_factor, cache_hit, categories, candidates, incumbents, utilisation)
        given = pairs(rate or (), "--rate", STAGES)
        prices = pairs(price or (), "--price", (*STAGES, *_PER_UNIT))
        rates = {**measured(_results(results)), **stated(given, config)}
        needs = sheet(volume, rates, prices)
    except (Misconfigured, BadResult) as error:
        _console.print(f"[red]error:[/red] {escape(str(error))}")
        raise typer.Exit(2) from None
    _console.print(table(volume, needs))
    for line in remarks(needs):
        _console.print(line)
    if as_json:
        sys.stdout.write(json.dumps(as_dict(volume, needs)) + "\n")


def pairs(words: Sequence[str], option: str, names: Sequence[str]) -> dict[str, float]:
    """NAME=NUMBER, none below 0, and a rate not 0. Raises Misconfigured naming the option."""
    found = {}
    for word in words:
        name, _, value = word.partition("=")
        if name not in names:
            raise Misconfigured(f"{option} {word}: no {name!r}; give NAME=NUMBER with one of {', '.join(names)}")
        try:
            found[name] = float(value)
        except ValueError:
            found[name] = math.nan
        free = option == "--price" and found[name] == 0  # such as cores that come with the GPU
        if not (0 < found[name] < math.inf or free):
            raise Misconfigured(f"{option} {word}: give a number above 0, such as {option} {name}=2.5")
    return found


def measured(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Rate]:
    """Rates that the results hold. A replica is the machine that it was measured on, as far as the result says."""
    rates = {}
    for stage, places in MEASURED.items():
        for name, key, caveat in places:
            values = numbers(lookup(found.get(name, {}), key))
            if not values or min(values.values()) <= 0:
                continue
            env = found[name].get("environment")
            machine = env.get("machine", {}) if isinstance(env, Mapping) else {}
            origin = (
                f"{name}.json {key} ({machine.get('cpu') or 'machine not recorded'}{'; ' + caveat if caveat else ''})"
            )
            replica = Replica(machine["cpus"], len(machine.get("gpus") or ())) if machine.get("cpus") else None
            rates[stage] = Rate(min(values.values()), origin, replica)
            break
    return rates


def stated(given: Mapping[str, float], config: Path) -> dict[str, Rate]:
    """Rates from the command line; a replica is what the config gives one. Raises Misconfigured."""
    if not given:
        return {}
    try:
        args = yaml.safe_load(config.read_text(encoding="utf-8"))["applications"][0]["args"]
        scaling = parse(GraphScaling, args.get("scaling") or {}, f"--config {config.name}: scaling")
    except (OSError, yaml.YAMLError, KeyError, TypeError, IndexError, AttributeError):
        raise Misconfigured(f"--config: {str(config)!r} is no serve config of this app") from None
    return {
        stage: Rate(rate, "given", Replica(getattr(scaling, stage).num_cpus, getattr(scaling, stage).num_gpus))
        for stage, rate in given.items()
    }


def _results(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """What there is; no result at all is no error here, since every rate may be given."""
    return read(folder) if any(folder.glob("*.json")) else {}


def table(volume: Volume, needs: Sequence[Need]) -> Table:
    shown = Table(
        title=f"{volume.notifications_per_day:,.0f} notifications a day: {volume.mean_rps:,.0f}/s, at the peak "
        f"{volume.peak_rps:,.0f}/s; replicas planned at {volume.utilisation:.0%} of their rate",
        title_justify="left",
        box=box.SIMPLE_HEAD,
    )
    for column in (
        "stage",
        "work",
        "peak/s",
        "one replica/s",
        "from",
        "replicas, mean",
        "peak",
        "cost a day, mean",
        "peak",
    ):
        shown.add_column(column, justify="left" if column in ("stage", "work", "from") else "right")
    for need in needs:
        shown.add_row(
            need.stage, need.unit, f"{need.peak_per_s:,.0f}",
            "-" if need.rate is None else number(need.rate.per_s),
            escape(f"no result: --rate {need.stage}=NUMBER" if need.rate is None else need.rate.origin),
            _or_dash(need.replicas_mean), _or_dash(need.replicas_peak),
            _or_dash(need.cost_mean), _or_dash(need.cost_peak),
        )  # fmt: skip
    total = totals(needs)
    shown.add_section()
    shown.add_row("all", "", "", "", "", _or_dash(total["replicas_mean"]), _or_dash(total["replicas_peak"]),
                  _or_dash(total["cost_mean"]), _or_dash(total["cost_peak"]))  # fmt: skip
    return shown


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def remarks(needs: Sequence[Need]) -> list[str]:
    """Why a number is missing, and what a measured replica is."""
    said = []
    for need in needs:
        if need.unpriced:
            said.append(
                f"{need.stage}: no cost without --price {' --price '.join(f'{p}=NUMBER' for p in need.unpriced)}"
            )
        if need.rate is not None and need.rate.replica is not None:
            replica = need.rate.replica
            said.append(f"{need.stage}: a replica is {replica.cpus:g} CPU cores and {replica.gpus:g} GPUs")
    return said


def as_dict(volume: Volume, needs: Sequence[Need]) -> dict[str, Any]:
    return {"volume": asdict(volume), "stages": {need.stage: asdict(need) for need in needs}, "total": totals(needs)}
