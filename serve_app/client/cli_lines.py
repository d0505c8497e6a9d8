"""Bulk calls of a running service: JSON lines in, one Decision per line out, as they finish."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from deployments.errors import InvalidInput, Overloaded, PushGenError
from deployments.types import Decision, Item
from serve_app.client import PushGenClient, cli_input
from serve_app.contract.messages import BatchEntry, GenerateNotificationRequest

_ATTEMPTS = 8


def read(
    source: str, defaults: dict[str, Any], report_ignored: Callable[[set[str]], None]
) -> list[dict[str, Any] | InvalidInput]:
    """Read a request from each line of a file of requests or items. A line overrides the `defaults`.

    A line may be an item of a content feed: its `alt_text` becomes the caption. Keys that an Item does not have are
    left out and passed to `report_ignored`. A line that is wrong is its own InvalidInput. Raises BadArgument.
    """
    ignored: set[str] = set()

    def of_feed(request: dict[str, Any]) -> dict[str, Any]:
        if set(request) == {"item"} and isinstance(request["item"], dict):
            ignored.update(_trimmed(request["item"]))
        return request

    requests = [
        line if isinstance(line, InvalidInput) else cli_input.merge(defaults, line)
        for line in cli_input.load_many(source, GenerateNotificationRequest, of_feed)
    ]
    if ignored:
        report_ignored(ignored)
    return requests


def _trimmed(item: dict[str, Any]) -> set[str]:
    """Make an item of what a feed has of one. Returns the keys that are left out."""
    alt_text = item.pop("alt_text", None)
    if alt_text and not item.get("caption") and not item.get("images"):
        item["caption"] = alt_text
    extra = item.keys() - Item.model_fields.keys()
    for key in extra:
        del item[key]
    return extra


def decisions(
    client: PushGenClient, requests: Sequence[BatchEntry], concurrency: int
) -> Iterator[tuple[int, Decision | PushGenError]]:
    """Yield the answers with their index, as they finish. Calls of an overloaded service are repeated later."""
    with ThreadPoolExecutor(concurrency) as pool:
        waiting: dict[Future[Decision], int] = {}
        upcoming = iter(enumerate(requests))
        try:
            while True:
                while len(waiting) < concurrency and (following := next(upcoming, None)):
                    waiting[pool.submit(_ask, client, following[1])] = following[0]
                if not waiting:
                    return
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    index, error = waiting.pop(future), future.exception()
                    if error is not None and not isinstance(error, PushGenError):
                        raise error
                    yield index, error if isinstance(error, PushGenError) else future.result()
        finally:
            for future in waiting:
                future.cancel()


def _ask(client: PushGenClient, request: BatchEntry) -> Decision:
    if isinstance(request, InvalidInput):
        raise request
    for attempt in range(1, _ATTEMPTS):
        try:
            return client.generate(request)
        except Overloaded as busy:
            time.sleep(busy.retry_after_s * attempt * random.uniform(1.0, 1.5))  # noqa: S311 - spreads callers
    return client.generate(request)
