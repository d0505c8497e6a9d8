"""Lines of requests over time."""

from __future__ import annotations

from benchmarks.lib import figure
from benchmarks.lib.over_time import draw


def test_every_request_is_in_its_line() -> None:
    axes = figure.new(4, 3).subplots()
    rows = [{"at_s": at, "fate": fate} for at, fate in ((-1.5, "good"), (0.2, "good"), (0.4, "lost"), (3.9, "wrong"))]
    draw(axes, rows, 2.0)
    lines = {str(line.get_label()): list(line.get_ydata()) for line in axes.lines}
    assert lines["good"] == [0.5, 0.5, 0.0]
    assert lines["lost, wrong or internal"] == [0.0, 0.5, 0.5]


def test_nothing_draws_nothing() -> None:
    axes = figure.new(4, 3).subplots()
    draw(axes, [], 1.0)
    assert not axes.lines
