"""Where and when each result was measured: machine, config, commit, command, versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.lib.results import Results
from benchmarks.report.tables import NONE, cell, code, table


def origins(results: Results) -> str:
    """One row a result, or a part of one that was run apart: machine, versions, config, commit, command."""
    rows, without = [], []
    environments = dict(_environments(results))
    for name, env in environments.items():
        if not isinstance(env, Mapping):
            without.append(f"`{name}`")
            continue
        rows.append((name, _machine(env), _config(env), code(env.get("commit")), code(env.get("command")),
                     cell(env.get("at") or NONE)))  # fmt: skip
    text = table(("result", "machine", "config", "commit", "command", "at"), rows) if rows else ""
    if rows:
        text += "\n\nA command is as it was at its commit. A `+` after a commit: the tree differed from it."
    versions = {name: _versions(env) for name, env in environments.items() if isinstance(env, Mapping)}
    for words in dict.fromkeys(versions.values()):
        text += f"\n\nVersions ({', '.join(n for n, w in versions.items() if w == words)}): {words}."
    if without:
        text += f"\n\nWithout a record of where they were measured: {', '.join(without)}."
    return text.strip()


def _environments(results: Results) -> Iterator[tuple[str, Any]]:
    for name, result in results.items():
        if parts := result.get("environments"):
            yield from ((f"{name}: {part}", env) for part, env in parts.items())
        else:
            yield name, result.get("environment")


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
    return f"{code(config.get('file'))} {code(config.get('sha256'))}" if isinstance(config, Mapping) else "-"


def _versions(env: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {version}" for name, version in (env.get("versions") or {}).items()) or NONE
