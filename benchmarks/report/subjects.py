"""The leading numbers of each result, each with its baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Line:
    """A line of a subject's table. The keys are paths in the result.

    `key`: the number, the one that a goal names where there is a goal. `value`: the absolute number behind a ratio.
    `baseline`: the number that it is held against, `of` whom; without one, `of` says it all. Both are in `unit`.
    """

    what: str
    key: str
    of: str
    baseline: str = ""
    value: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Subject:
    title: str
    lines: tuple[Line, ...]


def _scorer(device: str, words: str, *others: tuple[str, str]) -> tuple[Line, ...]:
    batcher = f"{device}.saturated.batcher.copies_per_s"
    return tuple(
        Line(f"{words}: copies/s over {of}", f"{device}.ratio_to_{other}", of,
             f"{device}.saturated.{other}.copies_per_s", batcher, "copies/s")
        for other, of in others
    )  # fmt: skip


def _ingress(protocol: str, call: str) -> tuple[Line, ...]:
    at, words = f"{protocol}.{call}", f"{call} over {protocol}"
    return (
        Line(f"{words}: p50 over the proxy's", f"{at}.p50_ratio", "Python proxy", f"{at}.proxy.p50_ms",
             f"{at}.haproxy.p50_ms", "ms"),
        Line(f"{words}: requests/s over the proxy's", f"{at}.rps_ratio", "Python proxy", f"{at}.proxy.rps_32",
             f"{at}.haproxy.rps_32", "requests/s"),
    )  # fmt: skip


def _tax(variant: str, words: str) -> tuple[Line, ...]:
    keys = (("CPU a request", "cpu", "cpu_ms_per_request", "ms"), ("requests/s", "rps", "rps", "requests/s"),
            ("p50 of one caller", "p50", "p50_ms", "ms"))  # fmt: skip
    return tuple(
        Line(f"{what} over the echo's, {words}", f"{name}_to_echo_{variant}", "stock echo", f"stock_echo.grpc.{key}",
             f"{variant}.grpc.{key}", unit)
        for what, name, key, unit in keys
    )  # fmt: skip


_IDEAL, _SERVE, _SINGLE = ("ideal", "ideal loop"), ("serve_batch", "`@serve.batch`"), ("unbatched", "one by one")
SUBJECTS: Final[dict[str, Subject]] = {
    "scorer": Subject(
        "The batcher: copies/s at saturation and latency at 70% load",
        (
            *_scorer("real", "shipped model", _IDEAL, _SERVE, _SINGLE),
            *_scorer("device_model", "device model", _IDEAL, _SERVE),
            Line("device model: p99 over `@serve.batch`, same load", "device_model.p99_ratio_to_serve_batch",
                 "`@serve.batch`", "device_model.at_load.serve_batch.p99_ms",
                 "device_model.at_load.batcher_at_serve_batch.p99_ms", "ms"),
        ),
    ),
    "engine": Subject(
        "The demo graph against bare vLLM, same prompts, sampling and settings",
        (
            Line("tokens/s over bare vLLM in turn", "ratio_to_engine", "bare vLLM", "bare.output_tokens_per_s",
                 "graph.output_tokens_per_s", "tokens/s"),
            Line("tokens/s over bare vLLM, no graph beside it", "ratio_to_engine_alone", "bare vLLM alone",
                 "bare_alone.output_tokens_per_s", "graph.output_tokens_per_s", "tokens/s"),
        ),
    ),
    "gpu": Subject(
        "The encoder on a GPU, with CUDA graphs and without",
        tuple(
            Line(f"{rows} copies of {tokens} tokens", f"encoder.shapes.{rows}x{tokens}.graphs_ms", "kernels launched",
                 f"encoder.shapes.{rows}x{tokens}.eager_ms", unit="ms")
            for rows, tokens in ((1, 32), (8, 32), (64, 32), (64, 64))
        ),
    ),
    "tax": Subject(
        "What the graph costs on fakes of 0 ms, beside an echo with one child on Serve's own defaults",
        (
            *_tax("deployments", "all deployments"),
            *_tax("inline", "inline except the generator"),
            Line("the graph's own code, CPU a request", "own_cpu_ms_per_request", "the goal of 6", unit="ms"),
            *(
                Line(f"idle, {words}, cores", f"{variant}.idle_cores", "stock echo", "stock_echo.idle_cores")
                for variant, words in (("deployments", "all deployments"), ("inline", "inline except the generator"))
            ),
        ),
    ),
    "prefix": Subject(
        "What the drafts of a cold item share in the prefix cache",
        (
            Line("share of prompt tokens, 4 categories x 2", "hit_share", "category before the facts",
                 "naive_hit_share"),
            Line("share of prompt tokens, 4 categories x 1", "arms.block_32.cached_share", "blocks of 128",
                 "arms.block_128.cached_share"),
        ),
    ),
    "scale": Subject(
        "Items/s with 1, 2 and 4 replicas a stage, on fakes",
        (
            Line("4 replicas: share of linear", "efficiency_4x", "1 replica", "points.1.items_per_s",
                 "points.4.items_per_s", "items/s"),
            Line("4 replicas: share of what the waits allow", "points.4.of_ideal", "waits alone, a replica",
                 "ideal_items_per_s_per_replica", "points.4.items_per_s", "items/s"),
        ),
    ),
    "simulate": Subject(
        "A day on 1,000 GPUs, simulated: the graph's policy against Serve's stock one",
        (
            Line("requests answered in time", "slo_attainment", "stock policy", "stock_slo_attainment"),
            Line("GPU hours over the stock policy's", "gpu_hours_ratio_to_stock", "stock policy"),
            Line("seconds that the day takes", "seconds", "a day", unit="s"),
            Line("largest error against a real run", "error_to_real_run", "the real run"),
        ),
    ),
    "ladder": Subject(
        "The ladder: twice the requests for the work of one",
        (
            Line("items that lose their fit copy", "fit_lost_at_twice", "all categories and drafts"),
            Line("fit of what is sent that is lost", "fit_of_sent_lost_at_twice", "all categories and drafts"),
        ),
    ),
    "autoscale": Subject(
        "A step to eight times the load and a train of spikes, on fakes: autoscaling against Serve's stock policy",
        (
            Line("late requests over the stock policy's", "late_ratio_to_stock", "stock policy", "arms.stock.late",
                 "arms.graph.late", "requests"),
            Line("replica-seconds over the stock policy's", "replica_seconds_ratio", "stock policy",
                 "arms.stock.replica_seconds", "arms.graph.replica_seconds", "replica-seconds"),
            Line("seconds from the step to the replicas that it needs", "time_to_scale_s", "stock policy",
                 "arms.stock.time_to_scale_s", "arms.graph.time_to_scale_s", "s"),
            Line("stages that grew again soon after they had shrunk", "flaps", "stock policy", "arms.stock.flaps"),
            Line("lost requests", "lost", "stock policy", "arms.stock.lost"),
            Line("late requests where each stage is sized by itself", "arms.stages.late", "stock policy",
                 "arms.stock.late"),
        ),
    ),
    "load": Subject(
        "Open loop: offered rate against latency, goodput and shed load",
        (
            Line("highest rate that holds the SLO, requests/s", "knee_rps", "SLO, ms", "slo_ms"),
            Line("goodput at that rate, requests/s", "goodput_at_knee", "offered", "knee_rps"),
            Line("p99 at 70% of that rate, ms", "p99_ms_at_70pct", "p99 of one at a time", "unloaded.p99_ms"),
        ),
    ),
    "overload": Subject(
        "Far beyond the knee: goodput with the admission gate, as a share of its goodput at the knee",
        (
            Line("at 2 times the knee", "goodput_ratio_2x", "without the gate", "without_gate.goodput_ratio_2x"),
            Line("at 4 times the knee", "goodput_ratio_4x", "without the gate", "without_gate.goodput_ratio_4x"),
            Line("at 8 times the knee", "goodput_ratio_8x", "without the gate", "without_gate.goodput_ratio_8x"),
            Line("goodput at the knee over that without the gate", "goodput_at_knee_over_no_gate", "without the gate",
                 "without_gate.goodput_at_knee", "goodput_at_knee", "requests/s"),
            Line("share of what was let in that was late", "late_share", "without the gate", "without_gate.late_share"),
            Line("REALTIME let in and answered in time at 4 times the knee", "realtime_ok_4x", "all of it"),
            Line("refused at half the knee", "refused_share_0.5x", "none"),
            Line("refused at the knee", "refused_share_1x", "none"),
        ),
    ),
    "bulk": Subject(
        "A bulk job against the online graph, and against kills",
        (
            Line("items/s over the online graph", "bulk_vs_online", "online", "online.items_per_s",
                 "bulk.items_per_s", "items/s"),
            Line("items lost by kills", "lost", "kills", "kills"),
            Line("items answered twice", "duplicated", "kills", "kills"),
            Line("kills of the job", "kills", "none"),
        ),
    ),
    "chaos": Subject(
        "One fault at a time under load: what callers saw",
        (
            Line("requests without an answer", "lost", "requests", "requests"),
            Line("answers to another request", "wrong", "requests", "requests"),
            Line("INTERNAL, UNKNOWN or 500", "internal", "requests", "requests"),
            Line("answers beyond the budget and 100 ms", "late", "requests", "requests"),
            Line("processes left behind", "orphans", "none"),
        ),
    ),
    "cluster": Subject(
        "Four local Ray nodes, changed and damaged under load",
        (
            Line("requests without an answer", "lost", "requests", "requests"),
            Line("replicas off their nodes", "misplaced", "none"),
            Line("answers to another request", "wrong", "requests", "requests"),
            Line("INTERNAL, UNKNOWN or 500", "internal", "requests", "requests"),
            Line("seconds until 99% are good again, the longest", "recovered_s", "none"),
        ),
    ),
    "soak": Subject(
        "A soak at 70% of the knee, with bursts and cancels",
        (
            Line("good answers outside bursts", "goodput_ratio", "all of them"),
            Line("growth of memory, %", "rss_growth_pct", "none"),
            Line("processes left behind", "orphans", "none"),
            Line("late, of what was not refused", "late_share", "none"),
        ),
    ),
    "fuzz": Subject(
        "Malformed and hostile requests over HTTP and gRPC",
        (
            Line("requests over HTTP", "tried.http", "any number"),
            Line("calls over gRPC", "tried.grpc", "any number"),
            Line("INTERNAL, UNKNOWN or 500", "internal", "none"),
            Line("answers that tell of the machine or the code", "leaks", "none"),
            Line("processes that died", "crashes", "none"),
            Line("requests without an answer", "hangs", "none"),
            Line("the slowest answer", "slowest_ms", "the bound", unit="ms"),
        ),
    ),
    "policy": Subject(
        "The copy checks against labelled cases in many languages",
        (
            Line("bad copies that are blocked", "recall", "all of them"),
            Line("clean copies that are blocked", "false_blocks", "none"),
            Line("reading an item and checking 8 copies, thread time", "p50_ms", "the goal of 10", unit="ms"),
        ),
    ),
    "locust": Subject(
        "Locust, gRPC and HTTP users side by side",
        (
            Line("requests/s over gRPC", "grpc_rps", "HTTP", "http_rps"),
            Line("p50 over gRPC, ms", "grpc.p50_ms", "HTTP", "http.p50_ms"),
            Line("failed requests", "failures", "none"),
        ),
    ),
    "ingress": Subject(
        "Direct ingress (HAProxy) against the Python proxy",
        (*_ingress("grpc", "generate"), *_ingress("http", "generate"), *_ingress("grpc", "info")),
    ),
    "selection": Subject(
        "Held-out A/B tests replayed through selection",
        (
            Line("CTR gain of the model's pick over the mean arm", "baselines.model.ctr_gain.value", "longest arm",
                 "baselines.longest arm.ctr_gain.value"),
            Line("share of other arms that it beats", "baselines.model.wins.value", "random arm",
                 "baselines.random arm.wins.value"),
        ),
    ),
}  # fmt: skip


def in_order(results: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The known results first."""
    order = [*(name for name in SUBJECTS if name in results), *(name for name in results if name not in SUBJECTS)]
    return {name: results[name] for name in order}
