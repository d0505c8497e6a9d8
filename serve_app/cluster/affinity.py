"""Sends the calls of one item to one replica, which has its prefix in the KV cache, or its caption in memory.

This is built on Serve's public base of request routers. Serve's own consistent-hash router is experimental, replaces
private parts of that base, and falls back to the next replica on the ring, also when that one is busy.

Serve pickles this module by value, so it imports little.
"""

from __future__ import annotations

import hashlib
import random
from typing import Any

from ray.serve.request_router import FIFOMixin, PendingRequest, RequestRouter, RunningReplica

from deployments.types import GenerationTask


def item_key(task: GenerationTask) -> str:
    """Return the key of an item: its id, else a hash of its content."""
    if task.item.id:
        return task.item.id
    return hashlib.sha256(f"{task.item.model_dump_json()}\0{task.caption}".encode()).hexdigest()


class ItemAffinityRouter(FIFOMixin, RequestRouter):
    """Prefers one replica for each `session_id` of a handle, by rendezvous hashing (Thaler and Ravishankar, 1998).

    Every caller prefers the same one, and a replica that comes or goes moves only its own keys. A replica that is full,
    or has `max_imbalance` calls more than the least busy one, is skipped for that one: a call never waits for its
    preferred replica. A call without a key goes to the less busy of two random replicas.

    Serve's base finds the call that a chosen replica is for by the id of the request that makes it. The items of a
    batch share that id: all but one would wait for ever. FIFOMixin finds calls by what the method below says, else in
    their order.
    """

    def initialize_state(self, **kwargs: Any) -> None:
        self._max_imbalance = int(kwargs["max_imbalance"])

    async def choose_replicas(
        self, candidate_replicas: list[RunningReplica], pending_request: PendingRequest | None = None
    ) -> list[list[RunningReplica]]:
        """Return ranks of replicas. Serve takes the least busy replica with room, from the first rank that has one."""
        if not candidate_replicas:
            return []
        if pending_request is not None:
            pending_request.routing_context.should_backoff = True  # else Serve tries again without a pause
        key = pending_request.metadata.session_id if pending_request is not None else ""
        if not key:
            return [random.sample(candidate_replicas, min(2, len(candidate_replicas))), candidate_replicas]
        preferred = max(candidate_replicas, key=lambda r: _weight(key, r.replica_id.unique_id))
        if self._crowded(preferred, candidate_replicas):
            return [candidate_replicas]
        return [[preferred], candidate_replicas]

    def _get_pending_request_matching_metadata(self, request_metadata: Any = None) -> PendingRequest | None:
        """Find the very call for which the replica was chosen."""
        calls = (call for call in self._pending_requests_to_fulfill if call.metadata is request_metadata)
        return next((call for call in calls if not call.future.done()), None)

    def _crowded(self, preferred: RunningReplica, candidates: list[RunningReplica]) -> bool:
        """Whether the preferred replica is too busy, by the last known queue lengths, which include other callers.

        A replica of unknown length is not crowded: Serve then asks it.
        """
        queue_lengths = {r.replica_id: self.replica_queue_len_cache.get(r.replica_id) for r in candidates}
        preferred_length = queue_lengths[preferred.replica_id]
        if preferred_length is None:
            return False
        least = min(n for n in queue_lengths.values() if n is not None)
        return preferred_length >= preferred.max_ongoing_requests or preferred_length - least > self._max_imbalance


def _weight(key: str, replica: str) -> bytes:
    return hashlib.blake2b(f"{key}\0{replica}".encode(), digest_size=8).digest()
