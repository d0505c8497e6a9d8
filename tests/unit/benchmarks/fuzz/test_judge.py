"""What counts as a fault of an answer."""

from __future__ import annotations

import pytest

from benchmarks.fuzz.attempts import Attempt
from benchmarks.fuzz.judge import CRASH, FOREIGN, HANG, INTERNAL, LEAK, fault_of, leak_in
from benchmarks.fuzz.send import HUNG, UNREACHABLE, Answer

HTTP = Attempt("http", "json", b"POST / HTTP/1.1\r\n\r\n{}")
OURS = Attempt("grpc", "message", b"", "/pushgen.v1.PushGenService/GetServiceInfo")
HEALTH = Attempt("grpc", "method", b"", "/grpc.health.v1.Health/Check")


@pytest.mark.parametrize(
    "text",
    [
        "see /home/me/app/x.py",
        'File "pipeline.py", line 3, in run',
        "Traceback (most recent call last)",
        "(pid=4711, ip=10.0.0.3)",
        "<Item object at 0x7f9b0e792090>",
        "ray.exceptions.RayTaskError",
        "ValueError: no",
        "connect to 127.0.0.1:6379",
        "<class 'str'>",
    ],
)
def test_our_machine_and_code_are_leaks(text: str) -> None:
    assert leak_in(HTTP, text)
    assert fault_of(HTTP, Answer("400", text, 1.0))[0] == LEAK


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"urn:pushgen:v1:invalid-input","detail":"item.title: has more than 500 characters"}',
        "type.googleapis.com/google.rpc.BadRequest",
        "the item's text, of google.protobuf.Duration",
    ],
)
def test_words_of_the_contract_are_none(text: str) -> None:
    assert leak_in(HTTP, text) == ""


def test_a_callers_own_words_are_none() -> None:
    said = Attempt("http", "json", b'POST / HTTP/1.1\r\n\r\n{"locale": "/etc/passwd"}')
    assert leak_in(said, "'/etc/passwd' is not a BCP-47 language tag") == ""


@pytest.mark.parametrize(
    ("attempt", "status", "fault"),
    [
        (HTTP, "500", INTERNAL),
        (HTTP, "422", ""),
        (HTTP, "503", ""),
        (OURS, "INTERNAL", INTERNAL),
        (OURS, "UNKNOWN", INTERNAL),
        (OURS, "INVALID_ARGUMENT", ""),
        (HEALTH, "UNKNOWN", FOREIGN),
        (OURS, HUNG, HANG),
        (HTTP, UNREACHABLE, CRASH),
    ],
)
def test_a_status_is_a_fault_of_its_kind(attempt: Attempt, status: str, fault: str) -> None:
    assert fault_of(attempt, Answer(status, "", 1.0))[0] == fault
