"""Registers the service with a gRPC server, for `grpc_servicer_functions` of a Serve config.

As the generated function does it, but the bytes of a request reach the ingress unread. A server that cannot parse them
answers UNKNOWN with the words of its own exception; the ingress answers INVALID_ARGUMENT with the contract's details.
Serve's proxy is spared the parsing.
"""

from __future__ import annotations

from typing import Any

import grpc
from google.protobuf.message import Message

from pushgen.v1 import service_pb2


def add_service_to_server(servicer: Any, server: Any) -> None:
    """Add `servicer`, which has a method for each RPC, to a server of grpc, grpc.aio or Serve."""
    service = service_pb2.DESCRIPTOR.services_by_name["PushGenService"]
    handlers: dict[str, grpc.RpcMethodHandler] = {}
    for rpc in service.methods:
        kind = grpc.unary_stream_rpc_method_handler if rpc.server_streaming else grpc.unary_unary_rpc_method_handler
        method = getattr(servicer, rpc.name)
        handlers[rpc.name] = kind(method, request_deserializer=None, response_serializer=_serialized)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service.full_name, handlers),))
    server.add_registered_method_handlers(service.full_name, handlers)


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()
