"""Client calls without a server: budgets, retries, and errors of whatever answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import status_pb2
from grpc_health.v1 import health_pb2

from deployments.errors import (
    DeadlineExceeded,
    InvalidInput,
    Overloaded,
    PushGenError,
)
from deployments.types import Decision, Item
from pushgen.v1 import service_pb2
from serve_app.client import calls, render
from serve_app.client.address import Address
from serve_app.client.calls import error_of, metadata_of
from serve_app.contract.codec import to_message
from serve_app.contract.errors import DETAILS_KEY, to_status
from serve_app.contract.messages import CaptionItemRequest, GenerateNotificationRequest
from serve_app.contract.verbs import CAPTION, INFO
from serve_app.ingress import examples

ITEM = Item(id="it", title="t")


# --- requests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("timeout_s", "budget_ms"), [(10.0, 9500), (100.0, 99_500), (2.0, 1900), (0.001, 1), (0.1, 95), (None, 0)]
)
def test_the_service_answers_before_the_transport_gives_up(timeout_s: float | None, budget_ms: int) -> None:
    message = calls.generate(GenerateNotificationRequest(item=ITEM)).message(timeout_s)
    assert message.options.time_budget_ms == budget_ms


def test_a_budget_of_the_request_is_kept_and_the_transport_waits_beyond_it() -> None:
    call = calls.generate({"item": {"title": "t"}, "options": {"time_budget_ms": 200_000}})
    message = call.message(7.0)
    assert message.options.time_budget_ms == 200_000
    assert call.transport_timeout_s(message, 7.0) == 7.0
    assert call.transport_timeout_s(call.message(None), None) == 205.0


def test_a_call_without_a_timeout_does_not_wait_for_ever() -> None:
    for call in (calls.generate({"item": {"title": "t"}}), calls.unary(CAPTION, ITEM)):
        assert call.transport_timeout_s(call.message(None), None) == calls.DEFAULT_TIMEOUT_S


def test_the_timeout_of_a_batch_is_no_budget_of_an_item() -> None:
    call = calls.batch([{"item": {"title": "t"}}], "r")
    message = call.message(7.0)
    assert message.requests[0].options.time_budget_ms == 0
    assert call.transport_timeout_s(message, 7.0) == 7.0
    assert call.transport_timeout_s(message, None) == calls.DEFAULT_BATCH_TIMEOUT_S


def test_an_item_is_wrapped_with_its_fields_and_a_request_is_taken_as_it_is() -> None:
    wrapped = calls.unary(CAPTION, ITEM, request_id="r7").request
    assert (wrapped.item, wrapped.request_id) == (ITEM, "r7")  # type: ignore[attr-defined]
    request = CaptionItemRequest(item=ITEM, request_id="mine")
    assert calls.unary(CAPTION, request, request_id="other").request is request


@pytest.mark.parametrize(
    ("content", "field"),
    [({}, "item"), ({"item": {"titel": "x"}}, "item.titel"), ({"item": {"title": "x" * 501}}, "item.title")],
)
def test_mistakes_are_named_before_anything_is_sent(content: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        calls.generate(content)
    assert [v.field for v in caught.value.violations] == [field]


def test_a_mistake_in_a_batch_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        calls.batch([], "r")
    assert [v.field for v in caught.value.violations] == ["requests"]


def test_files_are_read_and_not_decoded(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(b"no picture")
    assert calls.image(path, "a cup") == calls.image(str(path), alt_text="a cup")
    assert (calls.frame(path, 40).data, calls.frame(path, 40).offset_ms) == (b"no picture", 40)
    with pytest.raises(OSError, match="No such file"):
        calls.image(tmp_path / "none.jpg")


# --- answers ----------------------------------------------------------------------------------------------------------


def test_an_answer_is_a_decision() -> None:
    decision = Decision.model_validate(examples.DECISION)
    answer = to_message(CAPTION.response.model_validate(examples.ANSWERS[CAPTION.rpc]), CAPTION.response_message)
    assert calls.unary(CAPTION, ITEM).read(answer).caption.text == examples.ANSWERS[CAPTION.rpc]["caption"]["text"]
    response = service_pb2.GenerateNotificationResponse()
    response.decision.CopyFrom(to_message(decision, type(response.decision)))
    assert calls.generate({"item": {"title": "t"}}).read(response) == decision


def test_the_last_message_of_a_failing_stream_is_skipped() -> None:
    assert calls.stream({"item": {"title": "t"}}).read(service_pb2.StreamNotificationResponse()) is None
    assert calls.batch([{"item": {"title": "t"}}], "").read(service_pb2.BatchGenerateNotificationsResponse()) is None


def test_an_event_and_fields_of_a_newer_service_cost_nothing_else() -> None:
    """An event that this client does not know is skipped; in one that it knows, what is new is left out."""
    call = calls.stream(Item(title="x"))
    new_event = service_pb2.StreamNotificationResponse.FromString(b"\x08\x03\xfa\x3e\x02\x08\x01")
    assert new_event.sequence == 3
    assert call.read(new_event) is None
    decided = service_pb2.StreamNotificationResponse(
        sequence=4,
        decided={"decision": {"source": 9, "reason": 99, "degradations": [1, 77], "caption": {}}},
    )
    answer = call.read(service_pb2.StreamNotificationResponse.FromString(decided.SerializeToString() + b"\xfa\x3e\x00"))
    assert answer is not None
    assert answer.decided is not None
    decision = answer.decided.decision
    assert (decision.source.name, decision.reason.name) == ("UNKNOWN_9", "UNKNOWN_99")
    assert [d.is_known for d in decision.degradations] == [True, False]
    assert render.decision_view(decision)


def test_an_items_error_is_its_answer_even_from_another_service() -> None:
    read = calls.batch([{"item": {"title": "t"}}] * 3, "").read
    ours = to_status(Overloaded("full", 4.0), "r-1")
    index, error = read(service_pb2.BatchGenerateNotificationsResponse(index=2, error=ours)) or (0, None)
    assert (index, type(error), getattr(error, "retry_after_s", 0)) == (2, Overloaded, 4.0)
    foreign = status_pb2.Status(code=3, message="of a proxy")
    _, error = read(service_pb2.BatchGenerateNotificationsResponse(error=foreign)) or (0, None)
    assert (type(error), str(error)) == (PushGenError, "of a proxy")


@pytest.mark.parametrize(("status", "healthy"), [("SERVING", True), ("NOT_SERVING", False), ("UNKNOWN", False)])
def test_only_serving_is_healthy(status: str, healthy: bool) -> None:
    assert calls.health().read(health_pb2.HealthCheckResponse(status=status)) is healthy


# --- beside the messages ----------------------------------------------------------------------------------------------


def test_a_request_id_travels_as_metadata_in_safe_form() -> None:
    named = GenerateNotificationRequest(item=ITEM, request_id="ü 1\n")
    assert metadata_of(calls.generate(named).message(None)) == (("request_id", "%C3%BC%201%0A"),)
    assert metadata_of(calls.generate({"item": {"title": "t"}}).message(None)) == ()
    assert metadata_of(calls.RpcCall(INFO.rpc, INFO.request(), INFO.request_message, str).message(None)) == ()


class RpcError:
    """As much of a failed call as is read."""

    def __init__(self, code: grpc.StatusCode, details: str | None = "", trailing: Any = None) -> None:
        self._code, self._details, self._trailing = code, details, trailing

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str | None:
        return self._details

    def trailing_metadata(self) -> Any:
        return self._trailing


CODES = grpc.StatusCode


def test_the_services_own_error_comes_back_with_its_id() -> None:
    status = to_status(Overloaded("full", 3.0), "r-9").SerializeToString()
    error = error_of(RpcError(CODES.RESOURCE_EXHAUSTED, "x", [(DETAILS_KEY, status)]), Address("host:1"))
    assert isinstance(error, Overloaded)
    assert (error.message, error.retry_after_s, error.request_id) == ("full", 3.0, "r-9")


@pytest.mark.parametrize("details", [b"\xff\xff no status", "no bytes", None, b""])
def test_details_that_are_no_status_leave_the_code(details: Any) -> None:
    trailing = [("request_id", "r-1")] + ([(DETAILS_KEY, details)] if details is not None else [])
    error = error_of(RpcError(CODES.DEADLINE_EXCEEDED, "late", trailing), Address("host:1"))
    assert isinstance(error, DeadlineExceeded)
    assert (error.message, error.request_id) == ("no answer in time from host:1 (late)", "r-1")


# --- retries ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "tries", "repeatable"),
    [
        (calls.unary(CAPTION, ITEM), 3, True),
        (calls.generate(ITEM), 3, False),
        (calls.generate({"item": {"title": "t"}, "options": {"seed": 0}}), 3, True),
        (calls.stream(ITEM), 1, False),
        (calls.batch([ITEM], ""), 1, False),
        (calls.health(), 1, False),
    ],
    ids=["caption", "generate", "with a seed", "stream", "batch", "health"],
)
def test_what_may_be_made_again(call: calls.RpcCall[Any], tries: int, repeatable: bool) -> None:
    assert (call.max_tries, call.repeatable) == (tries, repeatable)


def test_grpc_itself_retries_nothing() -> None:
    assert "grpc.service_config" not in dict(calls.channel_options())


def test_a_client_is_back_soon_after_the_service_is() -> None:
    assert dict(calls.channel_options())["grpc.max_reconnect_backoff_ms"] <= 5_000
