"""The promises of the contract that hold for every request, and the answers that break them."""

from __future__ import annotations

from typing import Final

import regex

from benchmarks.fuzz.attempts import Attempt
from benchmarks.fuzz.send import HUNG, UNREACHABLE, Answer

INTERNAL: Final = "internal"
FOREIGN: Final = "internal of Serve's proxy"
LEAK: Final = "leak"
HANG: Final = "hang"
CRASH: Final = "crash"
_OURS: Final = "/pushgen.v1.PushGenService/"
# Of our machine, processes and code. What the request says itself is no leak, see `leak_in`.
_LEAKS: Final = regex.compile(
    r"""/(?:home|root|usr|tmp|opt|var|srv|work|mnt|proc|etc|Users|site-packages)/[\w./-]+
    | [\w./-]+\.py\b | \bline\s\d+,\sin\b | Traceback
    | \bpid[=:\s]+\d+ | \bactor_id\b | \bip=[\d.]+ | 0x[0-9a-f]{8,}
    | (?<![\d.])(?:127\.0\.0\.1|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.\d+\.\d+\.\d+)(?![\d.])
    | \b[A-Z]\w*(?:Error|Exception)\b
    | \b(?:ray|serve_app|deployments|pydantic|starlette|uvicorn|google|asyncio)\.\w[\w.]*
    | <class\s | \bobject\sat\b | \x1b\[""",
    regex.VERBOSE,
)
_NEXT: Final = 2  # characters that a binary answer may have behind the words of a caller
# Names that the contract itself has.
_PUBLIC: Final = regex.compile(r"google\.rpc\b(?:\.\w+)?|type\.googleapis\.com|google\.protobuf\.\w+")


def leak_in(attempt: Attempt, text: str) -> str:
    """Return the first leak in an answer, empty without one. A caller may read its own words again."""
    said = attempt.payload.decode("utf-8", "replace") + str(attempt.metadata) + attempt.path
    for match in _LEAKS.finditer(_PUBLIC.sub("", text)):
        if match.group()[:-_NEXT] not in said:
            return match.group()
    return ""


def fault_of(attempt: Attempt, answer: Answer) -> tuple[str, str]:
    """Return the kind of fault and its words, both empty for an answer as it should be."""
    if answer.status == HUNG:
        return HANG, "no answer in time"
    if answer.status == UNREACHABLE:
        return CRASH, "nobody listens"
    ours = attempt.protocol == "http" or attempt.path.startswith(_OURS)
    if leak := leak_in(attempt, answer.text):
        return (LEAK, leak) if ours else (FOREIGN, leak)
    if answer.status in ("500", "INTERNAL", "UNKNOWN"):
        return INTERNAL if ours else FOREIGN, answer.text[:200]
    return "", ""
