"""Errors that Serve's gRPC proxy makes by itself, in the contract's words.

It does so when the replica of a call dies, when none has room, or none is there. It sends its own words then, at worst
a traceback with paths and addresses, and neither details nor a retry time.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from functools import partial
from typing import Any, Final

import grpc

from deployments.errors import DeadlineExceeded, PushGenError
from serve_app.contract.errors import DETAILS_KEY, INTERNAL_MESSAGE, RAY_ERRORS, outcome, pushback, to_status

_LOST: Final = re.compile(r"actor (died|has died|is dead|\S* ?is unavailable)|worker (died|has died)", re.IGNORECASE)
_ERRORS: Final[dict[Any, PushGenError]] = {
    key: error
    for code, error in (
        (grpc.StatusCode.RESOURCE_EXHAUSTED, RAY_ERRORS["BackPressureError"]),
        (grpc.StatusCode.UNAVAILABLE, RAY_ERRORS["DeploymentUnavailableError"]),
        (grpc.StatusCode.DEADLINE_EXCEEDED, DeadlineExceeded("the longest time of a request has passed")),
        (grpc.StatusCode.INTERNAL, PushGenError(INTERNAL_MESSAGE)),
    )
    for key in (code, code.value[0])  # a context of grpc has either
}


@contextmanager
def in_our_words(server: Any) -> Iterator[None]:
    """Translate the errors of the handlers that are added to Serve's server meanwhile. Other servers make none."""
    factory = getattr(server, "service_handler_factory", None)
    if factory is None:
        yield
        return
    server.service_handler_factory = partial(_translated, factory)
    try:
        yield
    finally:
        server.service_handler_factory = factory


def _translated(factory: Callable[..., Any], **method: Any) -> Any:
    handler = factory(**method)

    async def stream(request: Any, context: Any) -> AsyncIterator[bytes]:
        async with aclosing(handler(request, context)) as answers:
            async for answer in answers:
                yield answer
        _translate(context)

    async def unary(request: Any, context: Any) -> bytes:
        answer: bytes = await handler(request, context)
        _translate(context)
        return answer

    return stream if inspect.isasyncgenfunction(handler) else unary


def _translate(context: Any) -> None:
    trailing = tuple(context.trailing_metadata() or ())
    error = _ERRORS.get(context.code())
    if error is None or any(key == DETAILS_KEY for key, _ in trailing):
        return
    if _LOST.search(context.details() or ""):
        error = RAY_ERRORS["RayActorError"]
    status = to_status(error, str(dict(trailing).get("request_id", "")))
    context.set_code(outcome(error).code)
    context.set_details(status.message)
    context.set_trailing_metadata((*trailing, *pushback(error), (DETAILS_KEY, status.SerializeToString())))
