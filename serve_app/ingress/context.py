"""The part of a gRPC servicer context that the adapters use, and the closing of streams."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

import grpc

T = TypeVar("T")


class RpcContext(Protocol):
    """Fits ray.serve's RayServegRPCContext (which has no abort and no deadline) and grpc.aio's ServicerContext."""

    def invocation_metadata(self) -> Iterable[tuple[str, Any]] | None: ...

    def trailing_metadata(self) -> Iterable[tuple[str, Any]] | None: ...

    def set_trailing_metadata(self, trailing_metadata: Sequence[tuple[str, Any]], /) -> None: ...

    def set_code(self, code: grpc.StatusCode, /) -> None: ...

    def set_details(self, details: str, /) -> None: ...


@asynccontextmanager
async def closing(events: AsyncIterator[T]) -> AsyncIterator[AsyncIterator[T]]:
    """Close a stream of the service when its reader stops, so that its generation ends before garbage collection."""
    try:
        yield events
    finally:
        close = getattr(events, "aclose", None)
        if close is not None:
            await close()
