"""How calls travel between replicas, and what their failures are to a caller."""

from __future__ import annotations

import pickle
from typing import Any

import grpc
import pytest
from ray.exceptions import ActorUnavailableError, RayTaskError
from ray.serve import handle as serve_handle
from ray.serve._private.constants import RAY_SERVE_REPLICA_GRPC_MAX_MESSAGE_LENGTH
from ray.serve.exceptions import BackPressureError

from deployments.deadline import Call, Deadline
from deployments.errors import (
    InvalidInput,
    Overloaded,
    PushGenError,
    StageFailed,
    StageUnavailable,
    UnsupportedField,
    Violation,
)
from deployments.types import Copy, Image, Item, ItemFacts
from deployments.types.base import MAX_LONG_TEXT, MAX_SHORT_TEXT
from deployments.types.item import MAX_METADATA_ENTRIES, MAX_METADATA_KEY, MAX_TAG, MAX_TAGS
from serve_app.cluster.transport import LARGE, by_value, translate, way
from tests.unit.deployments.generator.fake_engine import task


def failed(code: grpc.StatusCode) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details="ipv4:10.0.0.1:4242: gone")


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (failed(grpc.StatusCode.UNAVAILABLE), StageUnavailable),
        (failed(grpc.StatusCode.CANCELLED), StageUnavailable),
        (ActorUnavailableError("gone", b"0" * 16), StageUnavailable),
        (BackPressureError(num_queued_requests=1, max_queued_requests=1), Overloaded),
        (failed(grpc.StatusCode.RESOURCE_EXHAUSTED), StageFailed),
        (RuntimeError("Unexpected error (StatusCode.UNKNOWN)"), StageFailed),
        (RayTaskError("f", "traceback", Overloaded("the engine is full", 3.0)), Overloaded),
    ],
)
def test_every_failure_has_a_name_of_ours_and_says_nothing_of_ours(error: Exception, ours: type[PushGenError]) -> None:
    translated = translate(error, "captioner")
    assert type(translated) is ours
    assert not {"10.0.0.1", "Status", "traceback"} & set(str(translated).split())


@pytest.mark.parametrize(
    "error",
    [
        Overloaded("the engine is full", 3.0, "queue_full"),
        InvalidInput([Violation("item.title", "is odd")]),
        UnsupportedField([Violation("item.images[0].url", "is off")]),
        StageUnavailable("the engine has stopped"),
    ],
)
def test_errors_of_ours_keep_their_fields_on_the_way(error: PushGenError) -> None:
    if isinstance(error, StageUnavailable):
        error.retry_after_s = None
    arrived = translate(pickle.loads(pickle.dumps(error)), "captioner")  # noqa: S301 - of our own
    assert (type(arrived), vars(arrived), str(arrived)) == (type(error), vars(error), str(error))


def test_a_handle_calls_by_grpc_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[str, Any] = {}
    monkeypatch.setattr(serve_handle.DeploymentHandle, "_options", lambda _, **options: made.update(options))
    by_value(serve_handle.DeploymentHandle("Captioner", "pushgen"))
    assert made["_by_reference"] is False
    made.clear()
    serve_handle.DeploymentHandle("Captioner", "pushgen").options(**way(LARGE + 1))
    assert made["_by_reference"] is True


def wide(length: int) -> str:
    """A text of its own: of equal ones pickle would keep one. Every character takes four bytes."""
    return "".join(["\N{GRINNING FACE}"] * length)


def largest_item() -> Item:
    """Of the contract, without pictures."""
    keys = [wide(MAX_METADATA_KEY - 2) + f"{n:02}" for n in range(MAX_METADATA_ENTRIES)]
    return Item(
        title=wide(MAX_SHORT_TEXT),
        description=wide(MAX_LONG_TEXT),
        caption=wide(MAX_LONG_TEXT),
        tags=tuple(wide(MAX_TAG) for _ in range(MAX_TAGS)),
        metadata={key: wide(MAX_LONG_TEXT) for key in keys},
    )


def test_what_goes_by_grpc_fits_into_a_message_of_it() -> None:
    item, call = largest_item(), Call(Deadline.after(1))
    pictures = item.model_copy(update={"images": (Image(data=bytes(LARGE), alt_text=wide(MAX_SHORT_TEXT)),)})
    copies = [Copy(body=wide(MAX_LONG_TEXT)) for _ in range(LARGE // 4 // MAX_LONG_TEXT)]
    facts = ItemFacts(facts={**item.metadata, "description": item.description, "caption": item.caption})
    writing = task(candidates_per_category=2).model_copy(update={"item": item, "caption": item.caption})
    room = RAY_SERVE_REPLICA_GRPC_MAX_MESSAGE_LENGTH - 2**16  # for Serve's own part
    for arguments in ((pictures, call), (writing, call), (facts, copies, call)):
        size = len(pickle.dumps(arguments, protocol=pickle.HIGHEST_PROTOCOL))
        assert 2**21 < size < room, "texts that are equal would not count"
