"""A capacity sheet as a table for people, and as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from benchmarks.capacity.sheet import Need, Volume, totals
from benchmarks.lib.results import number


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
    lines = []
    for need in needs:
        if need.unpriced:
            lines.append(
                f"{need.stage}: no cost without --price {' --price '.join(f'{p}=NUMBER' for p in need.unpriced)}"
            )
        if need.rate is not None and need.rate.replica is not None:
            replica = need.rate.replica
            lines.append(f"{need.stage}: a replica is {replica.cpus:g} CPU cores and {replica.gpus:g} GPUs")
    return lines


def as_dict(volume: Volume, needs: Sequence[Need]) -> dict[str, Any]:
    return {"volume": asdict(volume), "stages": {need.stage: asdict(need) for need in needs}, "total": totals(needs)}
