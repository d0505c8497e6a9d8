"""The tables of a replay."""

from __future__ import annotations

from rich.console import Console

from benchmarks.selection.tables import table

GAIN = {"value": 0.123, "interval": [0.1, 0.15]}


def test_numbers_are_percent_with_their_interval_and_a_dash_where_there_is_none() -> None:
    rows = [
        {"caution": 0.5, "ctr_gain": GAIN, "wins": GAIN, "hacked": GAIN},
        {"caution": 1.0, "ctr_gain": {"value": None, "interval": None}, "wins": GAIN, "hacked": GAIN},
    ]
    console = Console(width=120)
    with console.capture() as written:
        console.print(table("Gain", rows, {"hacked"}))
    text = written.get()
    assert "+12.3 (+10.0 to +15.0)" in text
    assert "12.3 (10.0 to 15.0)" in text
    assert "hacked" not in text
    assert " - " in text
