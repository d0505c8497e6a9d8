"""Requests and summary of the tax benchmark, on numbers written by hand."""

from __future__ import annotations

from typing import Any

from benchmarks.tax import measure as tax

PLAN = tax.Plan(rounds=2, latency_s=1.0, rate_s=1.0, concurrency=4)


def tax_rows(protocol: str, factor: float) -> list[dict[str, Any]]:
    """Two rounds; the second is twice as slow for all, as on a busy machine."""
    base = {"graph": 20.0, "echo": 10.0, "one_candidate": 15.0}
    return [
        {
            "round": number, "application": name, "protocol": protocol,
            "p50_ms": ms * factor * (1 + number), "p99_ms": 2 * ms, "rps": 1000 / ms / (1 + number),
        }
        for number in range(2)
        for name, ms in base.items()
    ]  # fmt: skip


def test_the_tax_is_the_median_ratio_within_a_round_and_grpc_is_on_top() -> None:
    rows = [*tax_rows("grpc", 1.0), *tax_rows("http", 3.0)]
    result = tax.result(rows, PLAN)
    assert (result["p50_ratio"], result["rps_ratio"]) == (2.0, 0.5)
    assert (result["p50_ms"], result["rps"]) == (30.0, 37.5)
    assert result["http"]["p50_ms"] == 90.0
    assert result["http"]["echo"] == {"p50_ms": 45.0, "p99_ms": 20.0, "rps": 75.0}
    assert result["grpc"]["one_candidate"]["p50_ratio"] == 1.5
    assert result["grpc"]["p50_ratio_range"] == [2.0, 2.0]


def test_one_candidate_asks_for_one_and_the_graph_for_what_the_config_says() -> None:
    (graph,), (one,) = tax.requests_of("graph"), tax.requests_of("one_candidate")
    assert (graph.options.max_categories, graph.options.candidates_per_category) == (None, None)
    assert (one.options.max_categories, one.options.candidates_per_category) == (1, 1)
    assert graph.item == one.item
