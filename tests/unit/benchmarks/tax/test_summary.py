"""The summary of the tax benchmark."""

from __future__ import annotations

from benchmarks.tax.summary import summary
from tests.unit.benchmarks.tax.rows import tax_rows


def test_ratios_are_grpcs_and_taken_within_a_round() -> None:
    result = summary(tax_rows())
    assert {key: result[key] for key in result["ranges"]} == {
        "cpu_to_echo_deployments": 3.0,
        "rps_to_echo_deployments": 0.333,
        "p50_to_echo_deployments": 3.0,
        "cpu_to_echo_inline": 2.0,
        "rps_to_echo_inline": 0.5,
        "p50_to_echo_inline": 2.0,
    }
    assert result["ranges"]["cpu_to_echo_inline"] == [2.0, 2.0]
    assert result["rounds"] == 2


def test_each_variant_has_its_medians_over_both_protocols() -> None:
    result = summary(tax_rows())
    assert result["inline"]["grpc"] == {
        "cpu_ms_per_request": 30.0,
        "ingress_cpu_ms_per_request": 10.0,
        "rps": 37.5,
        "p50_ms": 30.0,
        "p99_ms": 40.0,
    }
    assert result["inline"]["http"]["p50_ms"] == 70.0
    assert {result[name]["idle_cores"] for name in ("stock_echo", "deployments", "inline")} == {0.2}
