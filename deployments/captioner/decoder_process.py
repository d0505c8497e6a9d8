"""One decoder process: it reads encoded pictures from standard input and writes small decoded ones to standard output.

A damaged picture may hang or crash a codec, or allocate all memory; here it harms nothing else. The process keeps no
state between pictures, imports little more than Pillow, and ends when its input does.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import struct
import sys
from typing import BinaryIO, Final, NamedTuple

from PIL import Image as Pillow

from deployments import pixels

MAIN: Final = "from deployments.captioner.decoder_process import main; main()"


class Order(NamedTuple):
    """Parameters of one decoding.

    max_side: pixels. jpeg_quality: of the answer; 0 for raw pixels. time_s: then the kernel ends the process.
    """

    max_side: int
    jpeg_quality: int
    time_s: float


class Reply(NamedTuple):
    """A decoded picture, or the reason of its refusal. `data` is RGB pixels, a JPEG, or the reason as text."""

    refused: bool
    size: tuple[int, int]
    data: bytes


# Plain structures, no pickles: a compromised codec must not reach the owner.
_ORDER = struct.Struct("<IBdI")
_REPLY = struct.Struct("<?III")


def send_order(stream: BinaryIO, order: Order, data: bytes) -> None:
    stream.write(_ORDER.pack(*order, len(data)))
    stream.write(data)
    stream.flush()


def receive_reply(stream: BinaryIO) -> Reply:
    """Raises EOFError when the process has ended."""
    refused, width, height, size = _REPLY.unpack(_exactly(stream, _REPLY.size))
    return Reply(refused, (width, height), _exactly(stream, size))


def main() -> None:
    """Decode until the input ends. The argument is the memory limit in MiB."""
    _protect(int(sys.argv[1]))
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # output of a codec must not mix with the replies
    Pillow.preinit()
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            *order, size = _ORDER.unpack(_exactly(sys.stdin.buffer, _ORDER.size))
            reply = _obey(Order(*order), _exactly(sys.stdin.buffer, size))
            replies.write(_REPLY.pack(reply.refused, *reply.size, len(reply.data)))
            replies.write(reply.data)
            replies.flush()


def _protect(max_memory_mb: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the owner handles it
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process, whatever its code does
    with contextlib.suppress(OSError, ValueError):  # not on every system
        resource.setrlimit(resource.RLIMIT_AS, (max_memory_mb * 2**20,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _obey(order: Order, data: bytes) -> Reply:
    signal.setitimer(signal.ITIMER_REAL, order.time_s)
    try:
        image = pixels.decode(data, order.max_side)
        decoded = pixels.jpeg(image, order.jpeg_quality) if order.jpeg_quality else image.tobytes()
        return Reply(False, image.size, decoded)
    except pixels.RefusedError as refused:
        return Reply(True, (0, 0), str(refused).encode())
    except Exception:  # noqa: BLE001 - whatever else is raised costs this picture and not the process
        return Reply(True, (0, 0), b"cannot be decoded")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data
