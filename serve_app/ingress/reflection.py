"""`grpc.reflection.v1`, for Serve's proxy: Ray answers for v1alpha alone, and newer tools ask for v1.

It works as the v1alpha of grpcio-reflection, which has no v1 yet; both have the same messages under another name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.reflection import aio

SERVICE_NAME = "grpc.reflection.v1.ServerReflection"
_FILE_NAME = "grpc/reflection/v1/reflection.proto"


def add_ServerReflectionServicer_to_server(servicer: Any, server: Any) -> None:  # noqa: N802 - as generated ones
    """Serve's proxy calls it for a line of `grpc_servicer_functions`. It answers in the proxy, without a replica."""
    del servicer
    _describe()

    async def answer(requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
        # The services are read now: others may be added after this one.
        async for response in aio.ReflectionServicer(_services(server)).ServerReflectionInfo(requests, context):
            yield response

    method = grpc.stream_stream_rpc_method_handler(
        answer,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    server.add_passthrough_service(SERVICE_NAME)
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(SERVICE_NAME, {"ServerReflectionInfo": method}),)
    )


def _services(server: Any) -> list[str]:
    """Return the services that Serve's own reflection names, too."""
    from ray.serve._private.grpc_util import get_service_names  # noqa: PLC0415 - in the proxy only

    return sorted(get_service_names(server.generic_rpc_handlers) - {"ray.serve.RayServeAPIService"})


def _describe() -> None:
    """Put v1's description where reflection finds it: a caller that lists the services asks what each one is."""
    pool = descriptor_pool.Default()
    try:
        pool.FindFileByName(_FILE_NAME)
    except KeyError:
        described = descriptor_pb2.FileDescriptorProto()
        reflection_pb2.DESCRIPTOR.CopyToProto(described)
        described.name, described.package = _FILE_NAME, "grpc.reflection.v1"
        fields = [field for message in described.message_type for field in message.field if field.type_name]
        for field in fields:
            field.type_name = _renamed(field.type_name)
        for method in described.service[0].method:
            method.input_type, method.output_type = _renamed(method.input_type), _renamed(method.output_type)
        pool.AddSerializedFile(described.SerializeToString())


def _renamed(type_name: str) -> str:
    return type_name.replace(".grpc.reflection.v1alpha.", ".grpc.reflection.v1.")
