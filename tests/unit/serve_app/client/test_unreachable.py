"""Errors of whatever answers, in words: what is wrong with the address, and what to do."""

from __future__ import annotations

import pickle

import grpc
import pytest

from deployments.errors import DeadlineExceeded, InvalidInput, Overloaded, PushGenError
from serve_app.client.address import Address
from serve_app.client.unreachable import Unreachable, error_without_details

CODES = grpc.StatusCode
DIRECT = Address("host:1")
PROXIED = Address("host:1", ("https_proxy", "proxy:3128"))


class RpcError:
    """As much of a failed call as is read."""

    def __init__(self, code: grpc.StatusCode, details: str | None) -> None:
        self._code, self._details = code, details

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str | None:
        return self._details


def error(code: grpc.StatusCode, details: str | None, address: Address = DIRECT) -> PushGenError:
    return error_without_details(RpcError(code, details), address)


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (CODES.UNAVAILABLE, Unreachable, "no PushGen service answers at host:1 (refused)"),
        (CODES.DEADLINE_EXCEEDED, DeadlineExceeded, "no answer in time from host:1 (refused)"),
        (CODES.UNIMPLEMENTED, PushGenError, "what answers at host:1 is not this version of pushgen.v1 (refused)"),
        (CODES.NOT_FOUND, PushGenError, "refused"),
        (CODES.RESOURCE_EXHAUSTED, Overloaded, "refused"),
        (CODES.INTERNAL, PushGenError, "refused"),
        (CODES.INVALID_ARGUMENT, PushGenError, "refused"),
    ],
)
def test_who_is_no_service_of_ours_is_named_by_its_address(code: CODES, kind: type, words: str) -> None:
    raised = error(code, "refused")
    assert (type(raised), raised.message) == (kind, words)


@pytest.mark.parametrize("details", ["\x1b[36mray::E.call()\x1b[0m", "ray::E.call() (pid=1)", "x\nTraceback (most"])
def test_a_traceback_of_something_else_is_not_shown(details: str) -> None:
    assert error(CODES.INTERNAL, details).message == (
        "what answers at host:1 is no PushGen service, or it broke before it could answer"
    )


TO = "failed to connect to all addresses; last error: UNKNOWN: ipv4:10.0.0.9:9000: "


@pytest.mark.parametrize(
    ("details", "meaning", "advice"),
    [
        ("DNS resolution failed for host:1: C-ares status is not ARES_SUCCESS", "host name is unknown", "the address"),
        (f"{TO}Failed to connect to remote host: Connection refused", "nothing listens there", "make serve"),
        ("unix:/run/x: connect: No such file or directory (2)", "nothing listens there", "--address"),
        ("Trying to connect an http1.x server (HTTP status 400)", "speaks HTTP, not gRPC", "9000 by default"),
        ("SSL_ERROR_SSL: error:100000f7:SSL routines::WRONG_VERSION_NUMBER", "no TLS", "without TLS"),
        ("SSL_ERROR_SSL: routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED", "TLS connection fails", "certificate"),
        (f"{TO}connection attempt timed out before receiving SETTINGS frame", "in time", "firewall"),
        (f"{TO}recvmsg: Connection reset by peer", "closed at once", "port of gRPC"),
        ("Socket closed", "closed at once", "port of gRPC"),
        (f"{TO}connect: Network is unreachable (101)", "no way to the host", "the network"),
        (f"{TO}connect: No route to host (113)", "no way to the host", "the network"),
    ],
)
def test_a_cause_is_said_in_words_with_what_to_do(details: str, meaning: str, advice: str) -> None:
    raised = error(CODES.UNAVAILABLE, details)
    assert isinstance(raised, Unreachable)
    assert meaning in raised.message.removesuffix(f"({details})")
    assert details in raised.message
    assert advice in raised.advice


def test_of_a_proxy_only_the_way_around_it_is_said() -> None:
    """Its refusal looks like that of a service."""
    raised = error(CODES.UNAVAILABLE, "Connection refused", PROXIED)
    assert isinstance(raised, Unreachable)
    assert "through the proxy proxy:3128 of https_proxy; to go around it, set no_proxy=host" in raised.message
    assert "nothing listens" not in raised.message
    assert raised.advice == ""
    assert "no_proxy=host" in error(CODES.DEADLINE_EXCEEDED, "late", PROXIED).message


def test_a_missing_application_is_named_without_the_advice_for_programmers() -> None:
    raised = error(CODES.NOT_FOUND, "Application 'x' not found. Ping /ray.serve.RayServeAPIService/X for others.")
    assert isinstance(raised, Unreachable)
    assert raised.message.endswith("PushGenClient(application=...): Application 'x' not found.")
    assert "serve status" in raised.advice


def test_an_answer_without_details_says_so_and_a_long_one_is_cut() -> None:
    assert "(no details)" in error(CODES.UNAVAILABLE, None).message
    assert len(error(CODES.UNAVAILABLE, "x" * 9999).message) < 400


def test_it_keeps_its_advice_between_processes() -> None:
    copy = pickle.loads(pickle.dumps(Unreachable("nobody", "Look again.")))  # noqa: S301
    assert (type(copy), copy.message, copy.advice) == (Unreachable, "nobody", "Look again.")


def test_a_request_that_the_server_takes_for_too_large_is_no_overload() -> None:
    raised = error(CODES.RESOURCE_EXHAUSTED, "SERVER: Received message larger than max (209715200 vs. 117440512)")
    assert isinstance(raised, InvalidInput)
    assert "larger than host:1 takes" in raised.message
    assert "209715200 vs. 117440512" in raised.message
