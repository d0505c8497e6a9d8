"""The folder of captions that replicas share."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
import time
from pathlib import Path

import pytest

from deployments.captioner.file_store import FileStore, FileStoreKnobs
from deployments.errors import Misconfigured

KEY = hashlib.sha256(b"a cat").hexdigest()


def files(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file()]


def test_the_store_returns_what_was_written_with_its_age(tmp_path: Path) -> None:
    store = FileStore(tmp_path, 2**24)
    assert store.read(KEY) is None
    store.write(KEY, b"one")
    store.write(KEY, b"two")
    data, age_s = store.read(KEY) or (b"", -1)
    assert data == b"two"
    assert 0 <= age_s < 100
    assert len(files(tmp_path)) == 1


def test_the_store_keeps_to_its_size_and_the_oldest_go_first(tmp_path: Path) -> None:
    """16 MiB are 16 blocks of 4 KiB a shard; all keys here fall into one, and two replicas write them."""
    stores = [FileStore(tmp_path, 2**24), FileStore(tmp_path, 2**24)]
    keys = [f"00{n:062x}" for n in range(60)]
    for n, key in enumerate(keys):
        stores[n % 2].write(key, b"x" * 700)
        path = tmp_path / "00" / key[2:]
        os.utime(path, (1e9 + n, 1e9 + n))
    left = sorted(p.name for p in files(tmp_path))
    assert 13 <= len(left) <= 17
    assert left == [key[2:] for key in keys[-len(left) :]]
    assert stores[0].read(keys[-1]) is not None
    assert stores[0].read(keys[0]) is None


def test_writers_of_the_same_key_leave_one_whole_file(tmp_path: Path) -> None:
    store = FileStore(tmp_path, 2**28)
    texts = [bytes([n]) * 100_000 for n in range(4)]
    threads = [threading.Thread(target=store.write, args=(KEY, text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = store.read(KEY)
    assert stored is not None
    assert stored[0] in texts
    assert len(files(tmp_path)) == 1


def test_a_write_that_fails_leaves_no_half_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(tmp_path, 2**24)
    store.write(KEY, b"old")

    def full(self: Path, data: bytes) -> int:
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        store.write(KEY, b"new")
    assert [file.name for file in files(tmp_path)] == [KEY[2:]]
    assert (store.read(KEY) or (b"",))[0] == b"old"


def test_a_file_that_another_replica_has_deleted_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(tmp_path, 2**24)
    gone = tmp_path / KEY[:2] / "gone"
    gone.parent.mkdir()
    gone.symlink_to(tmp_path / "nowhere")  # `scandir` lists it, `stat` does not find it
    store.write(KEY, b"one")
    assert (store.read(KEY) or (b"",))[0] == b"one"


def test_a_clock_that_runs_behind_makes_no_negative_age(tmp_path: Path) -> None:
    store = FileStore(tmp_path, 2**24)
    store.write(KEY, b"one")
    (file,) = files(tmp_path)
    os.utime(file, (4e9, 4e9))
    assert (store.read(KEY) or (b"", -1))[1] == 0.0


def test_a_folder_that_a_replica_could_not_use_is_refused_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "a file"
    file.touch()
    for path in (file, tmp_path / "nowhere"):
        with pytest.raises(Misconfigured, match=r"cache\.second_level\.path=.* is no folder; create it"):
            FileStoreKnobs(path=str(path)).build()
    store = FileStoreKnobs(path=str(tmp_path)).build()
    store.write(KEY, b"one")
    assert files(tmp_path)
    assert not [f for f in files(tmp_path) if f.suffix == ".part"]


def fill(monkeypatch: pytest.MonkeyPatch, folder: Path, room: int) -> None:
    """Let the folder hold so many files; beyond them the disk is full."""
    write = Path.write_bytes

    def write_if_room(self: Path, data: bytes) -> int:
        if len(files(folder)) >= room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", write_if_room)


def test_on_a_full_disk_the_oldest_caption_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(tmp_path, 2**30)  # far below its share
    keys = [f"00{n:062x}" for n in range(4)]
    for n, key in enumerate(keys[:3]):
        store.write(key, b"x")
        os.utime(tmp_path / "00" / key[2:], (1e9 + n, 1e9 + n))
    fill(monkeypatch, tmp_path, room=3)
    store.write(keys[3], b"new")
    assert [store.read(key) is not None for key in keys] == [False, True, True, True]


def test_a_disk_that_stays_full_costs_one_caption_and_not_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(tmp_path, 2**30)
    keys = [f"00{n:062x}" for n in range(4)]
    for key in keys:
        store.write(key, b"x")
    fill(monkeypatch, tmp_path, room=0)
    for n in range(10, 20):
        with pytest.raises(OSError, match="No space left"):
            store.write(f"00{n:062x}", b"new")
    assert sum(store.read(key) is not None for key in keys) == 3
    monkeypatch.undo()
    store.write(keys[0], b"again")
    assert (store.read(keys[0]) or (b"",))[0] == b"again"


def test_what_another_replica_writes_is_left_to_it_and_what_a_dead_one_left_is_not(tmp_path: Path) -> None:
    store = FileStore(tmp_path, 2**24)
    shard = tmp_path / "00"
    shard.mkdir()
    theirs, abandoned = shard / "a.part", shard / "b.part"
    for draft in (theirs, abandoned):
        draft.write_bytes(b"x" * 2**16)  # the whole share
    old = time.time() - 7200
    os.utime(abandoned, (old, old))
    store.write(f"00{1:062x}", b"x")
    assert (theirs.exists(), abandoned.exists()) == (True, False)
