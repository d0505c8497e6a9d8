"""The Python client of `pushgen.v1`: contract models in and out, and the errors of `deployments/errors.py`.

    with PushGenClient("127.0.0.1:9000") as client:
        decision = client.generate(Item(title="Night train to Rome", images=(image("train.jpg"),)), timeout_s=15)
        print(decision.notification)

Imports neither Ray, torch nor vLLM. `AsyncPushGenClient` is the same with `await` and `async for`.

Every call has a `timeout_s`, or the client's. It is also the request's time budget, unless the request has one; for a
batch it is the timeout of the call, and no item's budget. A unary call that fails with UNAVAILABLE is tried up to three
times within the timeout, where the service says that it makes sense (`retries.py`). OVERLOADED is left to the caller,
who knows whether to shed load.

With TLS and an API key: `PushGenClient("push.example.com:443", credentials=tls(), api_key=key)`.

A proxy of the environment is used as gRPC does, but never for this machine. Where a cluster has several applications,
`PushGenClient(application="name")` says which one.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import grpc
from grpc_health.v1 import health_pb2_grpc

from deployments.errors import DeadlineExceeded, PushGenError
from deployments.types import Copy, Decision, Item
from pushgen.v1 import service_pb2_grpc
from serve_app.client import calls
from serve_app.client.address import DEFAULT_ADDRESS, Address
from serve_app.client.calls import LONGEST_TIMEOUT_S, Content, RpcCall, frame, image
from serve_app.client.credentials import key_metadata, tls
from serve_app.client.retries import Retries
from serve_app.client.unreachable import Unreachable
from serve_app.contract.messages import (
    CaptionItemRequest,
    CaptionItemResponse,
    CheckCopyRequest,
    CheckCopyResponse,
    GetServiceInfoRequest,
    GetServiceInfoResponse,
    RouteItemRequest,
    RouteItemResponse,
    ScoreCopiesRequest,
    ScoreCopiesResponse,
    StreamNotificationResponse,
)
from serve_app.contract.verbs import CAPTION, CHECK, INFO, ROUTE, SCORE

__all__ = ["AsyncPushGenClient", "PushGenClient", "Unreachable", "frame", "image", "tls"]

T = TypeVar("T")
Options = list[tuple[str, Any]]


class _Base:
    """Address, timeout and metadata of the calls."""

    def __init__(
        self,
        address: str = DEFAULT_ADDRESS,
        *,
        timeout_s: float | None = None,
        credentials: grpc.ChannelCredentials | None = None,
        api_key: str | None = None,
        metadata: Sequence[tuple[str, str]] = (),
        application: str = "",
    ) -> None:
        """Open a channel. Raises ValueError for an address, or a key, that is none.

        credentials: for TLS, see `tls`; None for none. api_key: of a tenant; it travels in clear where there is no TLS.
        application: its name, where the cluster has several.
        """
        self._address = Address.of(address, secure=credentials is not None)
        self._timeout_s = timeout_s
        self._metadata = (*calls.application_metadata(application), *key_metadata(api_key), *metadata)
        options = calls.channel_options() + self._address.options
        self._channel = self._open(self._address.target, options, credentials)
        self._retries = Retries()
        self._stubs: tuple[Any, ...] = (
            service_pb2_grpc.PushGenServiceStub(self._channel),  # type: ignore[no-untyped-call]
            health_pb2_grpc.HealthStub(self._channel),
        )

    def _open(self, target: str, options: Options, credentials: grpc.ChannelCredentials | None) -> Any:
        raise NotImplementedError

    def _deadline_s(self, timeout_s: float | None) -> float:
        limit_s = self._timeout_s if timeout_s is None else timeout_s
        if limit_s is not None and math.isnan(limit_s):
            raise ValueError("timeout_s is not a number")
        return math.inf if limit_s is None else time.monotonic() + min(limit_s, LONGEST_TIMEOUT_S)

    def _start(self, call: RpcCall[Any], deadline_s: float) -> Any:
        """Begin the call. Returns an answer, an awaitable or an iterator, by the RPC and the channel."""
        limit_s = None if deadline_s == math.inf else deadline_s - time.monotonic()
        if limit_s is not None and limit_s <= 0:
            raise DeadlineExceeded("the timeout passed before the call was made")
        message = call.message(limit_s)
        rpc = next(getattr(stub, call.rpc) for stub in self._stubs if hasattr(stub, call.rpc))
        metadata = (*self._metadata, *calls.metadata_of(message))
        return rpc(message, timeout=call.transport_timeout_s(message, limit_s), metadata=metadata)

    def _error(self, error: Any) -> PushGenError:
        return calls.error_of(error, self._address)

    def _pause_s(self, error: Any, call: RpcCall[Any], tries: int, deadline_s: float) -> float:
        """Return the seconds until the next try. Raises the call's error if there is none."""
        raised = self._error(error)
        pause_s = self._retries.pause_s(raised, call, tries, deadline_s - time.monotonic())
        if pause_s is None:
            raise raised from None
        return pause_s


