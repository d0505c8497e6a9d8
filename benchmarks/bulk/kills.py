"""Bulk jobs that are killed at random points and gone on with."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.lib.cold_items import cold_items
from benchmarks.lib.local_app import Failed
from serve_app.bulk.folder import Folder
from serve_app.bulk.pieces import Pieces

_WAIT_S: Final = 240.0
_POLL_S: Final = 0.02
# The most parts that a run ends before it is killed, and the longest time from there on: within a part.
_MOST_PARTS: Final = 3
_WITHIN_S: Final = 0.5


@dataclass(frozen=True)
class Outcome:
    """Rows of the input without an answer, and answers beyond one a row."""

    lost: int
    duplicated: int


class Running:
    """A bulk job in a process of its own."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Folder, log: Path) -> None:
        self._process = process
        self._folder = folder
        self._log = log

    def kill_after(self, parts: int, seconds: float = 0.0) -> bool:
        """Kill it so many seconds after it has ended so many more parts. Returns whether it still ran."""
        before, until = len(self._folder.committed()), time.monotonic() + _WAIT_S
        while self._process.poll() is None and len(self._committed()) < before + parts:
            if time.monotonic() > until:
                raise Failed(f"the job came no further:\n{self.output()}")
            time.sleep(_POLL_S)
        time.sleep(seconds)
        running = self._process.poll() is None
        self.kill()
        return running

    def _committed(self) -> set[str]:
        try:
            return self._folder.committed()
        except FileNotFoundError:  # the next attempt has renamed it
            return set()

    def kill(self) -> None:
        """End the process as a power cut would. Ray's processes end by themselves."""
        if self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def wait(self) -> int:
        return self._process.wait(_WAIT_S)

    def output(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-4000:]


@contextmanager
def started(source: Path, out: Path, config: Path, *flags: str) -> Iterator[Running]:
    """A `pushgen bulk` of its own, killed at the end of the body if it still runs."""
    log = out.with_name(f"{out.name}.log")
    command = [sys.executable, "-m", "serve_app.client.cli", "bulk", str(source), str(out), "--config", str(config)]
    with log.open("ab") as file:
        process = subprocess.Popen([*command, *flags], stdout=file, stderr=file, stdin=subprocess.DEVNULL)
    running = Running(process, Folder(out), log)
    try:
        yield running
    finally:
        running.kill()


def write_items(path: Path, count: int) -> None:
    """Write so many items, a line each."""
    lines = (json.dumps({"item": item.model_dump(mode="json", exclude_defaults=True)}) for item in cold_items(count))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def outcome_of(source: Path, out: Path) -> Outcome:
    """Compare the rows of the input with those that have an answer."""
    asked = Counter(row.name for piece in Pieces.of(source).pieces for row in piece.rows())
    answered = Counter(
        json.loads(line)["row"]
        for name in ("decisions", "dead_letters")
        for path in (out / name).iterdir()
        for line in path.read_text(encoding="utf-8").split("\n")
        if line
    )
    return Outcome(lost=(asked - answered).total(), duplicated=(answered - asked).total())


def run(config: Path, kills: int, items: int, seed: int = 0) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Kill a job so many times, let it end, and compare. Returns the result and a row a run. Raises Failed."""
    chance, rows, killed = random.Random(seed), [], 0  # noqa: S311 - points in time
    with tempfile.TemporaryDirectory(prefix="pushgen-bulk-") as folder:
        source, out = Path(folder, "items.jsonl"), Path(folder, "out")
        write_items(source, items)
        while killed < kills:
            began = time.monotonic()
            with started(source, out, config) as job:
                parts, seconds = chance.randint(0, _MOST_PARTS), chance.uniform(0, _WITHIN_S)
                if parts == 0:  # also while it starts, or ends the parts of the last one
                    seconds = chance.uniform(0, 8.0)
                if not job.kill_after(parts, seconds):
                    raise Failed(f"the job ended after {killed} kills: give it more items\n{job.output()}")
            killed += 1
            done = sum(tally.rows for tally in Folder(out).tallies().values())
            rows.append({"kill": killed, "parts": parts, "seconds": round(time.monotonic() - began, 2), "rows": done})
        with started(source, out, config) as job:
            if job.wait() != 0:
                raise Failed(f"the job failed:\n{job.output()}")
        outcome = outcome_of(source, out)
    return {"lost": outcome.lost, "duplicated": outcome.duplicated, "kills": killed, "kill_items": items}, rows
