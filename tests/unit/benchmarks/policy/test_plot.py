"""The plot of the copy checks."""

from __future__ import annotations

from pathlib import Path

from benchmarks.policy.plot import plot


def test_the_plot_is_written_though_a_language_has_clean_cases_alone(tmp_path: Path) -> None:
    rates = {"grounding.name": {"recall": 0.9, "false_blocks": 0.02}, "other": {"recall": None, "false_blocks": 0.0}}
    plot({"by_rule": rates, "by_language": rates}, tmp_path / "policy.png")
    assert (tmp_path / "policy.png").stat().st_size > 5000
