"""Bulk calls of a running service: many requests in, one answer each out, as they finish."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from deployments.errors import InvalidInput, Overloaded, PushGenError
from deployments.types import Decision, Item
from serve_app.client import PushGenClient, cli_input
from serve_app.client.cli_files import Entry
from serve_app.contract.messages import BatchEntry, GenerateNotificationRequest

Answer = tuple[int, Decision | PushGenError]
_ATTEMPTS = 8


def read(source: str, defaults: dict[str, Any], report_ignored: Callable[[set[str]], None]) -> list[Entry]:
    """Read a request from each line of a file of requests or items. A line overrides the `defaults`.

    A line may be an item of a content feed: its `alt_text` becomes the caption. Keys that an Item does not have are
    left out and passed to `report_ignored`. What is wrong with a line is in its place. Raises BadArgument.
    """
    ignored: set[str] = set()

    def of_feed(request: dict[str, Any]) -> dict[str, Any]:
        if set(request) == {"item"} and isinstance(request["item"], dict):
            ignored.update(_trimmed(request["item"]))
        return request

    def with_defaults(entry: Entry) -> Entry:
        if isinstance(entry.content, InvalidInput):
            return entry
        return entry._replace(content=cli_input.merge(defaults, entry.content))

    entries = cli_input.load_many(source, GenerateNotificationRequest, of_feed)
    if ignored:
        report_ignored(ignored)
    return [with_defaults(entry) for entry in entries]


def _trimmed(item: dict[str, Any]) -> set[str]:
    """Make an item of what a feed has of one. Returns the keys that are left out."""
    alt_text = item.pop("alt_text", None)
    if alt_text and not item.get("caption") and not item.get("images"):
        item["caption"] = alt_text
    extra = item.keys() - Item.model_fields.keys()
    for key in extra:
        del item[key]
    return extra


def batched(client: PushGenClient, requests: Sequence[BatchEntry]) -> Iterator[Answer]:
    """Yield the answers with their index, in batches within the service's limit. What is no request is not sent."""
    yield from _refused(requests)
    good = [(i, request) for i, request in enumerate(requests) if not isinstance(request, InvalidInput)]
    size = client.info().limits.max_batch_items if good else 1
    for start in range(0, len(good), size):
        part = good[start : start + size]
        for index, answer in client.batch([request for _, request in part]):
            yield part[index][0], answer


def decisions(client: PushGenClient, requests: Sequence[BatchEntry], concurrency: int) -> Iterator[Answer]:
    """Yield the answers with their index, as they finish. Calls of an overloaded service are repeated later."""
    yield from _refused(requests)
    pool, stopped = ThreadPoolExecutor(concurrency), threading.Event()
    waiting: dict[Future[Decision], int] = {}
    upcoming = iter([(i, request) for i, request in enumerate(requests) if not isinstance(request, InvalidInput)])
    try:
        while True:
            while len(waiting) < concurrency and (following := next(upcoming, None)):
                waiting[pool.submit(_ask, client, following[1], stopped)] = following[0]
            if not waiting:
                return
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                index, error = waiting.pop(future), future.exception()
                if error is not None and not isinstance(error, PushGenError):
                    raise error
                yield index, error if isinstance(error, PushGenError) else future.result()
    finally:
        # Calls in flight end when the client closes: waiting for their answers would hold up Ctrl-C.
        stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)


def _refused(requests: Sequence[BatchEntry]) -> Iterator[Answer]:
    for index, request in enumerate(requests):
        if isinstance(request, InvalidInput):
            yield index, request


def _ask(client: PushGenClient, request: GenerateNotificationRequest, stopped: threading.Event) -> Decision:
    for attempt in range(1, _ATTEMPTS):
        try:
            return client.generate(request)
        except Overloaded as busy:
            if stopped.wait(busy.retry_after_s * attempt * random.uniform(1.0, 1.5)):  # noqa: S311 - spreads callers
                raise
    return client.generate(request)
