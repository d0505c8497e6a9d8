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
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import filelock

from deployments.errors import Misconfigured
from serve_app.bulk.cluster import BulkFailed
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
        with ExitStack() as stack:
            with self._written():
                try:
                    self.parts.mkdir(parents=True, exist_ok=True)
                    stack.enter_context(filelock.FileLock(self.work / "lock", timeout=0))
                except filelock.Timeout:
                    raise Misconfigured(f"another job writes to {self.out} now") from None
                self._claim(job)
            yield

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Misconfigured(f"cannot write to {self.out}: {error.strerror or error}") from None

    def _is_new(self) -> bool:
        """Whether a job ended before it had written what it is: nothing is here but what `held` makes before that."""
        if [path.name for path in self.out.iterdir()] != [self.work.name] or not self.work.is_dir():
            return False
        made = {self.parts.name, "lock", _unfinished(self._job).name}
        if not {path.name for path in self.work.iterdir()} <= made:
            return False
        return not self.parts.exists() or (self.parts.is_dir() and not any(self.parts.iterdir()))

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
        """Begin an attempt. Returns the folder of its checkpoint. Raises Misconfigured."""
        with self._written():
            for name in (DECISIONS, DEAD_LETTERS, TALLIES):
                (self.parts / name).mkdir(exist_ok=True)
            last = self._checkpoint()
            number = 1 if last is None else int(last.name.rpartition("-")[2]) + 1
            checkpoint = self.work / f"checkpoint-{number:04}"
            if last is None:
                checkpoint.mkdir()
            else:
                last.rename(checkpoint)
                self._withdraw(checkpoint)
        return checkpoint

    def _withdraw(self, checkpoint: Path) -> None:
        """Withdraw the commit of parts whose files are not sure, so that their rows are decided again.

        A part is committed and pending where a task ended with its commit, unseen, and was tried again: Ray Data would
        remove its files and leave its commit.
        """
        pending = {path.name.removesuffix(_PENDING) for path in checkpoint.glob(f"*{_PENDING}")}
        for name in (self.committed() & pending) | self._without_files():
            (checkpoint / f"{name}.parquet").unlink()

    def _without_files(self) -> set[str]:
        """Return the names of parts that are committed and have no tally, which is the last file of each."""
        return {name for name in self.committed() if not (self.parts / TALLIES / f"{name}.json").exists()}

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
        """Remove what does not count, and show the parts. It may be called again after it was cut off.

        Raises Misconfigured, and BulkFailed where files of a part are gone.
        """
        with self._written():
            self._complete(summary)

    def _complete(self, summary: dict[str, Any]) -> None:
        if not self._summary.exists():
            if gone := self._without_files():
                raise BulkFailed(f"the files of {len(gone)} parts are gone: run the same command again")
            committed = self.committed()
            for path in self.parts.glob("*/*"):
                if path.name.partition(".")[0] not in committed:
                    path.unlink()
            _write(self._summary, summary)
        for name in (DECISIONS, DEAD_LETTERS):
            if (self.parts / name).exists():
                (self.parts / name).rename(self.out / name)
        self._summary.rename(self.out / "summary.json")
        shutil.rmtree(self.work, ignore_errors=True)  # the lock is open, which some file systems mind

    def was_completed(self) -> dict[str, Any] | None:
        """Return the summary of a job that ended while its parts were moved."""
        if not self._summary.exists():
            return None
        summary: dict[str, Any] = json.loads(self._summary.read_text(encoding="utf-8"))
        return summary


def _write(path: Path, content: dict[str, Any]) -> None:
    """Write a whole file or none."""
    unfinished = _unfinished(path)
    unfinished.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    os.replace(unfinished, path)


def _unfinished(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")
