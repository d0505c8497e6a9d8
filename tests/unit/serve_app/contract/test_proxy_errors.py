"""Serve's own gRPC server, whose handlers fail as its proxy does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import Mock

import grpc
import pytest
from ray.serve._private.grpc_util import gRPCGenericServer

from deployments.errors import Overloaded, PushGenError, StageUnavailable
from deployments.types import Item
from serve_app.client import AsyncPushGenClient
from serve_app.contract.errors import DETAILS_KEY, to_status
from serve_app.contract.servicer import add_service_to_server
from serve_app.contract.verbs import STREAM

DIED = "\x1b[36mray::Replica\x1b[39m (pid=4242, ip=10.1.2.3)\nThe actor died unexpectedly before finishing this task."


class Proxy:
    """Answers with a code and words, as Serve's proxy does for a call that it could not finish."""

    def __init__(self, code: grpc.StatusCode, words: str, details: bytes = b"") -> None:
        self._failure = code, words, details
        self.closed = 0

    def handler(self, service_method: str, streaming_type: Any) -> Any:
        def fail(context: Any) -> None:
            code, words, details = self._failure
            context.set_trailing_metadata([("request_id", "r1"), *([(DETAILS_KEY, details)] if details else [])])
            context.set_code(code)
            context.set_details(words)

        async def unary(_request: Any, context: Any) -> bytes:
            fail(context)
            return b""

        async def stream(_request: Any, context: Any) -> AsyncIterator[bytes]:
            try:
                yield b""
                fail(context)
            finally:
                self.closed += 1

        return stream if service_method.endswith(STREAM.rpc) else unary


async def error_of(proxy: Proxy, *, stream: bool = False) -> PushGenError:
    server = gRPCGenericServer(proxy.handler)
    port = server.add_insecure_port("127.0.0.1:0")
    add_service_to_server(Mock(), server)
    assert server.service_handler_factory == proxy.handler, "other services keep Serve's own handlers"
    await server.start()
    try:
        async with AsyncPushGenClient(f"127.0.0.1:{port}", timeout_s=1.0) as client:
            if stream:
                async for _ in client.stream(Item(title="Tea")):
                    pass
            else:
                await client.generate(Item(title="Tea"))
    except PushGenError as error:
        return error
    finally:
        await server.stop(None)
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize("stream", [False, True])
async def test_a_lost_replica_is_unavailable_with_a_retry_time_and_shows_nothing(stream: bool) -> None:
    proxy = Proxy(grpc.StatusCode.INTERNAL, DIED)
    error = await error_of(proxy, stream=stream)
    assert type(error) is StageUnavailable
    assert error.request_id == "r1"
    assert not any(secret in str(error) for secret in ("4242", "10.1.2.3", "ray::"))
    assert proxy.closed == stream


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.RESOURCE_EXHAUSTED, Overloaded),
        (grpc.StatusCode.UNAVAILABLE, StageUnavailable),
        (grpc.StatusCode.INTERNAL, PushGenError),
    ],
)
async def test_other_errors_of_the_proxy_have_the_words_of_the_contract(
    code: grpc.StatusCode, kind: type[PushGenError]
) -> None:
    error = await error_of(Proxy(code, "Traceback (most recent call last): /srv/secret.py"))
    assert type(error) is kind
    assert "secret" not in str(error)


async def test_an_error_of_the_ingress_stays_as_it_is() -> None:
    ours = to_status(Overloaded("full", 3.0, "queue_full"), "r1").SerializeToString()
    error = await error_of(Proxy(grpc.StatusCode.RESOURCE_EXHAUSTED, "full", ours))
    assert isinstance(error, Overloaded)
    assert (error.shed, error.retry_after_s) == ("queue_full", 3.0)
