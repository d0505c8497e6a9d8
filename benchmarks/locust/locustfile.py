"""Locust users of the service: gRPC and HTTP side by side, closed loop, with jittered waits.

    locust -f benchmarks/locust/locustfile.py --host http://127.0.0.1:8000 --grpc-address 127.0.0.1:9000

`--host` is the HTTP address; without `--grpc-address`, gRPC is port 9000 of the same host. Name `GrpcUser` or
`HttpUser` at the end to have one kind only. A closed loop slows down with the service: for latency under a given load
there is `python -m benchmarks.load`.
"""

from __future__ import annotations

import itertools
import time
from typing import Any, Final
from urllib.parse import urlsplit

import grpc
import grpc.experimental.gevent as grpc_gevent
from locust import FastHttpUser, User, between, events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

from benchmarks.lib.targets import GENERATE_PATH, loopback, workload
from deployments.errors import Misconfigured
from pushgen.v1 import service_pb2, service_pb2_grpc
from serve_app.contract.codec import to_message

# Before any channel, else gRPC's core blocks the one thread that all users share. Locust has patched Python by now.
grpc_gevent.init_gevent()

TIMEOUT_S: Final = 30.0
# Users who start together and answer in step would arrive in bursts: the wait is drawn anew each time.
_WAIT_S: Final = (0.05, 0.15)
_REQUESTS: Final = workload()
_MESSAGES: Final = [to_message(r, service_pb2.GenerateNotificationRequest) for r in _REQUESTS]
_BODIES: Final = [r.model_dump_json(exclude_none=True) for r in _REQUESTS]


@events.init_command_line_parser.add_listener
def _options(parser: LocustArgumentParser) -> None:
    parser.add_argument("--grpc-address", default="", help="HOST:PORT of the service's gRPC, on this machine")


@events.init.add_listener
def _loopback_only(environment: Environment, **_: Any) -> None:
    """Refuse to offer load to another machine, with one line instead of locust's traceback."""
    if environment.host:
        try:
            _check(environment)
        except Misconfigured as error:
            raise SystemExit(f"error: {error}") from None


@events.test_start.add_listener
def _loopback_still(environment: Environment, **_: Any) -> None:
    """The host may have been changed in the web UI. What is raised here, locust logs: so quit, too."""
    try:
        _check(environment)
    except Misconfigured:
        if environment.runner:
            environment.runner.quit()
        raise


def _check(environment: Environment) -> None:
    loopback(urlsplit(environment.host or "").netloc, "--host")
    loopback(grpc_address(environment), "--grpc-address")


def grpc_address(environment: Environment) -> str:
    """Return the address from the options, else port 9000 of the HTTP host."""
    address: str = environment.parsed_options.grpc_address if environment.parsed_options else ""
    return address or f"{urlsplit(environment.host or '').hostname}:9000"


class GrpcUser(User):
    """`GenerateNotification` on a channel of its own, closed when the user stops."""

    wait_time = between(*_WAIT_S)

    def on_start(self) -> None:
        # gRPC shares one connection between equal channels unless told not to; a user has its own.
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0), ("grpc.enable_http_proxy", 0)]
        self._channel = grpc.insecure_channel(grpc_address(self.environment), options)
        self._stub = service_pb2_grpc.PushGenServiceStub(self._channel)  # type: ignore[no-untyped-call]
        self._messages = itertools.cycle(_MESSAGES)

    def on_stop(self) -> None:
        self._channel.close()

    @task
    def generate(self) -> None:
        began = time.perf_counter()
        error: Exception | None = None
        size = 0
        try:
            size = self._stub.GenerateNotification(next(self._messages), timeout=TIMEOUT_S).ByteSize()
        except grpc.RpcError as raised:
            # The code alone: details differ by request, and locust groups failures by their text.
            error = RuntimeError(raised.code().name)
        self.environment.events.request.fire(
            request_type="grpc",
            name="GenerateNotification",
            response_time=(time.perf_counter() - began) * 1000,
            response_length=size,
            exception=error,
            context={},
        )


class HttpUser(FastHttpUser):
    """The same over HTTP, connection kept alive."""

    wait_time = between(*_WAIT_S)
    connection_timeout = network_timeout = TIMEOUT_S

    def on_start(self) -> None:
        self._bodies = itertools.cycle(_BODIES)

    @task
    def generate(self) -> None:
        self.client.post(GENERATE_PATH, data=next(self._bodies), headers={"content-type": "application/json"})
