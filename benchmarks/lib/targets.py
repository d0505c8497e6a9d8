"""Targets of load: the service over gRPC and HTTP, on this machine only."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Self

import grpc
import httpx

from benchmarks.lib.open_loop import Outcome, Reply, StageMs
from deployments.errors import Misconfigured
from deployments.types import Image
from pushgen.v1 import decision_pb2, service_pb2, service_pb2_grpc
from serve_app.contract.codec import to_message
from serve_app.contract.messages import GenerateNotificationRequest
from serve_app.demo.items import demo_items

GENERATE_PATH: Final = "/v1/notifications:generate"
INFO_PATH: Final = "/v1/info"
_PREFIX: Final = "STAGE_"
_PIXEL: Final = Image(
    data=base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
)
_CODES: Final = {
    grpc.StatusCode.RESOURCE_EXHAUSTED: Outcome.SHED,
    grpc.StatusCode.DEADLINE_EXCEEDED: Outcome.TIMEOUT,
}
_STATUSES: Final = {429: Outcome.SHED, 408: Outcome.TIMEOUT, 504: Outcome.TIMEOUT}
# Of one channel, or httpx's pool: more requests than that are never in flight.
_CONNECTIONS: Final = 1_000


def workload(*, photos: bool = False, **options: Any) -> list[GenerateNotificationRequest]:
    """Requests of the shipped demo items. `options` override each request's options.

    photos: with their photos; else each has one pixel, so that every stage has its call.
    """
    requests = []
    for request in (entry.request for entry in demo_items()):
        item = request.item if photos else request.item.model_copy(update={"images": (_PIXEL,), "frames": ()})
        request_options = request.options.model_copy(update=options)
        requests.append(request.model_copy(update={"item": item, "options": request_options}))
    return requests


def plain_request() -> GenerateNotificationRequest:
    """The demo item that has neither photos nor incumbents."""
    return next(r for r in workload() if r.item.id == "library-evening")


def loopback(address: str, option: str = "--address") -> str:
    """The address, when it is this machine's own; raises Misconfigured otherwise."""
    host, colon, port = address.removeprefix("http://").rpartition(":")
    if not colon or not port.isdigit():
        raise Misconfigured(f"{option} {address!r} is not HOST:PORT, for instance 127.0.0.1:9000")
    host = host.strip("[]")
    try:
        near = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        near = False
    if not near:
        raise Misconfigured(f"{option} {address!r} is not on this machine; load is offered to 127.0.0.1 only")
    return address


class GrpcTarget:
    """`GenerateNotification` on a channel of its own; the requests in turn. Nothing is retried."""

    kind = "grpc"

    def __init__(self, address: str, requests: Sequence[GenerateNotificationRequest]) -> None:
        # Built beforehand: what the generator does in a run, it takes from the service on the same cores.
        self._messages = [to_message(r, service_pb2.GenerateNotificationRequest) for r in requests]
        options = [("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1), ("grpc.enable_http_proxy", 0)]
        self._channel = grpc.aio.insecure_channel(loopback(address), options)
        self._stub = service_pb2_grpc.PushGenServiceStub(self._channel)  # type: ignore[no-untyped-call]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._channel.close()

    async def send(self, index: int, timeout_s: float) -> Reply:
        try:
            return await self._ask(index, timeout_s)
        except grpc.aio.AioRpcError as error:
            return Reply(_CODES.get(error.code(), Outcome.ERROR), error.code().name)

    async def _ask(self, index: int, timeout_s: float) -> Reply:
        answer = await self._stub.GenerateNotification(self._messages[index % len(self._messages)], timeout=timeout_s)
        decision = answer.decision
        return Reply(
            Outcome.OK,
            degraded=decision.partial,
            stages={
                _stage(decision_pb2.Stage.Name(t.stage)): StageMs(t.wall_ms, t.queue_ms, t.compute_ms)
                for t in decision.timings
            },
        )


class GrpcInfoTarget(GrpcTarget):
    """`GetServiceInfo`, which the ingress answers by itself."""

    def __init__(self, address: str) -> None:
        super().__init__(address, ())

    async def _ask(self, index: int, timeout_s: float) -> Reply:  # noqa: ARG002 - one request for all
        await self._stub.GetServiceInfo(service_pb2.GetServiceInfoRequest(), timeout=timeout_s)
        return Reply(Outcome.OK)


class HttpTarget:
    """The same over HTTP/1.1, connections kept alive."""

    kind = "http"

    def __init__(self, address: str, requests: Sequence[GenerateNotificationRequest]) -> None:
        self._bodies = [r.model_dump_json(exclude_none=True).encode() for r in requests]
        self._client = httpx.AsyncClient(
            base_url=f"http://{loopback(address).removeprefix('http://')}",
            headers={"content-type": "application/json"},
            limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def send(self, index: int, timeout_s: float) -> Reply:
        try:
            answer = await self._ask(index, timeout_s)
        except httpx.TimeoutException:
            return Reply(Outcome.TIMEOUT, "TIMEOUT")
        except httpx.TransportError as error:
            return Reply(Outcome.ERROR, type(error).__name__)
        if answer.status_code != httpx.codes.OK:
            return Reply(_STATUSES.get(answer.status_code, Outcome.ERROR), str(answer.status_code))
        return self._read(answer)

    async def _ask(self, index: int, timeout_s: float) -> httpx.Response:
        body = self._bodies[index % len(self._bodies)]
        return await self._client.post(GENERATE_PATH, content=body, timeout=timeout_s)

    def _read(self, answer: httpx.Response) -> Reply:
        decision = answer.json()["decision"]
        return Reply(
            Outcome.OK,
            degraded=decision.get("partial", False),
            stages={
                _stage(t["stage"]): StageMs(t["wall_ms"], t["queue_ms"], t["compute_ms"])
                for t in decision.get("timings", ())
            },
        )


class HttpInfoTarget(HttpTarget):
    """The same over HTTP."""

    def __init__(self, address: str) -> None:
        super().__init__(address, ())

    async def _ask(self, index: int, timeout_s: float) -> httpx.Response:  # noqa: ARG002 - one request for all
        return await self._client.get(INFO_PATH, timeout=timeout_s)

    def _read(self, answer: httpx.Response) -> Reply:  # noqa: ARG002 - there is nothing of a stage in it
        return Reply(Outcome.OK)


TARGETS: Final = {kind.kind: kind for kind in (GrpcTarget, HttpTarget)}
INFO_TARGETS: Final = {kind.kind: kind for kind in (GrpcInfoTarget, HttpInfoTarget)}


@asynccontextmanager
async def target_of(
    protocol: str, address: str, requests: Sequence[GenerateNotificationRequest]
) -> AsyncIterator[GrpcTarget | HttpTarget]:
    """A target of the protocol, closed afterwards. Raises Misconfigured for an address off this machine."""
    async with TARGETS[protocol](address, requests) as target:
        yield target


def _stage(name: str) -> str:
    return name.removeprefix(_PREFIX).lower()
