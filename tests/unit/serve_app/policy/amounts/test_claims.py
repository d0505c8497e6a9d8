"""The units of measured amounts."""

from __future__ import annotations

from serve_app.policy.amounts.claims import UNITS


def test_units_of_one_kind_convert() -> None:
    assert UNITS["hour"][1] == 60 * UNITS["minute"][1]
    assert {UNITS[unit][0] for unit in ("inch", "mile", "kilometre")} == {"length"}
