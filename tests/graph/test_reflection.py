"""Reflection as Serve's proxy serves it: v1 beside v1alpha, both with every service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import pytest
import pytest_asyncio
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_reflection.v1alpha import reflection_pb2
from ray.serve._private.grpc_util import start_grpc_server
from ray.serve.config import gRPCOptions

from serve_app.demo.local import free_port
from serve_app.ingress.reflection import SERVICE_NAME

V1ALPHA = "grpc.reflection.v1alpha.ServerReflection"
SERVICES = {"pushgen.v1.PushGenService", "grpc.health.v1.Health", V1ALPHA, SERVICE_NAME}
Ask = Callable[..., Any]


@pytest_asyncio.fixture(params=[V1ALPHA, SERVICE_NAME])
async def ask(request: pytest.FixtureRequest) -> AsyncIterator[Ask]:
    """Ask the proxy's server by one of the versions."""

    def never_called(**_: Any) -> Callable[..., Any]:
        async def handle(*_: Any) -> None:
            raise AssertionError("reflection went to a replica")

        return handle

    options = gRPCOptions(
        port=free_port(),
        grpc_servicer_functions=[
            "serve_app.ingress.reflection.add_ServerReflectionServicer_to_server",
            "pushgen.v1.service_pb2_grpc.add_PushGenServiceServicer_to_server",
            "grpc_health.v1.health_pb2_grpc.add_HealthServicer_to_server",
        ],
    )
    task, server = await start_grpc_server(never_called, options, event_loop=asyncio.get_running_loop())
    async with grpc.aio.insecure_channel(f"127.0.0.1:{options.port}") as channel:
        call = channel.stream_stream(
            f"/{request.param}/ServerReflectionInfo",
            request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
            response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
        )

        async def ask_once(**question: str) -> Any:
            return await call(iter([reflection_pb2.ServerReflectionRequest(**question)]), timeout=10).read()

        yield ask_once
    await server.stop(None)
    await task


async def test_both_versions_list_and_describe_every_service(ask: Ask) -> None:
    listed = await ask(list_services="")
    names = [service.name for service in listed.list_services_response.service]
    assert sorted(names) == sorted(SERVICES)
    for name in names:
        answer = await ask(file_containing_symbol=name)
        described = [FileDescriptorProto.FromString(f) for f in answer.file_descriptor_response.file_descriptor_proto]
        assert any(f"{f.package}.{service.name}" == name for f in described for service in f.service), name


async def test_an_unknown_symbol_is_not_found(ask: Ask) -> None:
    answer = await ask(file_containing_symbol="nobody.Service")
    assert answer.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
