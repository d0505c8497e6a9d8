"""Where the lines of the journal go: a file beside Serve's log of the replica, or standard output.

They are written in a thread of their own: an event loop that waits for a disk answers nobody.
"""

from __future__ import annotations

import logging
import sys
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from serve_app.flow import journal
from serve_app.flow.knobs import LogKnobs

logger = logging.getLogger("ray.serve")

_MAX_WAITING: Final = 10_000
"""Lines that may wait for a slow disk. Further ones are dropped: the service goes on."""


class _Enqueue(QueueHandler):
    """Hands records over as they are: the thread that writes makes the text."""

    def __init__(self) -> None:
        self.lines: SimpleQueue[logging.LogRecord] = SimpleQueue()
        super().__init__(self.lines)
        self.dropped = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        if self.lines.qsize() < _MAX_WAITING:
            self.lines.put(record)
            return
        if not self.dropped:
            logger.error("the log of requests cannot be written fast enough: lines are dropped")
        self.dropped += 1


class RequestLog:
    """The destination of one replica's lines. `close` writes what waits."""

    def __init__(self) -> None:
        self._listener: QueueListener | None = None
        self._handler: _Enqueue | None = None
        self._destination = ""

    def reconfigure(self, knobs: LogKnobs) -> None:
        """Take new knobs. A file that cannot be written is logged, and the lines go to standard output."""
        if knobs.destination == self._destination:
            return
        self.close()
        self._destination = knobs.destination
        handler = _Enqueue()
        listener = QueueListener(handler.lines, _writer(knobs.destination))
        listener.start()
        journal.logger.addHandler(handler)
        journal.logger.setLevel(logging.INFO)
        journal.logger.propagate = False
        self._handler, self._listener = handler, listener

    def close(self) -> None:
        if self._handler is None or self._listener is None:
            return
        journal.logger.removeHandler(self._handler)
        journal.logger.setLevel(logging.NOTSET)
        journal.logger.propagate = True
        self._listener.stop()
        for handler in self._listener.handlers:
            handler.close()
        self._handler = self._listener = None
        self._destination = ""


def _writer(destination: str) -> logging.Handler:
    served = _serve_file()
    if destination == "file" and served is not None:
        path = Path(served.baseFilename)
        path = path.with_name(f"{path.stem.replace('replica_', 'requests_', 1)}.jsonl")
        try:  # rotated as Serve's own log is
            return RotatingFileHandler(path, maxBytes=served.maxBytes, backupCount=served.backupCount)
        except OSError as error:
            logger.error("no file for the log of requests, it goes to standard output: %s", error)
    # Serve may have put its own log in the place of `sys.stdout`.
    return logging.StreamHandler(sys.__stdout__)


def _serve_file() -> RotatingFileHandler | None:
    """Return the file of Serve's own log of this replica; None outside a replica."""
    for handler in logger.handlers:
        file = getattr(handler, "target", handler)  # Serve buffers in a MemoryHandler
        if isinstance(file, RotatingFileHandler):
            return file
    return None
