"""Malformed requests over HTTP: changed JSON, encodings, headers, methods and framing, and hostile items in valid JSON.

A request is bytes: no client library would send most of them.
"""

from __future__ import annotations

import copy
import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any, Final

from benchmarks.fuzz.attempts import Attempt
from benchmarks.fuzz.requests import Body, with_pictures, with_texts
from serve_app.contract.verbs import VERBS
from serve_app.ingress import examples

_PATHS: Final = {verb.rpc: verb.path for verb in VERBS}
_BODIES: Final = [
    (verb.rpc, example["value"]) for verb in VERBS if verb.rpc in examples.REQUESTS
    for example in examples.REQUESTS[verb.rpc].values()
]  # fmt: skip
# JSON as it is written: Python cannot say most of it.
_VALUES: Final = (
    *("null", "true", "-1", "0", "1e400", "-1e400", "NaN", "Infinity", "2147483648", "9" * 400, "0.5", "01", "1."),
    *(
        '"1"',
        '""',
        '" "',
        '"\\ud800"',
        '"\\u0000"',
        '"\\x"',
        '"\u202e"',
        f'"{"x" * 20_000}"',
        "[]",
        "{}",
        "[[]]",
        "[{}]",
    ),
    *('{"":1}', '{"__class__":1}', '{"data":"AAAA","url":"http://127.0.0.1/"}', '{"url":"file:///etc/passwd"}'),
    *(
        "[" * 400 + "]" * 400,
        "[" * 100_000,
        '{"a":' * 300 + "1" + "}" * 300,
        "[" + "0," * 5_000 + "0]",
        "[null]",
        "[{}]",
    ),
    *("undefined", "'single'", "//", "/* */1"),
)
_MARK: Final = "\ue000"


