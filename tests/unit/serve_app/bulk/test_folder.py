"""The output folder: what counts, going on, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deployments.errors import Misconfigured
from serve_app.bulk.cluster import BulkFailed
from serve_app.bulk.folder import Folder
from serve_app.bulk.tally import Tally

JOB = {"config": "a", "input": {"x.jsonl": "1"}}


def part(folder: Folder, name: str, checkpoint: Path | None, suffix: str = ".parquet") -> None:
    """Write a part of one row, committed to a checkpoint or not."""
    (folder.parts / "decisions" / f"{name}.jsonl").write_text(name)
    (folder.parts / "tallies" / f"{name}.json").write_text(Tally(rows=1).model_dump_json())
    if checkpoint is not None:
        (checkpoint / f"{name}{suffix}").touch()


def test_what_was_not_committed_does_not_count(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    with folder.held(JOB):
        checkpoint = folder.begin()
        part(folder, "a", checkpoint)
        part(folder, "b", None)
        part(folder, "c", checkpoint, ".pending.parquet")
        assert list(folder.tallies()) == ["a"]
        folder.complete({"rows": 1})
    assert [path.name for path in (folder.out / "decisions").iterdir()] == ["a.jsonl"]
    assert json.loads((folder.out / "summary.json").read_text()) == {"rows": 1}
    assert not folder.work.exists()


def test_a_process_of_the_last_attempt_commits_nothing_any_more(tmp_path: Path) -> None:
    with Folder(tmp_path).held(JOB):
        stale = Folder(tmp_path).begin()
    part(Folder(tmp_path), "a", stale)
    folder = Folder(tmp_path)
    with folder.held(JOB):
        assert folder.begin() != stale
        assert list(folder.tallies()) == ["a"]
        with pytest.raises(FileNotFoundError):
            part(folder, "late", stale)
        folder.complete({})
    assert [path.name for path in (tmp_path / "decisions").iterdir()] == ["a.jsonl"]


def test_an_end_that_was_cut_off_is_ended(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with folder.held(JOB):
        part(folder, "a", folder.begin())
        (folder.work / "summary.json").write_text('{"rows": 1}')
        (folder.parts / "decisions").rename(tmp_path / "decisions")
    again = Folder(tmp_path)
    with again.held(JOB):
        assert again.was_completed() == {"rows": 1}
        again.complete({"rows": 1})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dead_letters", "decisions", "summary.json"]


def test_a_job_goes_on_with_the_same_input_and_config_alone(tmp_path: Path) -> None:
    with Folder(tmp_path).held(JOB):
        pass
    with Folder(tmp_path).held(JOB):
        pass
    with (
        pytest.raises(Misconfigured, match="another config, format"),
        Folder(tmp_path).held(JOB | {"config": "b", "format": "jsonl"}),
    ):
        pass


def test_folders_of_others_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").touch()
    for path in ("named work/work/thesis.txt", "in parts/work/parts/decisions/thesis.txt"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).touch()
    (tmp_path / "a file").mkdir()
    (tmp_path / "a file/work").touch()
    (tmp_path / "file").touch()
    (tmp_path / "done").mkdir()
    (tmp_path / "done/summary.json").touch()
    others = [(name, "something else") for name in ("mine", "named work", "in parts", "a file")]
    for name, message in (*others, ("file", "cannot write"), ("done", "is complete")):
        with pytest.raises(Misconfigured, match=message), Folder(tmp_path / name).held(JOB):
            pass
    assert (tmp_path / "named work/work/thesis.txt").exists()


@pytest.mark.parametrize("left", [[], ["parts"], ["parts", "lock"], ["parts", "lock", "job.json.new"]])
def test_a_job_that_was_killed_while_it_began_is_gone_on_with(tmp_path: Path, left: list[str]) -> None:
    (tmp_path / "work").mkdir()
    for name in left:
        path = tmp_path / "work" / name
        path.mkdir() if name == "parts" else path.touch()
    with Folder(tmp_path).held(JOB):
        assert (tmp_path / "work/job.json").exists()


def test_a_part_that_is_committed_and_written_again_is_done_again(tmp_path: Path) -> None:
    with Folder(tmp_path).held(JOB):
        last = Folder(tmp_path).begin()
    for suffix in (".parquet", ".pending.parquet"):
        part(Folder(tmp_path), "a", last, suffix)
    part(Folder(tmp_path), "b", last)
    folder = Folder(tmp_path)
    with folder.held(JOB):
        checkpoint = folder.begin()
        assert (checkpoint / "a.pending.parquet").exists(), "by it Ray Data removes the part's files"
        assert list(folder.tallies()) == ["b"]
        part(folder, "c", checkpoint)
        folder.complete({})
    assert sorted(path.name for path in (tmp_path / "decisions").iterdir()) == ["b.jsonl", "c.jsonl"]


def test_a_part_without_its_files_is_no_part_of_a_complete_job(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with folder.held(JOB):
        part(folder, "a", folder.begin())
        assert list(folder.tallies()) == ["a"]
        (folder.parts / "tallies/a.json").unlink()
        with pytest.raises(BulkFailed, match="1 parts are gone"):
            folder.complete({})
    again = Folder(tmp_path)
    with again.held(JOB):
        again.begin()
        assert again.tallies() == {}


def test_an_error_of_the_job_is_not_one_of_its_folder(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no socket"), Folder(tmp_path).held(JOB):
        raise OSError("no socket")


def test_a_job_is_complete_though_its_work_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> None:
        raise PermissionError("the lock is open")

    folder = Folder(tmp_path)
    with folder.held(JOB):
        part(folder, "a", folder.begin())
        with monkeypatch.context() as patch:
            patch.setattr("os.rmdir", busy)
            folder.complete({"rows": 1})
    assert (tmp_path / "summary.json").exists()


def test_two_jobs_do_not_share_a_folder(tmp_path: Path) -> None:
    with Folder(tmp_path).held(JOB), pytest.raises(Misconfigured, match="another job"), Folder(tmp_path).held(JOB):
        pass
