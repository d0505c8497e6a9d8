"""The files of the audit log: appended to, rotated at their size, or refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.errors import Misconfigured
from serve_app.cluster.decision_log import DecisionLog
from serve_app.flow.audit import logger
from serve_app.flow.knobs import AuditKnobs


@pytest.fixture
def log() -> Iterator[DecisionLog]:
    log = DecisionLog()
    yield log
    log.close()


def lines(folder: Path) -> list[str]:
    return [line for path in sorted(folder.iterdir()) for line in path.read_text().splitlines()]


def test_entries_are_appended(log: DecisionLog, tmp_path: Path) -> None:
    for words in ("one", "two"):
        log.reconfigure(AuditKnobs(folder=str(tmp_path / "audit")))
        logger.info(words)
        log.close()
    assert lines(tmp_path / "audit") == ["one", "two"]


def test_files_are_rotated_and_the_oldest_goes(log: DecisionLog, tmp_path: Path) -> None:
    log.reconfigure(AuditKnobs(folder=str(tmp_path), max_file_mib=1, max_files=2))
    for _ in range(5):
        logger.info("x" * 2**19)
    log.close()
    files = list(tmp_path.iterdir())
    assert len(files) == 2
    assert all(path.stat().st_size <= 2**20 for path in files)


def test_without_knobs_nothing_is_written(log: DecisionLog, tmp_path: Path) -> None:
    log.reconfigure(AuditKnobs(folder=str(tmp_path)))
    log.reconfigure(None)
    logger.info("lost")
    assert lines(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_refused(log: DecisionLog, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match=r"audit\.folder="):
        log.reconfigure(AuditKnobs(folder=str(tmp_path / "file" / "audit")))
