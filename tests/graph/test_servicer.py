"""Requests reach the ingress as bytes: those that do not parse are refused in the contract's words."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from deployments.errors import InvalidInput
from pushgen.v1 import item_pb2, service_pb2, service_pb2_grpc
from serve_app.client.calls import error_of
from serve_app.contract.servicer import (
    MAX_HANDED_ON_VARIABLE,
    MAX_MESSAGE_VARIABLE,
    PROXY_BY_GRPC_VARIABLE,
    add_service_to_server,
)
from serve_app.contract.verbs import VERBS, UnaryVerb, Verb
from serve_app.ingress.grpc import GrpcAdapter
from tests.graph.fake_service import FakeService
from tests.graph.servers import serving

SERVICE = "pushgen.v1.PushGenService"
HALF_AN_EMOJI = "\ud83c".encode("utf-8", "surrogatepass")
ITEM = item_pb2.Item(id="it", title="t")


class Registry:
    """A server that keeps what is registered with it."""

    def __init__(self) -> None:
        self.handlers: dict[str, grpc.RpcMethodHandler] = {}
        self.generic: list[grpc.GenericRpcHandler] = []

    def add_generic_rpc_handlers(self, handlers: tuple[grpc.GenericRpcHandler, ...]) -> None:
        self.generic += handlers

    def add_registered_method_handlers(self, service: str, handlers: dict[str, grpc.RpcMethodHandler]) -> None:
        self.handlers |= {f"/{service}/{name}": handler for name, handler in handlers.items()}


def registered(add: Any) -> Registry:
    registry = Registry()
    add(GrpcAdapter(), registry)
    return registry


def test_the_methods_are_those_of_the_generated_function_but_read_bytes() -> None:
    ours = registered(add_service_to_server)
    generated = registered(service_pb2_grpc.add_PushGenServiceServicer_to_server)
    assert ours.handlers.keys() == generated.handlers.keys()
    assert [handler.service_name() for handler in ours.generic] == [SERVICE]  # type: ignore[attr-defined]
    answer = service_pb2.GetServiceInfoResponse(version="1")
    for path, handler in ours.handlers.items():
        assert handler.response_streaming == generated.handlers[path].response_streaming, path
        assert handler.request_deserializer(b"unread") == b"unread", path
        assert handler.response_serializer(answer) == answer.SerializeToString(), path


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xff", "request: these bytes are no message"),
        (b'{"item": {}}', "request: these bytes are no message"),
        (b"\x0a\x05\x1a\x03" + HALF_AN_EMOJI, "item.title: must be valid Unicode"),
    ],
)
@pytest.mark.parametrize("verb", [v for v in VERBS if v.method == "POST" and v.name != "batch"], ids=lambda v: v.name)
async def test_bytes_that_do_not_parse(verb: Verb, data: bytes, words: str) -> None:
    async with serving(FakeService()) as address, grpc.aio.insecure_channel(address) as channel:
        metadata = [("request_id", "r7")]
        method = channel.unary_unary if isinstance(verb, UnaryVerb) else channel.unary_stream
        call = method(f"/{SERVICE}/{verb.rpc}")(data, metadata=metadata)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            _ = await call if isinstance(verb, UnaryVerb) else [raw async for raw in call]
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.details().startswith(words)
    error = error_of(caught.value, address)
    assert isinstance(error, InvalidInput)
    assert error.request_id == "r7"
    assert error.violations


async def test_a_server_of_the_generated_function_works_too() -> None:
    """As in a Serve config of an earlier version: messages arrive parsed."""
    adapter, server = GrpcAdapter(), grpc.aio.server()
    adapter.service = FakeService()
    service_pb2_grpc.add_PushGenServiceServicer_to_server(adapter, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        answer = await service_pb2_grpc.PushGenServiceStub(channel).GenerateNotification(
            service_pb2.GenerateNotificationRequest(item=ITEM)
        )
    await server.stop(None)
    assert answer.decision.item_id == "it"


@pytest.mark.parametrize("variable", [None, "5000"])
async def test_a_message_that_is_too_large_is_refused_with_its_size(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, variable: str | None
) -> None:
    """Also of a server whose own bound is higher, and of one that grows when it is decompressed."""
    monkeypatch.setattr("serve_app.contract.servicer.MAX_REQUEST_BYTES", 4000)
    monkeypatch.delenv(MAX_MESSAGE_VARIABLE, raising=False)
    if variable is not None:
        monkeypatch.setenv(MAX_MESSAGE_VARIABLE, variable)
    service, limit = FakeService(), int(variable or 4000)
    async with serving(service) as address, grpc.aio.insecure_channel(address) as channel:
        stub = service_pb2_grpc.PushGenServiceStub(channel)
        large = service_pb2.GenerateNotificationRequest(item={"images": [{"data": bytes(limit)}]})
        for compression in (grpc.Compression.NoCompression, grpc.Compression.Gzip):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await stub.GenerateNotification(large, compression=compression)
            error = error_of(caught.value, address)
            assert isinstance(error, InvalidInput)
            assert error.violations == [
                ("request", f"has {large.ByteSize()} bytes, at most {limit} are allowed"),
            ]
        with pytest.raises(grpc.aio.AioRpcError):
            async for _ in stub.StreamNotification(service_pb2.StreamNotificationRequest(item=large.item)):
                pass
    assert service.seen == []
    assert (MAX_MESSAGE_VARIABLE in caplog.text) is (variable is None)


@pytest.mark.parametrize(("most", "allowed"), [("", 4 * 2**20 - 2**16), ("-1", None)])
async def test_a_proxy_refuses_what_it_could_not_hand_on(
    monkeypatch: pytest.MonkeyPatch, most: str, allowed: int | None
) -> None:
    monkeypatch.setenv(PROXY_BY_GRPC_VARIABLE, "1")
    monkeypatch.setenv(MAX_HANDED_ON_VARIABLE, most)
    async with serving(FakeService()) as address, grpc.aio.insecure_channel(address) as channel:
        large = service_pb2.GenerateNotificationRequest(item={"images": [{"data": bytes(4 * 2**20)}]})
        try:
            await service_pb2_grpc.PushGenServiceStub(channel).GenerateNotification(large)
            refused = ""
        except grpc.aio.AioRpcError as error:
            refused = str(error_of(error, address))
    words = f"request: has {large.ByteSize()} bytes, at most {allowed} are allowed"
    assert refused == ("" if allowed is None else words)
