"""Captions in a folder that replicas share, one small file per caption."""

from __future__ import annotations

import errno
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
_PART = ".part"
_PART_AGE_S = 3600.0  # of a file whose writer has died: none writes that long
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


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
        self._room_helps = True
        """False after making room on a full disk did not: the captions that are left can at least be read."""

    def read(self, key: str) -> tuple[bytes, float] | None:
        """Return the data and its age in seconds, or None."""
        try:
            with self._path(key).open("rb") as file:
                age_s = time.time() - os.fstat(file.fileno()).st_mtime
                return file.read(), max(0.0, age_s)
        except FileNotFoundError:
            return None

    def write(self, key: str, data: bytes) -> None:
        """Write atomically: a reader sees all of the data or none, also with several writers.

        On a full disk the oldest captions make room, even where the shard is below its share.
        """
        path = self._path(key)
        path.parent.mkdir(exist_ok=True)
        self._keep_to_share(path.parent, len(data))
        try:
            _replace(path, data)
        except OSError as error:
            if error.errno not in _FULL or not self._room_helps:
                raise
            self._room_helps = False
            if not _free(path.parent, _space(len(data)), but=path):
                raise
            _replace(path, data)
        self._room_helps = True

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key[2:]

    def _keep_to_share(self, shard: Path, size: int) -> None:
        """Delete the oldest files of the shard when it exceeds its share.

        Scans the shard on the first write, then whenever this process has added a sixteenth of the share.
        """
        slack = self._shard_bytes // _SLACK
        grown = self._grown.get(shard.name, slack) + _space(size)
        self._grown[shard.name] = grown
        if grown <= slack:
            return
        self._grown[shard.name] = 0
        total = sum(space for _, space, _ in _files(shard)) + _space(size)
        _free(shard, total - (self._shard_bytes - slack))


def _replace(path: Path, data: bytes) -> None:
    draft = path.with_name(f"{uuid.uuid4().hex}{_PART}")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _free(shard: Path, needed: int, but: Path | None = None) -> int:
    """Delete the oldest files, `but` one, until `needed` bytes are free. Return the bytes that were freed.

    What another replica is writing now stays.
    """
    freed = 0
    newest_draft_s = time.time() - _PART_AGE_S
    for written_s, space, path in sorted(_files(shard)):
        if freed >= needed:
            break
        if Path(path) == but or (path.endswith(_PART) and written_s > newest_draft_s):
            continue
        Path(path).unlink(missing_ok=True)
        freed += space
    return freed


def _files(shard: Path) -> list[tuple[float, int, str]]:
    """Return time of writing, space and path of each file."""
    files = []
    for entry in os.scandir(shard):
        try:
            status = entry.stat()
        except FileNotFoundError:  # another replica makes room too
            continue
        files.append((status.st_mtime, _space(status.st_size), entry.path))
    return files


def _space(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK
