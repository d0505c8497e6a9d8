"""An in-process gRPC server around the adapter, as Serve's proxy would call it; example requests, event reader."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import grpc
import uvicorn
from grpc_health.v1 import health_pb2_grpc

from serve_app.access.gate import Access, OpenAccess
from serve_app.contract.servicer import add_service_to_server
from serve_app.contract.verbs import VERBS, UnaryVerb, Verb
from serve_app.ingress import examples
from serve_app.ingress.core import Service
from serve_app.ingress.grpc import GrpcAdapter
from serve_app.ingress.http import create_app

UNARY_VERBS = [verb for verb in VERBS if isinstance(verb, UnaryVerb)]


def example_body(verb: Verb) -> dict[str, Any]:
    """The JSON of a request of the verb, without a request id."""
    if verb.method == "GET":
        return {}
    example = next(iter(examples.REQUESTS[verb.rpc].values()))["value"]
    return {key: value for key, value in example.items() if key != "request_id"}


def events(text: str) -> list[tuple[str, dict[str, Any], str | None]]:
    """(name, data, id) of each server-sent event."""
    parsed = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        parsed.append((fields["event"], json.loads(fields["data"]), fields.get("id")))
    return parsed


@asynccontextmanager
async def serving(
    service: Service,
    address: str = "127.0.0.1:0",
    interceptors: Sequence[grpc.aio.ServerInterceptor] = (),
    access: Access | None = None,
) -> AsyncIterator[str]:
    """The address of a server of `service`, by default on a port of its own."""
    adapter = GrpcAdapter()
    adapter.service, adapter.watch_period_s, adapter.watch_life_s = service, 0.01, 0.2
    adapter.access = access or OpenAccess()
    server = grpc.aio.server(interceptors=interceptors, options=[("grpc.max_receive_message_length", -1)])
    add_service_to_server(adapter, server)
    health_pb2_grpc.add_HealthServicer_to_server(adapter, server)
    port = server.add_insecure_port(address)
    await server.start()
    try:
        yield address.replace(":0", f":{port}") if address.endswith(":0") else address
    finally:
        await server.stop(None)


@asynccontextmanager
async def serving_http(service: Service) -> AsyncIterator[str]:
    """The address of an HTTP server of `service`, on a port of its own."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        # A service that hangs would hold the server open for ever.
        config = uvicorn.Config(
            create_app(lambda: service), log_level="critical", lifespan="off", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve([listening]))
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
