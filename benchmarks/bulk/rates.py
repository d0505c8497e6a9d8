"""Items/s of a bulk job and of the online graph, on the same items with the same seeds.

other_cpus: how many CPUs of the machine others used meanwhile.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.bulk.kills import started as bulk_started
from benchmarks.lib.cold_items import begun_with, cold_items
from benchmarks.lib.local_app import Failed, started
from benchmarks.lib.neighbours import neighbours
from deployments.types import Decision, Options
from serve_app.client import PushGenClient, cli_lines
from serve_app.contract.messages import GenerateNotificationRequest

_WARM_UP: Final = 4
# Profiles in which each item is asked for, as a push platform with several kinds of devices does.
PROFILES: Final = ("default", "ios")


def requests_of(items: int) -> list[GenerateNotificationRequest]:
    """Every item once in each profile, in no order, as a backlog has them."""
    requests = [
        GenerateNotificationRequest(item=item, options=Options(seed=n, length_profile=profile))
        for n, item in enumerate(cold_items(items // len(PROFILES)))
        for profile in PROFILES
    ]
    random.Random(0).shuffle(requests)  # noqa: S311 - an order
    return requests


def online(config: Path, requests: Sequence[GenerateNotificationRequest], concurrency: int) -> dict[str, Any]:
    """Send them as `pushgen generate --jsonl` does. Raises Failed for a request without a Decision."""
    began = time.monotonic()
    with started(config) as app, PushGenClient(app.address, application=app.application, timeout_s=120.0) as client:
        warm_up = [
            request.model_copy(update={"item": begun_with("Warm-up", request.item)}) for request in requests[:_WARM_UP]
        ]
        list(cli_lines.decisions(client, warm_up, concurrency))
        ready = time.monotonic()
        with neighbours() as others:
            answers = [answer for _, answer in cli_lines.decisions(client, requests, concurrency)]
            seconds, other_cpus = time.monotonic() - ready, others.cpus()
    failed = [answer for answer in answers if not isinstance(answer, Decision)]
    if failed or len(answers) != len(requests):
        raise Failed(f"{len(failed)} of {len(requests)} requests failed online: {failed[:1]}")
    tokens = [timing for answer in answers if isinstance(answer, Decision) for timing in answer.timings]
    return {
        "items_per_s": round(len(answers) / seconds, 3),
        "seconds": round(seconds, 1),
        "start_s": round(ready - began, 1),
        "partial": sum(answer.partial for answer in answers if isinstance(answer, Decision)),
        "output_tokens": sum(timing.output_tokens for timing in tokens),
        "cached_share": _share(
            sum(timing.cached_tokens for timing in tokens), sum(timing.prompt_tokens for timing in tokens)
        ),
        "other_cpus": other_cpus,
    }


def bulk(config: Path, requests: Sequence[GenerateNotificationRequest], workers: int) -> dict[str, Any]:
    """Decide them by `pushgen bulk`. Raises Failed."""
    with tempfile.TemporaryDirectory(prefix="pushgen-bulk-") as folder:
        source, out = Path(folder, "items.jsonl"), Path(folder, "out")
        lines = (json.dumps(r.model_dump(mode="json", exclude_defaults=True)) for r in requests)
        source.write_text("\n".join(lines) + "\n", encoding="utf-8")
        with neighbours() as others, bulk_started(source, out, config, "--workers", str(workers)) as job:
            if job.wait() != 0:
                raise Failed(f"the bulk job failed:\n{job.output()}")
            other_cpus = others.cpus()
        summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    run, tokens = summary["run"], summary["tokens"]
    return {
        "items_per_s": run["rows_per_s"],
        "seconds": run["answering_s"],
        "start_s": round(run["seconds"] - run["answering_s"], 1),
        "partial": summary["partial"],
        "output_tokens": tokens["output_tokens"],
        "cached_share": _share(tokens["cached_tokens"], tokens["prompt_tokens"]),
        "other_cpus": other_cpus,  # its start included
    }


def run(config: Path, items: int, concurrency: int, workers: int) -> dict[str, Any]:
    """Both, one after the other."""
    requests = requests_of(items)
    arms = {"online": online(config, requests, concurrency), "bulk": bulk(config, requests, workers)}
    return {
        "bulk_vs_online": round(arms["bulk"]["items_per_s"] / arms["online"]["items_per_s"], 3),
        **arms,
        "items": len(requests),
        "workers": workers,
        "online_concurrency": concurrency,
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0
