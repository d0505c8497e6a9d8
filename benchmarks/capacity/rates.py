"""Rates of a stage's replica: from results, or given."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from benchmarks.capacity.sheet import Rate, Replica
from benchmarks.lib.results import lookup, numbers, read
from deployments.errors import Misconfigured
from deployments.settings import parse
from serve_app.settings import GraphScaling

# By stage, where its rate on one replica is kept; the first that is there counts. Of several numbers (one a protocol)
# the lowest does.
MEASURED: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "ingress": (("tax", "deployments.grpc.rps", "whole no-op graph on this machine, so a lower bound"),),
    "generator": (("engine", "graph.candidates_per_s", "whole graph on this machine, so a lower bound"),),
    "reward": (("scorer", "real.saturated.batcher.copies_per_s", ""),),
}
PER_UNIT: Final = ("cpu", "gpu")


def pairs(words: Sequence[str], option: str, names: Sequence[str]) -> dict[str, float]:
    """NAME=NUMBER, none below 0, and a rate not 0. Raises Misconfigured naming the option."""
    values = {}
    for word in words:
        name, _, text = word.partition("=")
        if name not in names:
            raise Misconfigured(f"{option} {word}: no {name!r}; give NAME=NUMBER with one of {', '.join(names)}")
        try:
            values[name] = float(text)
        except ValueError:
            values[name] = math.nan
        free = option == "--price" and values[name] == 0  # such as cores that come with the GPU
        if not (0 < values[name] < math.inf or free):
            raise Misconfigured(f"{option} {word}: give a number above 0, such as {option} {name}=2.5")
    return values


def measured(results: Mapping[str, Mapping[str, Any]]) -> dict[str, Rate]:
    """Rates that the results hold. A replica is the machine that it was measured on, as far as the result says."""
    rates = {}
    for stage, places in MEASURED.items():
        for name, key, caveat in places:
            values = numbers(lookup(results.get(name, {}), key))
            if not values or min(values.values()) <= 0:
                continue
            env = results[name].get("environment")
            machine = env.get("machine", {}) if isinstance(env, Mapping) else {}
            origin = (
                f"{name}.json {key} ({machine.get('cpu') or 'machine not recorded'}{'; ' + caveat if caveat else ''})"
            )
            replica = Replica(machine["cpus"], len(machine.get("gpus") or ())) if machine.get("cpus") else None
            rates[stage] = Rate(min(values.values()), origin, replica)
            break
    return rates


def stated(stated_rates: Mapping[str, float], config: Path) -> dict[str, Rate]:
    """Rates from the command line; a replica is what the config gives one. Raises Misconfigured."""
    if not stated_rates:
        return {}
    try:
        args = yaml.safe_load(config.read_text(encoding="utf-8"))["applications"][0]["args"]
        scaling = parse(GraphScaling, args.get("scaling") or {}, f"--config {config.name}: scaling")
    except (OSError, yaml.YAMLError, KeyError, TypeError, IndexError, AttributeError):
        raise Misconfigured(f"--config: {str(config)!r} is no serve config of this app") from None
    deployed = scaling.deployed()
    if inline := stated_rates.keys() - deployed.keys():
        raise Misconfigured(
            f"--config {config.name}: {', '.join(sorted(inline))}: an inline stage has no replicas to count"
        )
    return {
        stage: Rate(rate, "given", Replica(deployed[stage].num_cpus, deployed[stage].num_gpus))
        for stage, rate in stated_rates.items()
    }


def results_in(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """Read the results there are. No result is no error: every rate may be stated."""
    return read(folder) if any(folder.glob("*.json")) else {}
