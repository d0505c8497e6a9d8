"""A capacity sheet as text and as data."""

from __future__ import annotations

from benchmarks.capacity.sheet import Rate, Replica, Volume, sheet
from benchmarks.capacity.tables import as_dict, remarks, table

VOLUME = Volume(notifications_per_day=86_400)


def test_a_missing_price_and_the_size_of_a_replica_are_remarked() -> None:
    needs = sheet(VOLUME, {"reward": Rate(10, "stated", Replica(4, 1))}, {"cpu": 0.1})
    assert remarks(needs) == [
        "reward: no cost without --price gpu=NUMBER",
        "reward: a replica is 4 CPU cores and 1 GPUs",
    ]


def test_the_table_has_a_row_a_stage_and_their_total() -> None:
    needs = sheet(VOLUME, {}, {})
    assert table(VOLUME, needs).row_count == len(needs) + 1


def test_unknown_totals_are_null() -> None:
    data = as_dict(VOLUME, sheet(VOLUME, {"reward": Rate(10, "stated")}, {}))
    assert data["stages"]["reward"]["replicas_mean"] == 2  # 9 copies a second on a replica of 10 x 0.7, rounded up
    assert data["total"]["replicas_mean"] is None
