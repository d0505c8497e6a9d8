"""The request routers of stages with several replicas: a call avoids replicas, and items may have one of their own.

An item's own replica has its prefix in the KV cache, or its caption in memory.

This is built on Serve's public base of request routers. Serve's own consistent-hash router is experimental, replaces
private parts of that base, and falls back to the next replica on the ring, also when that one is busy.

Serve pickles this module by value, so it imports little.
"""

from __future__ import annotations

import hashlib
import random
from typing import Any

from ray.serve.request_router import PendingRequest, RequestRouter, RunningReplica

from deployments.deadline import Call, Route
from deployments.types import GenerationTask


def item_key(task: GenerationTask) -> str:
    """Return the key of an item: its id, else a hash of its content."""
    if task.item.id:
        return task.item.id
    return hashlib.sha256(f"{task.item.model_dump_json()}\0{task.caption}".encode()).hexdigest()


class StageRouter(RequestRouter):
    """Sends a call to the less busy of two random replicas, but to none that its `Route` avoids.

    Where all are avoided, none is: a replica that is lost at least says so.
    """

    async def choose_replicas(
        self, candidate_replicas: list[RunningReplica], pending_request: PendingRequest | None = None
    ) -> list[list[RunningReplica]]:
        """Return ranks of replicas. Serve takes the least busy replica with room, from the first rank that has one."""
        if pending_request is None:
            return self.ranks("", candidate_replicas)
        pending_request.routing_context.should_backoff = True  # else Serve tries again without a pause
        route = _route_of(pending_request)
        route.running = frozenset(replica.replica_id.unique_id for replica in candidate_replicas)
        candidates = [replica for replica in candidate_replicas if replica.replica_id.unique_id not in route.avoid]
        return self.ranks(pending_request.metadata.session_id, candidates or candidate_replicas)

    def ranks(self, key: str, candidates: list[RunningReplica]) -> list[list[RunningReplica]]:
        """Return the ranks for a call with this key; all candidates are allowed."""
        del key
        return [random.sample(candidates, min(2, len(candidates))), candidates] if candidates else []

    def _fulfill_next_pending_request(self, replica: RunningReplica, request_metadata: Any = None) -> None:
        """Give the replica to the call that it was chosen for, and note it in its route.

        Serve's own method finds the call by the id of the request that caused it. All items of a batch share that id,
        and all calls but one would wait for ever.
        """
        for pending in self._pending_requests_to_fulfill:
            if pending.metadata is request_metadata and not pending.future.done():
                _route_of(pending).replica = replica.replica_id.unique_id
                self._record_queue_wait_time(pending)
                self._remove_pending_request_from_indices(pending)
                pending.future.set_result(replica)
                return


class ItemAffinityRouter(StageRouter):
    """Prefers one replica for each `session_id` of a handle, by rendezvous hashing (Thaler and Ravishankar, 1998).

    Every caller prefers the same one, and a replica that comes or goes moves only its own keys. A replica that is full,
    or has `max_imbalance` calls more than the least busy one, is skipped for that one: a call never waits for its
    preferred replica. A call without a key goes to the less busy of two random replicas.
    """

    def initialize_state(self, **kwargs: Any) -> None:
        self._max_imbalance = int(kwargs["max_imbalance"])

    def ranks(self, key: str, candidates: list[RunningReplica]) -> list[list[RunningReplica]]:
        if not key or not candidates:
            return super().ranks(key, candidates)
        preferred = max(candidates, key=lambda r: _weight(key, r.replica_id.unique_id))
        if self._crowded(preferred, candidates):
            return [candidates]
        return [[preferred], candidates]

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


def _route_of(pending_request: PendingRequest) -> Route:
    """The route of the call among the arguments; one that nobody reads where a method takes no call."""
    return next((argument.route for argument in pending_request.args if isinstance(argument, Call)), Route())
