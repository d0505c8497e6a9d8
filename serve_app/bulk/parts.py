"""Where Ray Data writes the answers of a bulk job: a part for each table, of three files."""

from __future__ import annotations

import posixpath
from typing import Any

from ray.data.block import BlockAccessor
from ray.data.datasource import BlockBasedFileDatasink

from serve_app.bulk import answers
from serve_app.bulk.folder import DEAD_LETTERS, DECISIONS, TALLIES
from serve_app.bulk.outputs import OUTPUTS, json_lines
from serve_app.bulk.tally import Tally


class Parts(BlockBasedFileDatasink):
    """Ray Data commits a part's rows after its files are written, and removes the files of one that was cut off.

    It knows them by the part's name, below this folder.
    """

    def __init__(self, path: str, output: str) -> None:
        super().__init__(path, file_format=output)
        self._output = output

    def write_block(self, block: BlockAccessor, block_index: int, ctx: Any) -> None:
        del block_index  # a task has one
        file_name = self.filename_provider.get_filename_for_task(ctx.kwargs["write_uuid"], ctx.task_idx)
        name = file_name.rpartition(".")[0]
        table = block.to_arrow()
        decisions, dead_letters = answers.split(table)
        self._write(DECISIONS, f"{name}.{self._output}", OUTPUTS[self._output](decisions))
        self._write(DEAD_LETTERS, f"{name}.jsonl", json_lines(dead_letters))
        self._write(TALLIES, f"{name}.json", Tally.of(table).model_dump_json().encode())

    def _write(self, folder: str, name: str, content: bytes) -> None:
        """Write a file, but none without content."""
        if content:
            with self.open_output_stream(posixpath.join(self.path, folder, name)) as file:
                file.write(content)
