"""Captions in a folder that replicas share, one small file per caption."""

from __future__ import annotations

import os
import tempfile
import time
import uuid
from pathlib import Path
from typing import Literal

from pydantic import Field

from deployments.errors import Misconfigured
from deployments.paths import find
from deployments.settings import Knobs

_SHARDS = 256  # by the first two digits of the key
_SLACK = 16
_BLOCK = 4096  # space of the smallest file on most file systems


class FileStoreKnobs(Knobs):
    """`path` is an existing folder on storage that all replicas share.

    Files work on network file systems too, where the locks and the shared memory of an embedded database do not.
    `max_mb` bounds the space; the oldest captions are deleted first. Each replica beyond the first may exceed it by a
    sixteenth. An operation that takes longer than `timeout_s` counts as failed.
    """

    kind: Literal["file"] = "file"
    path: str = Field(min_length=1)
    max_mb: int = Field(default=512, ge=16)
    timeout_s: float = Field(default=0.25, gt=0, le=10)

    def build(self) -> FileStore:
        """Open the store. Raises Misconfigured if the folder is missing or cannot be written."""
        folder = find(self.path)
        if folder is None or not folder.is_dir():
            raise Misconfigured(
                f"cache.second_level.path={self.path!r} is no folder; create it, or mount what holds it"
            )
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise Misconfigured(f"cache.second_level.path={self.path!r} cannot be written: {why}") from None
        return FileStore(folder, self.max_mb * 2**20)


class FileStore:
    """Implements Store. Keys are hex digests. Blocks: call it in a thread. Raises OSError."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._shard_bytes = max_bytes // _SHARDS
        self._grown: dict[str, int] = {}

    def read(self, key: str) -> tuple[bytes, float] | None:
        """Return the data and its age in seconds, or None."""
        try:
            with self._path(key).open("rb") as file:
                age_s = time.time() - os.fstat(file.fileno()).st_mtime
                return file.read(), max(0.0, age_s)
        except FileNotFoundError:
            return None

    def write(self, key: str, data: bytes) -> None:
        """Write atomically: a reader sees all of the data or none, also with several writers."""
        path = self._path(key)
        path.parent.mkdir(exist_ok=True)
        draft = path.with_name(f"{uuid.uuid4().hex}.part")
        try:
            draft.write_bytes(data)
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        self._make_room(path.parent, len(data))

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key[2:]

    def _make_room(self, shard: Path, size: int) -> None:
        """Delete the oldest files of the shard when it exceeds its share.

        Scans the shard on the first write, then whenever this process has added a sixteenth of the share.
        """
        slack = self._shard_bytes // _SLACK
        grown = self._grown.get(shard.name, slack) + _space(size)
        self._grown[shard.name] = grown
        if grown <= slack:
            return
        self._grown[shard.name] = 0
        files = []
        for entry in os.scandir(shard):
            try:
                status = entry.stat()
            except FileNotFoundError:  # another replica makes room too
                continue
            files.append((status.st_mtime, _space(status.st_size), entry.path))
        total = sum(space for _, space, _ in files)
        for _, space, path in sorted(files):
            if total <= self._shard_bytes - slack:
                return
            Path(path).unlink(missing_ok=True)
            total -= space


def _space(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK
