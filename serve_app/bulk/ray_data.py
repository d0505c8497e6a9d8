"""The bulk job as a Ray Data pipeline: read, sort, answer, write, with a checkpoint."""

from __future__ import annotations

import logging
from pathlib import Path

import ray
from ray.data.checkpoint import CheckpointConfig

from serve_app.bulk.answers import ROW
from serve_app.bulk.cluster import explained
from serve_app.bulk.folder import Folder
from serve_app.bulk.parts import Parts
from serve_app.bulk.pieces import Pieces
from serve_app.bulk.plan import Plan
from serve_app.bulk.rows import KEY, Rows
from serve_app.bulk.worker import Read, Worker

# A worker answers two tables side by side: its engine never runs dry between two. It is given no third one, which a
# worker that starts a little later would then lack.
_TABLES = 2
# A row that kills the engine would restart workers without end.
_TRIES_OF_A_TABLE = 5


def run(
    pieces: Pieces, plan: Plan, read: Read, folder: Folder, checkpoint: Path, output: str, workers: int, part_rows: int
) -> None:
    """Answer every row that the checkpoint does not have. Raises Misconfigured, as its worker did, and BulkFailed."""
    logging.getLogger("ray.data").setLevel(logging.ERROR)  # it tells of its plans, and that its bars are off
    context = ray.data.DataContext.get_current()
    config = CheckpointConfig(id_column=ROW, checkpoint_path=str(checkpoint), delete_checkpoint_on_success=False)
    # Its filter looks names up. Up to ten actors for that would hold every core of a small machine for a minute.
    config.checkpoint_actor_pool_max_size = 1
    context.checkpoint_config = config
    context.enable_progress_bars = context.print_on_execution_start = False
    # As many blocks as pieces: Ray Data would cut a small input into 200, and its filter takes half a second for each.
    blocks = len(pieces.pieces)
    rows = ray.data.read_datasource(Rows(pieces, read), override_num_blocks=blocks).sort([KEY, ROW])
    answered = rows.repartition(target_num_rows_per_block=part_rows).map_batches(
        Worker,
        fn_constructor_args=(plan, read, pieces.folder),
        batch_format="pyarrow",
        batch_size=None,
        compute=ray.data.ActorPoolStrategy(
            min_size=1,
            max_size=workers,
            initial_size=workers,
            max_tasks_in_flight_per_actor=_TABLES,
            max_concurrent_calls_per_actor=_TABLES,
            enable_true_multi_threading=True,
        ),
        max_task_retries=_TRIES_OF_A_TABLE,
        **plan.resources,
    )
    try:
        answered.write_datasink(Parts(str(folder.parts), output), ray_remote_args={"num_cpus": 0.1})
    except Exception as error:
        raise explained(error) from error
