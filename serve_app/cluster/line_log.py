"""Lines of one logger, written in a thread of their own: an event loop that waits for a disk answers nobody."""

from __future__ import annotations

import logging
from collections.abc import Callable
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from queue import SimpleQueue
from typing import Final

logger = logging.getLogger("ray.serve")

_MAX_WAITING: Final = 10_000
"""Lines that may wait for a slow disk. Further ones are dropped: the service goes on."""


class _Enqueue(QueueHandler):
    """Hands records over as they are: the thread that writes makes the text."""

    def __init__(self, name: str) -> None:
        self.lines: SimpleQueue[logging.LogRecord] = SimpleQueue()
        super().__init__(self.lines)
        self._name = name
        self._dropped = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        if self.lines.qsize() < _MAX_WAITING:
            self.lines.put(record)
            return
        if self._dropped % _MAX_WAITING == 0:
            logger.error("%s cannot be written fast enough: %d lines were dropped", self._name, self._dropped + 1)
        self._dropped += 1


class LineLog:
    """The destination of one logger's lines in a replica. `close` writes what waits."""

    def __init__(self, source: logging.Logger) -> None:
        self._source = source
        self._listener: QueueListener | None = None
        self._handler: _Enqueue | None = None
        self._destination: object = None

    def write_to(self, destination: object, writer: Callable[[], logging.Handler]) -> None:
        """Write to `writer()` from now on, unless that is the destination already."""
        if destination == self._destination:
            return
        self.close()
        handler = _Enqueue(f"the log {self._source.name}")
        listener = QueueListener(handler.lines, writer())
        listener.start()
        self._source.addHandler(handler)
        self._source.setLevel(logging.INFO)
        self._source.propagate = False
        self._handler, self._listener, self._destination = handler, listener, destination

    def close(self) -> None:
        if self._handler is None or self._listener is None:
            return
        self._source.removeHandler(self._handler)
        self._source.setLevel(logging.NOTSET)
        self._source.propagate = True
        self._listener.stop()
        for handler in self._listener.handlers:
            handler.close()
        self._handler = self._listener = self._destination = None


def serve_file() -> RotatingFileHandler | None:
    """Return the file of Serve's own log of this replica; None outside a replica."""
    for handler in logger.handlers:
        file = getattr(handler, "target", handler)  # Serve buffers in a MemoryHandler
        if isinstance(file, RotatingFileHandler):
            return file
    return None
