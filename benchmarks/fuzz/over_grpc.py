"""Malformed calls over gRPC: changed messages, wrong methods, odd metadata, and hostile items in valid messages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any, Final

from google.protobuf import json_format
from google.protobuf.message import DecodeError

from benchmarks.fuzz.attempts import Attempt
from benchmarks.fuzz.requests import Body, with_pictures, with_texts
from pushgen.v1 import service_pb2
from serve_app.contract.verbs import VERBS, UnaryVerb
from serve_app.ingress import examples

_SERVICE: Final = "/pushgen.v1.PushGenService"
_STREAMS: Final = {verb.rpc: not isinstance(verb, UnaryVerb) for verb in VERBS}
_OTHERS: Final = (
    "/grpc.health.v1.Health/Check",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    "/ray.serve.RayServeAPIService/Healthz",
)
_WRONG: Final = (
    *("/", "//", "/x", f"{_SERVICE}/", f"{_SERVICE}/Nope", f"{_SERVICE}/generate", f"{_SERVICE}/__init__"),
    *("/pushgen.v2.PushGenService/GetServiceInfo", "/__class__/__init__", f"{_SERVICE}/../GetServiceInfo"),
    "/" + "a" * 4_000,
)


@cache
def plain_messages() -> tuple[tuple[str, bytes], ...]:
    """The example request of each RPC, serialised."""
    return tuple((rpc, packed(rpc, example["value"])) for rpc in _STREAMS if rpc in examples.REQUESTS
                 for example in examples.REQUESTS[rpc].values())  # fmt: skip


def packed(rpc: str, body: Body) -> bytes:
    message = getattr(service_pb2, f"{rpc}Request")()
    return bytes(json_format.Parse(json.dumps(body, ensure_ascii=False), message).SerializeToString())


def _flipped(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 3, 20)) if changed else 0):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _cut(random: Random, data: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _inserted(random: Random, data: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    odd = (
        b"\xff" * 10,  # a number without end
        b"\x0a\xff\xff\xff\xff\x07",  # 2 GB that follow
        b"\xfa\xff\xff\xff\x0f\x05hello",  # the highest field
        b"\x0b" * 200,  # groups that do not end
        b"\x0c\x0c",  # and that never began
        b"\x06\x07",  # wire types that there are not
        b"\x00\x00",  # field 0
        b"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
        random.randbytes(random.choice((1, 8, 200))),
    )
    return data[:at] + random.choice(odd) + data[at:]


def _not_utf8(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for at in [n for n, byte in enumerate(changed) if chr(byte).isalpha()][:: random.choice((1, 5, 40))]:
        changed[at] = random.choice((0x80, 0xC0, 0xED, 0xFF))
    return bytes(changed)


def _nested(random: Random, _data: bytes) -> bytes:
    data = b""
    for _ in range(random.choice((50, 120, 5_000))):
        data = b"\x0a" + _varint(len(data)) + data
    return data


def _repeated(random: Random, data: bytes) -> bytes:
    return data * random.choice((2, 50)) if random.random() < 0.5 else b"\x12\x00" * random.choice((300, 20_000))


def _other_type(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    if changed:
        changed[0] = (changed[0] & 0xF8) | random.randrange(8)
    return bytes(changed)


def _any(random: Random, _data: bytes) -> bytes:
    return random.randbytes(random.choice((0, 1, 16, 1_000)))


def _varint(value: int) -> bytes:
    data = bytearray()
    while value > 0x7F:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*data, value))


_CHANGES: Final[tuple[Callable[[Random, bytes], bytes], ...]] = (
    _flipped, _flipped, _cut, _inserted, _inserted, _not_utf8, _nested, _repeated, _other_type, _any,
)  # fmt: skip


def _metadata(random: Random) -> tuple[tuple[str, str | bytes], ...]:
    odd: tuple[tuple[str, str | bytes], ...] = (
        ("request_id", random.choice(("", "x" * 200, "%0a%0d", "a b  c", "../../x", "'; drop"))),
        ("application", random.choice(("nope", "", "pushgen "))),
        ("multiplexed_model_id", "x" * 100),
        ("traceparent", random.choice(("00-zz-zz-00", "x" * 500))),
        ("x-pushgen-tenant", random.choice(("", "x" * 1_000, "\x7e"))),
        ("grpc-status-details-bin", random.randbytes(50)),
        ("x-odd-bin", random.randbytes(1_000)),
        ("authorization", "Bearer " + "A" * 2_000),
        ("x-pushgen-time-budget-ms", random.choice(("-1", "1e9", "NaN", "0"))),
    )
    return tuple(random.sample(odd, random.randint(1, 3)))


def _call(rpc: str, payload: bytes, kind: str, metadata: tuple[tuple[str, Any], ...] = ()) -> Attempt:
    return Attempt("grpc", kind, payload, f"{_SERVICE}/{rpc}", metadata, streams=_STREAMS[rpc])


def _message(random: Random) -> Attempt:
    rpc, data = random.choice(plain_messages())
    for _ in range(random.choice((1, 1, 3))):
        data = random.choice(_CHANGES)(random, data)
    return _call(rpc, data, "message")


def _elsewhere(random: Random) -> Attempt:
    _, data = random.choice(plain_messages())
    path = random.choice((*_WRONG, *_OTHERS))
    return Attempt("grpc", "method", random.choice(_CHANGES)(random, data), path, streams="Reflection" in path)


def _beside(random: Random) -> Attempt:
    rpc, data = random.choice(plain_messages())
    return _call(rpc, data if random.random() < 0.5 else b"", "metadata", _metadata(random))


def _texts(random: Random) -> Attempt:
    return _hostile(random, with_texts, "text")


def _pictures(random: Random) -> Attempt:
    return _hostile(random, with_pictures, "picture")


def _hostile(random: Random, make: Callable[[Random], tuple[str, Body]], kind: str) -> Attempt:
    while True:
        rpc, body = make(random)
        try:
            return _call(rpc, packed(rpc, body), kind)
        except (json_format.ParseError, DecodeError, UnicodeError):  # half a surrogate pair is no text of protobuf
            continue


def attempts(random: Random) -> Iterator[Attempt]:
    """Yield calls without end; of one seed always the same."""
    makers: dict[Callable[[Random], Attempt], int] = {
        _message: 50,
        _elsewhere: 10,
        _beside: 10,
        _texts: 18,
        _pictures: 12,
    }
    while True:
        (make,) = random.choices(list(makers), list(makers.values()))
        yield make(random)
