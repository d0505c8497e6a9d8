"""The output folder of a bulk job, which knows how far the job came.

    OUT/decisions/*.jsonl     the Decisions, in parts
    OUT/dead_letters/*.jsonl  the inputs that were refused or failed, and why
    OUT/summary.json          counts; the job is complete when it is there
    OUT/work/                 until then: the parts, Ray Data's checkpoint, and what the job is

A part has three files of one name: Decisions, dead letters and a tally. It counts when Ray Data has committed the rows
of its name to the checkpoint. A new attempt renames the checkpoint: a process of the last attempt that still runs, on
another node perhaps, can then commit nothing any more, and what it writes is removed at the end.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import filelock

from deployments.errors import Misconfigured
from serve_app.bulk.tally import Tally

DECISIONS: Final = "decisions"
DEAD_LETTERS: Final = "dead_letters"
TALLIES: Final = "tallies"
_PENDING: Final = ".pending.parquet"


class Folder:
    """One output folder. Paths are absolute, and the same on every node."""

    def __init__(self, out: Path) -> None:
        self.out = out.resolve()
        self.work = self.out / "work"
        self.parts = self.work / "parts"
        self._job = self.work / "job.json"
        self._summary = self.work / "summary.json"
        self._tallies: dict[str, Tally] = {}

    @contextmanager
    def held(self, job: dict[str, Any]) -> Iterator[None]:
        """Hold the folder for this job, a new one or one to go on with. Raises Misconfigured."""
        if (self.out / "summary.json").exists():
            raise Misconfigured(f"{self.out} is complete: name another folder, or remove it")
        if self.out.is_dir() and not self._job.exists() and any(self.out.iterdir()) and not self._is_new():
            raise Misconfigured(f"{self.out} holds something else: name another folder")
        try:
            self.parts.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(self.work / "lock", timeout=0):
                self._claim(job)
                yield
        except filelock.Timeout:
            raise Misconfigured(f"another job writes to {self.out} now") from None
        except OSError as error:
            raise Misconfigured(f"cannot write to {self.out}: {error.strerror or error}") from None

    def _is_new(self) -> bool:
        """Whether a job ended before it had written what it is."""
        return [path.name for path in self.out.iterdir()] == [self.work.name]

    def _claim(self, job: dict[str, Any]) -> None:
        if not self._job.exists():
            _write(self._job, job)
            return
        before = json.loads(self._job.read_text(encoding="utf-8"))
        changed = sorted(key for key in before.keys() | job.keys() if before.get(key) != job.get(key))
        if changed:
            raise Misconfigured(
                f"{self.out} has a job begun with another {', '.join(changed)}: go on with the same, or name another "
                "folder"
            )

    def begin(self) -> Path:
        """Begin an attempt. Returns the folder of its checkpoint."""
        for name in (DECISIONS, DEAD_LETTERS, TALLIES):
            (self.parts / name).mkdir(exist_ok=True)
        last = self._checkpoint()
        number = 1 if last is None else int(last.name.rpartition("-")[2]) + 1
        checkpoint = self.work / f"checkpoint-{number:04}"
        if last is None:
            checkpoint.mkdir()
        else:
            last.rename(checkpoint)
        return checkpoint

    def _checkpoint(self) -> Path | None:
        return max(self.work.glob("checkpoint-*"), default=None)

    def committed(self) -> set[str]:
        """Return the names of the parts that count."""
        checkpoint = self._checkpoint()
        if checkpoint is None:
            return set()
        names = (path.name for path in checkpoint.iterdir())
        return {name.removesuffix(".parquet") for name in names if not name.endswith(_PENDING)}

    def tallies(self) -> dict[str, Tally]:
        """Return the tallies of the parts that count, by name."""
        for name in self.committed() - self._tallies.keys():
            self._tallies[name] = Tally.model_validate_json((self.parts / TALLIES / f"{name}.json").read_bytes())
        return dict(self._tallies)

    def complete(self, summary: dict[str, Any]) -> None:
        """Remove what does not count, and show the parts. It may be called again after it was cut off."""
        if not self._summary.exists():
            committed = self.committed()
            for path in self.parts.glob("*/*"):
                if path.name.partition(".")[0] not in committed:
                    path.unlink()
            _write(self._summary, summary)
        for name in (DECISIONS, DEAD_LETTERS):
            if (self.parts / name).exists():
                (self.parts / name).rename(self.out / name)
        self._summary.rename(self.out / "summary.json")
        shutil.rmtree(self.work)

    def was_completed(self) -> dict[str, Any] | None:
        """Return the summary of a job that ended while its parts were moved."""
        if not self._summary.exists():
            return None
        summary: dict[str, Any] = json.loads(self._summary.read_text(encoding="utf-8"))
        return summary


def _write(path: Path, content: dict[str, Any]) -> None:
    """Write a whole file or none."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    os.replace(unfinished, path)
