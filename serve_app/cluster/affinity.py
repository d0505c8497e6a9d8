"""Sends what is asked for one item to the replica that has its prefix in its KV cache, or its caption in memory.

Built on Serve's public base of request routers. Of its own routers, the consistent-hash one is experimental, replaces
private parts of that base, and goes on to the next replica on the ring, however busy that one is.

Serve carries this module to its processes by value, so it imports little.
"""

from __future__ import annotations

import hashlib
import random
from typing import Any

from ray.serve.request_router import PendingRequest, RequestRouter, RunningReplica

from deployments.types import GenerationTask


def item_key(task: GenerationTask) -> str:
    """The key of an item: its id, else a hash of its content."""
    if task.item.id:
        return task.item.id
    return hashlib.sha256(f"{task.item.model_dump_json()}\0{task.caption}".encode()).hexdigest()


class ItemAffinityRouter(RequestRouter):
    """Prefers one replica for each `session_id` of a handle, by rendezvous hashing (Thaler and Ravishankar, 1998).

    Every caller prefers the same one, and a replica that comes or goes moves only the keys that are its own. One that
    is full, or has `max_imbalance` calls more than the least busy, is passed over for the least busy: a call never
    waits for its preferred replica. A call without a key goes to the less busy of two at random.
    """

    def initialize_state(self, **kwargs: Any) -> None:
        self._max_imbalance = int(kwargs["max_imbalance"])

    async def choose_replicas(
        self, candidate_replicas: list[RunningReplica], pending_request: PendingRequest | None = None
    ) -> list[list[RunningReplica]]:
        """Ranks of replicas; Serve takes the least busy one that has room of the first rank that has one."""
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

    def _crowded(self, preferred: RunningReplica, candidates: list[RunningReplica]) -> bool:
        """By the last that is known of the replicas' calls, those of other callers included. Not known is not crowded:
        Serve then asks."""
        known = {r.replica_id: self.replica_queue_len_cache.get(r.replica_id) for r in candidates}
        own = known[preferred.replica_id]
        if own is None:
            return False
        least = min(n for n in known.values() if n is not None)
        return own >= preferred.max_ongoing_requests or own - least > self._max_imbalance


def _weight(key: str, replica: str) -> bytes:
    return hashlib.blake2b(f"{key}\0{replica}".encode(), digest_size=8).digest()
