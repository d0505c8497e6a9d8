"""Output that every stream can take: other encodings than UTF-8, closed pipes, full disks."""

from __future__ import annotations

import io
import os
import re
import signal
import sys
from typing import TextIO

# Ends of lines for some readers of JSON Lines, though not in JSON.
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def replace_unencodable() -> None:
    """Make stdout and stderr replace the characters that their encoding lacks, rather than fail at them."""
    for stream, errors in ((sys.stdout, "replace"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def end_with_pipe() -> None:
    """Let a reader that leaves end this process without a word, as it ends other commands of a shell."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def write_json(text: str, stream: TextIO | None = None) -> None:
    """Write JSON and a new line, to stdout by default. Characters that the stream lacks become escapes of JSON."""
    stream = stream or sys.stdout
    text = _LINE_ENDS.sub(_escape, text)
    try:
        text.encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        text = _NOT_ASCII.sub(_escape, text)
    stream.write(f"{text}\n")
    stream.flush()


def abandon_stdout() -> None:
    """Drop what stdout still holds, so that Python does not fail at it once more when it ends."""
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _escape(match: re.Match[str]) -> str:
    utf16 = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{utf16[i : i + 2].hex()}" for i in range(0, len(utf16), 2))
