"""What people read of a selection replay: tables, and a picture."""

from __future__ import annotations

from collections.abc import Sequence, Set
from pathlib import Path
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


class NoMatplotlib(RuntimeError):
    """The picture needs a package that is not installed."""


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
        made.add_row(str(row[first]), *(_said(row[key], "+.1f" if key in _SIGNED else ".1f") for key in shown))
    return made


def _said(number: Row, form: str) -> str:
    if number["value"] is None:
        return "-"
    value, low, high = (format(100 * x, form) for x in (number["value"], *number["interval"]))
    return f"{value} ({low} to {high})"


def require_matplotlib() -> None:
    """Raises NoMatplotlib, which says how to get it."""
    try:
        import matplotlib.figure  # noqa: F401, PLC0415 - only a picture needs it
    except ImportError:
        raise NoMatplotlib("--plot needs matplotlib: pip install -e '.[train]'") from None


def plot(report: Row, path: Path) -> None:
    """The curves as a picture; the suffix says which kind. Raises NoMatplotlib, OSError, ValueError."""
    require_matplotlib()
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(11, 8), layout="constrained")
    (caution, margin), (few, many) = figure.subplots(2, 2)
    _line(caution, report["caution_curve"], "caution", "ctr_gain", "CTR gain over the mean arm")
    _line(margin, report["margin_curve"], "margin", "ctr_gain", "CTR gain over the incumbent")
    _line(margin, report["margin_curve"], "margin", "replaced", "incumbents replaced")
    for axes, curve in ((few, report["n_curve"]), (many, report["pool_curve"])):
        _line(axes, curve["cautious"], "n", "claimed", "wins claimed")
        _line(axes, curve["cautious"], "n", "observed", "wins observed")
    pool = report["pool_curve"]
    _line(many, pool["tampered"], "n", "hacked", "hacked picks with tampered copies in the pool")
    _line(many, pool["tampered_undefended"], "n", "hacked", "the same, by the heads alone")
    many.set_xscale("log", base=2)
    few.set_title("best of n arms of a test")
    many.set_title("best of n copies of all tests")
    for axes in (caution, margin, few, many):
        axes.legend(fontsize="small")
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)


def _line(axes: Any, rows: Sequence[Row], x: str, y: str, label: str) -> None:
    known = [r for r in rows if r[y]["value"] is not None]
    at = [r[x] for r in known]
    axes.plot(at, [r[y]["value"] for r in known], marker="o", label=label)
    axes.fill_between(at, [r[y]["interval"][0] for r in known], [r[y]["interval"][1] for r in known], alpha=0.15)
    axes.set_xlabel(x)
