"""Registers the service with a gRPC server, for `grpc_servicer_functions` of a Serve config.

As the generated function does it, but the bytes of a request reach the ingress unread. A server that cannot parse them
answers UNKNOWN with the words of its own exception; the ingress answers INVALID_ARGUMENT with the contract's details.
Serve's proxy is spared the parsing. Of a message that is too large, the reason goes on in its place.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

import grpc
from google.protobuf.message import Message

from deployments.errors import InvalidInput, Violation
from deployments.safe_log import protect
from pushgen.v1 import service_pb2
from serve_app.contract.proxy_errors import in_our_words
from serve_app.contract.size import MAX_REQUEST_BYTES

logger = logging.getLogger("ray.serve")

# The only bound before a message is in memory. Serve reads it where its proxy runs; its own default is 2 GiB.
MAX_MESSAGE_VARIABLE: Final = "RAY_SERVE_GRPC_MAX_MESSAGE_SIZE"
# Whether Serve's proxies hand requests on by gRPC, which replicas take up to a size, 4 MiB by default. -1: any.
PROXY_BY_GRPC_VARIABLE: Final = "RAY_SERVE_PROXY_USE_GRPC"
MAX_HANDED_ON_VARIABLE: Final = "RAY_SERVE_REPLICA_GRPC_MAX_MESSAGE_LENGTH"
_WRAPPING: Final = 2**16


def add_service_to_server(servicer: Any, server: Any) -> None:
    """Add `servicer`, which has a method for each RPC, to a server of grpc, grpc.aio or Serve."""
    protect(logger)  # of Serve's proxy: it writes request ids of callers
    service = service_pb2.DESCRIPTOR.services_by_name["PushGenService"]
    receive = _receiver()
    handlers: dict[str, grpc.RpcMethodHandler] = {}
    for rpc in service.methods:
        kind = grpc.unary_stream_rpc_method_handler if rpc.server_streaming else grpc.unary_unary_rpc_method_handler
        method = getattr(servicer, rpc.name)
        handlers[rpc.name] = kind(method, request_deserializer=receive, response_serializer=_serialized)
    with in_our_words(server):
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service.full_name, handlers),))
        server.add_registered_method_handlers(service.full_name, handlers)


def _receiver() -> Callable[[bytes], bytes | InvalidInput]:
    """Return what hands on a message, or why it is refused. Says so when the server itself has no bound."""
    own = os.environ.get(MAX_MESSAGE_VARIABLE, "")
    if not own:
        logger.warning(
            "%s is not set: this process takes gRPC messages of up to 2 GiB into memory before it refuses those of "
            "more than %d bytes. Set it to that number on every node before Ray starts.",
            MAX_MESSAGE_VARIABLE,
            MAX_REQUEST_BYTES,
        )
    limit = min(int(own or MAX_REQUEST_BYTES), _handed_on(os.environ))

    def receive(data: bytes) -> bytes | InvalidInput:
        if len(data) <= limit:
            return data
        return InvalidInput([Violation("request", f"has {len(data)} bytes, at most {limit} are allowed")])

    return receive


def _handed_on(env: Mapping[str, str]) -> int:
    """Return the most bytes that this process can hand on to a replica: by Serve's default, any number."""
    by_grpc = env.get(PROXY_BY_GRPC_VARIABLE) or env.get("RAY_SERVE_USE_GRPC_BY_DEFAULT")
    most = int(env.get(MAX_HANDED_ON_VARIABLE) or 4 * 2**20)
    return most - _WRAPPING if by_grpc == "1" and most > 0 else sys.maxsize


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()