class PushGenClient(_Base):
    """The synchronous client, on one channel. Threads may share it."""

    def _open(self, target: str, options: Options, credentials: grpc.ChannelCredentials | None) -> grpc.Channel:
        if credentials is None:
            return grpc.insecure_channel(target, options)
        return grpc.secure_channel(target, credentials, options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._channel.close()

    def generate(self, request: Content, *, timeout_s: float | None = None) -> Decision:
        """Generate one Decision for an item or a request."""
        return self._call(calls.generate(request), timeout_s)

    def stream(self, request: Content, *, timeout_s: float | None = None) -> Iterator[StreamNotificationResponse]:
        """Generate, and yield events as they happen, `decided` last. Closing the iterator cancels the request."""
        return self._iterate(calls.stream(request), timeout_s)

    def batch(
        self, requests: Sequence[Content], *, request_id: str = "", timeout_s: float | None = None
    ) -> Iterator[tuple[int, Decision | PushGenError]]:
        """Yield (index, answer) for many items, as they finish.

        An item's error is its answer and is not raised, one that is found before anything is sent among them.
        """
        return self._iterate(calls.batch(requests, request_id), timeout_s)

    def caption(self, request: Item | CaptionItemRequest, *, timeout_s: float | None = None) -> CaptionItemResponse:
        return self._call(calls.unary(CAPTION, request), timeout_s)

    def route(self, request: Item | RouteItemRequest, *, timeout_s: float | None = None) -> RouteItemResponse:
        return self._call(calls.unary(ROUTE, request), timeout_s)

    def score(
        self,
        request: Item | ScoreCopiesRequest,
        copies: Sequence[Copy] | None = None,
        *,
        timeout_s: float | None = None,
    ) -> ScoreCopiesResponse:
        """Rank copies of an item, from a request, or an item and its copies."""
        return self._call(calls.unary(SCORE, request, copies=tuple(copies or ())), timeout_s)

    def check(
        self, request: Item | CheckCopyRequest, copies: Sequence[Copy] = (), *, timeout_s: float | None = None
    ) -> CheckCopyResponse:
        """Check copies by the policy rules, from a request, or an item and its copies."""
        return self._call(calls.unary(CHECK, request, copies=tuple(copies)), timeout_s)

    def info(self, *, timeout_s: float | None = None) -> GetServiceInfoResponse:
        return self._call(calls.unary(INFO, GetServiceInfoRequest()), timeout_s)

    def health(self, *, timeout_s: float | None = None) -> bool:
        """Whether the service is SERVING: it can answer, perhaps degraded. Raises when it does not answer."""
        return self._call(calls.health(), timeout_s)

    def _call(self, call: RpcCall[T], timeout_s: float | None) -> T:
        deadline_s = self._deadline_s(timeout_s)
        self._retries.called()
        for tries in itertools.count(1):
            try:
                return call.read(self._start(call, deadline_s))
            except grpc.RpcError as error:
                time.sleep(self._pause_s(error, call, tries, deadline_s))
        raise AssertionError("unreachable")

    def _iterate(self, call: RpcCall[T | None], timeout_s: float | None) -> Iterator[T]:
        yield from call.refusals
        if call.request is None:
            return
        answers = self._start(call, self._deadline_s(timeout_s))
        try:
            for answer in answers:
                decoded = call.read(answer)
                if decoded is not None:
                    yield decoded
        except grpc.RpcError as error:
            raise self._error(error) from None
        finally:
            answers.cancel()


class AsyncPushGenClient(_Base):
    """The asynchronous client, over grpc.aio. Create it inside the event loop that uses it."""

    def _open(self, target: str, options: Options, credentials: grpc.ChannelCredentials | None) -> grpc.aio.Channel:
        if credentials is None:
            return grpc.aio.insecure_channel(target, options)
        return grpc.aio.secure_channel(target, credentials, options)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._channel.close()

    async def generate(self, request: Content, *, timeout_s: float | None = None) -> Decision:
        return await self._call(calls.generate(request), timeout_s)

    def stream(self, request: Content, *, timeout_s: float | None = None) -> AsyncIterator[StreamNotificationResponse]:
        return self._iterate(calls.stream(request), timeout_s)

    def batch(
        self, requests: Sequence[Content], *, request_id: str = "", timeout_s: float | None = None
    ) -> AsyncIterator[tuple[int, Decision | PushGenError]]:
        return self._iterate(calls.batch(requests, request_id), timeout_s)

    async def caption(
        self, request: Item | CaptionItemRequest, *, timeout_s: float | None = None
    ) -> CaptionItemResponse:
        return await self._call(calls.unary(CAPTION, request), timeout_s)

    async def route(self, request: Item | RouteItemRequest, *, timeout_s: float | None = None) -> RouteItemResponse:
        return await self._call(calls.unary(ROUTE, request), timeout_s)

    async def score(
        self,
        request: Item | ScoreCopiesRequest,
        copies: Sequence[Copy] | None = None,
        *,
        timeout_s: float | None = None,
    ) -> ScoreCopiesResponse:
        return await self._call(calls.unary(SCORE, request, copies=tuple(copies or ())), timeout_s)

    async def check(
        self, request: Item | CheckCopyRequest, copies: Sequence[Copy] = (), *, timeout_s: float | None = None
    ) -> CheckCopyResponse:
        return await self._call(calls.unary(CHECK, request, copies=tuple(copies)), timeout_s)

    async def info(self, *, timeout_s: float | None = None) -> GetServiceInfoResponse:
        return await self._call(calls.unary(INFO, GetServiceInfoRequest()), timeout_s)

    async def health(self, *, timeout_s: float | None = None) -> bool:
        return await self._call(calls.health(), timeout_s)

    async def _call(self, call: RpcCall[T], timeout_s: float | None) -> T:
        deadline_s = self._deadline_s(timeout_s)
        self._retries.called()
        for tries in itertools.count(1):
            try:
                return call.read(await self._start(call, deadline_s))
            except grpc.RpcError as error:
                await asyncio.sleep(self._pause_s(error, call, tries, deadline_s))
        raise AssertionError("unreachable")

    async def _iterate(self, call: RpcCall[T | None], timeout_s: float | None) -> AsyncIterator[T]:
        for refused in call.refusals:
            yield refused
        if call.request is None:
            return
        answers = self._start(call, self._deadline_s(timeout_s))
        try:
            async for answer in answers:
                decoded = call.read(answer)
                if decoded is not None:
                    yield decoded
        except grpc.RpcError as error:
            raise self._error(error) from None
        finally:
            answers.cancel()
