"""Where the lines of the journal go: a file beside Serve's log of the replica, or standard output."""

from __future__ import annotations

import logging
import sys
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path

from serve_app.cluster.line_log import LineLog, serve_file
from serve_app.flow import journal
from serve_app.flow.knobs import LogKnobs

logger = logging.getLogger("ray.serve")


class RequestLog(LineLog):
    """The destination of one replica's lines."""

    def __init__(self) -> None:
        super().__init__(journal.logger)

    def reconfigure(self, knobs: LogKnobs) -> None:
        """Take new knobs. A file that cannot be written is logged, and the lines go to standard output."""
        self.write_to(knobs.destination, partial(_writer, knobs.destination))


def _writer(destination: str) -> logging.Handler:
    served = serve_file()
    if destination == "file" and served is not None:
        path = Path(served.baseFilename)
        path = path.with_name(f"{path.stem.replace('replica_', 'requests_', 1)}.jsonl")
        try:  # rotated as Serve's own log is
            return RotatingFileHandler(path, maxBytes=served.maxBytes, backupCount=served.backupCount)
        except OSError as error:
            logger.error("no file for the log of requests, it goes to standard output: %s", error)
    # Serve may have put its own log in the place of `sys.stdout`.
    return logging.StreamHandler(sys.__stdout__)
