"""What a killed job has lost or answered twice, and the kill itself."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from benchmarks.bulk.kills import Outcome, Running, outcome_of, write_items
from serve_app.bulk.folder import Folder
from serve_app.bulk.pieces import Pieces


@pytest.mark.parametrize(
    ("answered", "outcome"),
    [
        (["items.jsonl:1", "items.jsonl:2", "items.jsonl:3"], Outcome(0, 0)),
        (["items.jsonl:1", "items.jsonl:2"], Outcome(1, 0)),
        (["items.jsonl:1", "items.jsonl:2", "items.jsonl:3", "items.jsonl:2"], Outcome(0, 1)),
    ],
)
def test_rows_are_compared_with_answers(tmp_path: Path, answered: list[str], outcome: Outcome) -> None:
    write_items(tmp_path / "items.jsonl", 3)
    assert Pieces.of(tmp_path / "items.jsonl").rows == 3
    for n, row in enumerate(answered):
        folder = tmp_path / "out" / ("decisions" if n else "dead_letters")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{n}.jsonl").write_text(json.dumps({"row": row}) + "\n")
    assert outcome_of(tmp_path / "items.jsonl", tmp_path / "out") == outcome


class Watched(Folder):
    """Says when it was asked for the third time: once before, and twice with nothing new."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.looked, self._looks = threading.Event(), 0

    def committed(self) -> set[str]:
        self._looks += 1
        if self._looks == 3:
            self.looked.set()
        return super().committed()


def test_a_job_is_killed_once_it_has_come_so_far(tmp_path: Path) -> None:
    folder = Watched(tmp_path / "out")
    with folder.held({}):
        checkpoint = folder.begin()
    (checkpoint / "before.parquet").touch()
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    job = Running(process, folder, tmp_path / "log")
    killed = threading.Thread(target=job.kill_after, kwargs={"parts": 1})
    killed.start()
    assert folder.looked.wait(10)
    assert process.poll() is None
    (checkpoint / "one.parquet").touch()
    killed.join(10)
    assert process.wait(10) == -signal.SIGKILL


def test_a_job_that_has_ended_was_not_killed(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert not Running(process, folder, tmp_path / "log").kill_after(parts=1)
