"""A full disk, where one may be mounted."""

from __future__ import annotations

import errno

import pytest

from benchmarks.chaos.disk import fill, free, small_disk


def test_a_full_disk_takes_nothing_more_until_it_is_freed() -> None:
    with small_disk() as folder:
        if folder is None:
            pytest.skip("mounting takes root")
        fill(folder)
        with pytest.raises(OSError, match="No space left") as caught:
            (folder / "more").write_bytes(b"x")
        assert caught.value.errno == errno.ENOSPC
        free(folder)
        (folder / "more").write_bytes(b"x")
    assert not folder.exists()
