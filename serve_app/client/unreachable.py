"""Answers that are not from a service of this contract: why, in words, and what to do."""

from __future__ import annotations

import re
from typing import Any

import grpc

from deployments.errors import DeadlineExceeded, InvalidInput, PushGenError, StageUnavailable, Violation
from serve_app.client.address import Address
from serve_app.contract.errors import from_code

_MAX_DETAILS = 300


class Unreachable(StageUnavailable):
    """No PushGen service answers at the address.

    advice: what to do about it; may be empty. sent: whether a service may have got the request.
    """

    reason = "UNREACHABLE"
    sent = True

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.message, self.advice)


# What gRPC writes into the details when it has no connection.
_NOT_SENT = r"failed to connect|DNS resolution|Connection refused"
# What gRPC writes into the details of UNAVAILABLE, what it means, and what to do.
_CAUSES = [
    (r"DNS resolution|resolv|Domain name not found|Name or service not known", "the host name is unknown",
     "Check the address."),
    (r"Connection refused|No such file or directory", "nothing listens there",
     "Is it running? `make serve` starts one; --address says where to look."),
    (r"http1\.x server|HTTP/1\.|http2 header with status", "what listens there speaks HTTP, not gRPC",
     "gRPC has a port of its own, 9000 by default."),
    (r"WRONG_VERSION_NUMBER|no TLS", "what listens there speaks no TLS", "Connect without TLS."),
    (r"CERTIFICATE_VERIFY|[Hh]andshake failed", "the TLS connection fails",
     "Check certificate and host name; --ca-file names the authorities to trust."),
    (r"[Tt]imed? ?out|[Dd]eadline|imeout occurred", "nothing answers there in time",
     "Check host and port, and whether a firewall is between."),
    (r"[Ss]ocket closed|[Cc]onnection reset|shutdown|Broken pipe|EOF|Stream removed|GOAWAY|unreachable frame",
     "the connection is closed at once", "Is it the port of gRPC, and does it want TLS (--tls)?"),
    (r"Network is unreachable|No route to host", "there is no way to the host", "Check the network."),
]  # fmt: skip


def error_without_details(error: Any, address: Address) -> PushGenError:
    """Make an error for a failed call whose answer has no details of ours."""
    code, details = error.code(), (error.details() or "no details")[:_MAX_DETAILS]
    if code is grpc.StatusCode.UNAVAILABLE:
        unreachable = _unreachable(details, address)
        unreachable.sent = not re.search(_NOT_SENT, details)
        return unreachable
    if code is grpc.StatusCode.NOT_FOUND and details.startswith("Application"):
        return _no_application(details, address)
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return DeadlineExceeded(f"no answer in time from {_place(address)} ({details})")
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return PushGenError(f"what answers at {address.target} is not this version of pushgen.v1 ({details})")
    if "Traceback" in details or details.startswith("\x1b") or "ray::" in details:
        return PushGenError(
            f"what answers at {address.target} is no PushGen service, or it broke before it could answer"
        )
    is_too_large = code is grpc.StatusCode.RESOURCE_EXHAUSTED and "larger than max" in details
    return _too_large(details, address) if is_too_large else from_code(code, details)


def _too_large(details: str, address: Address) -> InvalidInput:
    return InvalidInput([Violation("request", f"is larger than {_place(address)} takes ({details})")])


def _unreachable(details: str, address: Address) -> Unreachable:
    if address.proxy is not None:
        return Unreachable(f"no PushGen service answers at {_place(address)} ({details})")
    meaning, advice = next(((m, a) for pattern, m, a in _CAUSES if re.search(pattern, details)), ("", ""))
    because = f": {meaning}" if meaning else ""
    return Unreachable(f"no PushGen service answers at {address.target}{because} ({details})", advice)


def _no_application(details: str, address: Address) -> Unreachable:
    """Translate the answer of Serve's proxy to a call that names no application, or one that is not there."""
    reason, _, _ = details.partition(" Ping ")
    return Unreachable(
        f"what answers at {address.target} must be told the application, by --application, PUSHGEN_APPLICATION or "
        f"PushGenClient(application=...): {reason}",
        "`serve status` lists the names. None is there while the first application starts.",
    )


def _place(address: Address) -> str:
    if address.proxy is None:
        return address.target
    variable, proxy = address.proxy
    return f"{address.target} through the proxy {proxy} of {variable}; to go around it, set no_proxy={address.host}"
