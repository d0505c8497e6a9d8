"""What a start's readings become."""

from __future__ import annotations

from benchmarks.tax.measure import cpu_of


def test_the_callers_cpu_time_is_not_counted_and_the_ingress_is_told_apart() -> None:
    row = cpu_of({"Ingress": 0.5, "Generator": 0.25, "ray": 0.05, "load_generator": 9.0}, 100)
    assert row == {
        "cpu_ms_per_request": 8.0,
        "ingress_cpu_ms_per_request": 5.0,
        "cpu_ms_Generator": 2.5,
        "cpu_ms_ray": 0.5,
    }
