"""The plot of a replay."""

from __future__ import annotations

from pathlib import Path

from benchmarks.selection.plot import plot


def test_the_plot_is_written_though_a_number_is_missing(tmp_path: Path) -> None:
    number = {"value": 0.5, "interval": [0.4, 0.6]}
    missing = {"value": None, "interval": None}
    keys = ("ctr_gain", "replaced", "claimed", "observed", "hacked")
    rows = {
        x: [{x: 1, **dict.fromkeys(keys, number)}, {x: 2, **dict.fromkeys(keys, missing)}]
        for x in ("caution", "margin", "n")
    }
    report = {
        "caution_curve": rows["caution"],
        "margin_curve": rows["margin"],
        "n_curve": {"cautious": rows["n"]},
        "pool_curve": dict.fromkeys(("cautious", "tampered", "tampered_undefended"), rows["n"]),
    }
    plot(report, tmp_path / "selection.png")
    assert (tmp_path / "selection.png").stat().st_size > 5000
