"""How a call of a stage travels, and what its failure means. Only this module translates errors of Ray and gRPC.

Serve's default is an actor call of Ray, whose arguments and answers pass its object store. By gRPC from replica to
replica a call takes about half of the time and of the CPU. It is an option of a handle, so that it holds whatever the
environment of the cluster says.
"""

from __future__ import annotations

import logging
from typing import Any, Final

import grpc
from ray.exceptions import RayActorError, RayTaskError
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError
from ray.serve.handle import DeploymentHandle

from deployments.errors import Overloaded, PushGenError, StageFailed, StageUnavailable
from serve_app.flow.record import current

logger = logging.getLogger("ray.serve")

# A replica takes gRPC messages of 4 MiB, unless its environment says otherwise. What else is in a call has at most 3.5,
# when every character of an item's text takes four bytes.
LARGE: Final = 2**19
# The code of a connection that broke, and of a replica that was stopped before it had answered.
_LOST: Final = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)


def by_value(handle: DeploymentHandle) -> DeploymentHandle:
    """The handle with calls by gRPC. `cloudpickle`, Serve's default, takes three times as long as `pickle`."""
    return handle.options(_by_reference=False, request_serialization="pickle", response_serialization="pickle")


def way(size: int) -> dict[str, Any]:
    """Options of the handle for a call whose pictures, or copies, have so many bytes.

    What could be too large for a gRPC message goes through Ray's object store, which has no such limit.
    """
    return {"_by_reference": size > LARGE}


def translate(error: BaseException, stage: str) -> PushGenError:
    """Translate a failure of a handle call. The original goes to the log, never to a client.

    By gRPC an error of the replica comes as itself, by reference inside of a RayTaskError.
    """
    cause = error.cause if isinstance(error, RayTaskError) else error
    if isinstance(cause, PushGenError):
        return cause
    if isinstance(cause, BackPressureError):
        return Overloaded(f"the {stage} has no room for another call")
    if isinstance(cause, RayActorError | DeploymentUnavailableError) or _lost(cause):
        return StageUnavailable(f"the {stage} lost a replica or has none")
    logger.error("the %s failed on request %s: %s", stage, current().request_id, error, exc_info=error)
    return StageFailed(f"the {stage} failed on this request")


def _lost(error: BaseException) -> bool:
    return isinstance(error, grpc.aio.AioRpcError) and error.code() in _LOST
