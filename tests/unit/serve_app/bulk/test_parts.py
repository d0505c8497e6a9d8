"""What is written of a part."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

from ray.data.block import BlockAccessor

from serve_app.bulk.folder import Folder
from serve_app.bulk.parts import Parts
from tests.unit.serve_app.bulk.test_answers import table


def test_a_part_has_three_files_of_one_name(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with folder.held({}):
        checkpoint = folder.begin()
        task = SimpleNamespace(kwargs={"write_uuid": "abc"}, task_idx=7)
        Parts(str(folder.parts), "jsonl").write_block(BlockAccessor.for_block(table()), 0, task)
        files = sorted(path.relative_to(folder.parts).as_posix() for path in folder.parts.glob("*/*"))
        assert files == ["dead_letters/abc_000007.jsonl", "decisions/abc_000007.jsonl", "tallies/abc_000007.json"]
        assert json.loads((folder.parts / files[0]).read_text())["row"] == "a.jsonl:2"
        assert folder.tallies() == {}
        (checkpoint / "abc_000007.parquet").touch()
        assert folder.tallies()["abc_000007"].rows == 2


def test_no_file_without_content(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with folder.held({}):
        folder.begin()
        task = SimpleNamespace(kwargs={"write_uuid": "abc"}, task_idx=0)
        Parts(str(folder.parts), "parquet").write_block(BlockAccessor.for_block(table().slice(1)), 0, task)
        assert not list((folder.parts / "decisions").iterdir())
        assert len(list((folder.parts / "dead_letters").iterdir())) == 1