def request(method: str, path: str, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    fields = {"host": "127.0.0.1", "content-type": "application/json", "content-length": str(len(body))}
    fields |= {"connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [(value, key) for key, _ in inside]
    return found + [place for container, key in found for place in _places(container[key])]


def _changed_json(random: Random) -> Attempt:
    rpc, example = random.choice(_BODIES)
    value = copy.deepcopy(example)
    container, key = random.choice(_places(value))
    if random.random() < 0.15 and isinstance(container, dict):
        container[f"{key}\u200b"] = container.pop(key)
    elif random.random() < 0.1 and isinstance(container, list):
        container.extend([container[0]] * random.choice((100, 3_000)))
    else:
        container[key] = _MARK
    text = json.dumps(value, ensure_ascii=False).replace(f'"{_MARK}"', random.choice(_VALUES))
    if random.random() < 0.1:
        text = text.replace("{", '{"item":1,', 1)  # a key twice
    return Attempt("http", "json", request("POST", _PATHS[rpc], text.encode("utf-8", "surrogatepass")))


def _body(random: Random) -> bytes:
    return json.dumps(random.choice(_BODIES)[1]).encode()


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * 30_000_000, mtime=0)


def _encoded(random: Random) -> Attempt:
    body = _body(random)
    bodies: tuple[tuple[bytes, dict[str, str]], ...] = (
        (body.decode().encode("utf-16"), {}),
        (b"\xef\xbb\xbf" + body, {}),
        (body.replace(b"a", b"\xff"), {}),
        (body[: random.randrange(len(body))], {}),
        (body + body, {}),
        (b"", {}),
        (b"\0" * 1_000, {}),
        (random.randbytes(300), {}),
        (gzip.compress(body, mtime=0), {"content-encoding": "gzip"}),
        (gzip.compress(body, mtime=0)[:-9], {"content-encoding": "gzip"}),
        (body, {"content-encoding": "gzip"}),
        (_bomb(), {"content-encoding": "gzip"}),
        (zlib.compress(body), {"content-encoding": "deflate"}),
        (body, {"content-encoding": random.choice(("br", "zstd", "x", "gzip, gzip", "identity"))}),
        (b"x=1&y=2", {"content-type": "application/x-www-form-urlencoded"}),
        (b"--b\r\n\r\n--b--", {"content-type": "multipart/form-data; boundary=b"}),
        (body, {"content-type": random.choice(("", "text/plain", "application/json; charset=utf-7", "a" * 500, "/"))}),
    )
    data, headers = random.choice(bodies)
    return Attempt("http", "encoding", request("POST", random.choice(list(_PATHS.values())), data, headers))


def _headed(random: Random) -> Attempt:
    odd = {
        "x-request-id": random.choice(("", "x" * 300, "a\tb", "\xff\xfe", "%0d%0aset-cookie: a=b", "\x1b[2J")),
        "x-pushgen-time-budget-ms": random.choice(("-1", "NaN", "1e99", "٣", "0")),
        "x-pushgen-tenant": random.choice(("", "x" * 500, "\xe9")),
        "traceparent": "00-" + "z" * 60,
        "accept": random.choice(("*/*", "text/html", "application/xml;q=nan", "," * 500)),
        "accept-encoding": "gzip;q=9, *;q=-1",
        "origin": "null",
        "range": "bytes=0-0,9-1",
        "expect": "100-continue",
        "upgrade": "websocket",
        "x-forwarded-for": "127.0.0.1, ::1",
        "x-request-timeout-seconds": "-1",
        "x-request-disconnect-disabled": "?1",
        "serve_multiplexed_model_id": "x" * 200,
        "host": random.choice(("", "evil.example", "127.0.0.1:99999", "[::1")),
        "cookie": "a=" + "b" * 3_000,
    }
    headers = {name: odd[name] for name in random.sample(sorted(odd), random.randint(1, 4))}
    return Attempt("http", "headers", request("POST", random.choice(list(_PATHS.values())), _body(random), headers))


def _routed(random: Random) -> Attempt:
    methods = ("GET", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "OPTIONS", "HEAD", "PROPFIND", "get", "X" * 50)
    paths = (
        *_PATHS.values(), "/", "/healthz", "/livez", "/readyz", "/docs", "/openapi.json", "/-/routes", "/-/healthz",
        "/v1", "/v1/", "//v1//info", "/v1/../v1/info", "/v1/%2e%2e/info", "/%00", "/%ff", "/v1/info?a=%zz&b",
        "/v1/info#x", "/" + "a" * 6_000, "http://evil.example/v1/info", "*", "/v1/notifications:generate/",
        "/docs/../../etc/passwd",
    )  # fmt: skip
    return Attempt("http", "route", request(random.choice(methods), random.choice(paths), _body(random)))


def _framed(random: Random) -> Attempt:
    """Break the frame of the message. Where more was announced than came, no answer is due."""
    body, path = _body(random), random.choice(list(_PATHS.values()))
    head = f"POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nconnection: close\r\n".encode()
    chunked = head + b"transfer-encoding: chunked\r\n\r\n"
    whole = (
        chunked + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body),
        chunked + b"".join(b"1\r\n%b\r\n" % body[n : n + 1] for n in range(min(300, len(body)))) + b"0\r\n\r\n",
        chunked + b"zz\r\n%b\r\n0\r\n\r\n" % body,
        chunked + b"-1\r\n%b\r\n0\r\n\r\n" % body,
        head + b"content-length: -5\r\n\r\n" + body,
        head + b"content-length: a\r\n\r\n" + body,
        head + b"content-length: 3\r\ncontent-length: 4\r\n\r\n" + body,
        head + b"no colon\r\n\r\n",
        head + b"x: " + b"y" * 200_000 + b"\r\n\r\n",
        head + b"x\0y: 1\r\ncontent-length: 0\r\n\r\n",
        head.replace(b"HTTP/1.1", b"HTTP/9.9") + b"\r\n",
        random.randbytes(200) + b"\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    )
    early = (
        head + b"content-length: 99999\r\n\r\n" + body[:100],
        chunked + b"ffffffff\r\n" + body,
        head[: random.randrange(len(head))],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS
        b"",
    )
    if random.random() < 0.7:
        return Attempt("http", "frame", random.choice(whole))
    return Attempt("http", "frame", random.choice(early), whole=False)


def _texts(random: Random) -> Attempt:
    return _hostile(random, with_texts, "text")


def _pictures(random: Random) -> Attempt:
    return _hostile(random, with_pictures, "picture")


def _hostile(random: Random, make: Callable[[Random], tuple[str, Body]], kind: str) -> Attempt:
    rpc, body = make(random)
    text = json.dumps(body, ensure_ascii=random.random() < 0.5)
    return Attempt("http", kind, request("POST", _PATHS[rpc], text.encode("utf-8", "surrogatepass")))


def attempts(random: Random) -> Iterator[Attempt]:
    """Yield requests without end; of one seed always the same."""
    makers: dict[Callable[[Random], Attempt], int] = {
        _changed_json: 35,
        _encoded: 12,
        _headed: 10,
        _routed: 10,
        _framed: 8,
        _texts: 15,
        _pictures: 10,
    }
    while True:
        (make,) = random.choices(list(makers), list(makers.values()))
        yield make(random)
