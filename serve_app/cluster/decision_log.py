"""Where the entries of the audit log go: files of the replica, which are appended to and rotated."""

from __future__ import annotations

import os
from functools import partial
from logging import Handler
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from deployments.errors import Misconfigured
from serve_app.cluster.line_log import LineLog, serve_file
from serve_app.flow import audit
from serve_app.flow.knobs import AuditKnobs

_MIB: Final = 2**20


class DecisionLog(LineLog):
    """The files of one replica's Decisions."""

    def __init__(self) -> None:
        super().__init__(audit.logger)

    def reconfigure(self, knobs: AuditKnobs | None) -> None:
        """Take new knobs. Raises Misconfigured where no file can be written: a Decision without its entry is none."""
        if knobs is None:
            self.close()
            return
        place = (knobs.folder, knobs.max_file_mib, knobs.max_files)
        self.write_to(place, partial(_writer, knobs))


def _writer(knobs: AuditKnobs) -> Handler:
    served = serve_file()
    name = Path(served.baseFilename).stem.replace("replica_", "decisions_", 1) if served else f"decisions_{os.getpid()}"
    folder = Path(knobs.folder or (Path(served.baseFilename).parent if served else "."))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return RotatingFileHandler(
            folder / f"{name}.jsonl",
            maxBytes=knobs.max_file_mib * _MIB,
            backupCount=knobs.max_files - 1,
            encoding="utf-8",
        )
    except OSError as error:
        raise Misconfigured(f"audit.folder={knobs.folder!r} cannot be written: {error.strerror}") from None
