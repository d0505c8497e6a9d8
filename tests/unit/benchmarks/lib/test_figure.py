"""Figures in one style."""

from __future__ import annotations

from pathlib import Path

from benchmarks.lib import figure


def test_ticks_of_a_logarithmic_axis_are_plain_numbers() -> None:
    drawn = figure.new(4, 3)
    axes = drawn.subplots()
    axes.plot([1, 1000], [1, 1000])
    axes.set_yscale("log")
    figure.log_ticks(axes.yaxis)
    drawn.draw_without_rendering()
    labels = [label.get_text() for label in axes.yaxis.get_ticklabels()]
    assert {"1", "2", "5", "100", "1000"} <= set(labels)


def test_a_long_key_becomes_short_lines() -> None:
    assert figure.wrapped("category_in_system") == "category in\nsystem"


def test_a_figure_is_saved_in_a_new_folder(tmp_path: Path) -> None:
    figure.save(figure.new(2, 2), tmp_path / "plots/empty.png")
    assert (tmp_path / "plots/empty.png").read_bytes().startswith(b"\x89PNG")
