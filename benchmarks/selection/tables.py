"""The tables of a selection replay."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any, Final

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table

Row = dict[str, Any]
_HEADINGS: Final = {
    "ctr_gain": "CTR gain",
    "wins": "beats other arms",
    "changed": "pick changed",
    "replaced": "replaced",
    "ctr_gain_replaced": "gain where replaced",
    "claimed": "wins claimed",
    "observed": "wins observed",
    "over": "claimed too much",
    "hacked": "hacked picks",
}
_SIGNED: Final = {"ctr_gain", "ctr_gain_replaced", "over"}


def tables(report: Row) -> RenderableType:
    """Every curve of the report, in percent; brackets hold 95% intervals over tests."""
    caution, n, pool = f"caution {report['caution']:g}", report["n_curve"], report["pool_curve"]
    return Group(
        table(f"A pick among all arms of a test, {caution}, over its mean arm (%)", report["baselines"]),
        table("The same against caution", report["caution_curve"]),
        table(f"A random arm is the incumbent, {caution}: over the incumbent", report["margin_curve"]),
        table("Best of n arms of a test over a random other one, caution 0", n["bold"]),
        table(f"The same, {caution}", n["cautious"]),
        table("Best of n copies of all tests over the rest of its own test, caution 0", pool["bold"], {"hacked"}),
        table(f"The same, {caution}", pool["cautious"], {"hacked"}),
        table(f"The same, {caution}, and beside every copy a tampered one", pool["tampered"]),
        table("The same, caution 0, by the heads alone, without what defends them", pool["tampered_undefended"]),
    )


def table(title: str, rows: Sequence[Row], without: Set[str] = frozenset()) -> Table:
    """One curve: what it is drawn against, then what was measured."""
    first = next(iter(rows[0]))
    shown = [key for key in _HEADINGS if key in rows[0].keys() - without]
    made = Table(first, *(_HEADINGS[key] for key in shown), title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for row in rows:
        made.add_row(str(row[first]), *(_percent(row[key], "+.1f" if key in _SIGNED else ".1f") for key in shown))
    return made


def _percent(number: Row, form: str) -> str:
    if number["value"] is None:
        return "-"
    value, low, high = (format(100 * x, form) for x in (number["value"], *number["interval"]))
    return f"{value} ({low} to {high})"
