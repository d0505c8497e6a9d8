"""Numbers found in results, and written for a person."""

from __future__ import annotations

from pathlib import Path

from benchmarks.lib import record
from benchmarks.lib.results import lookup, number, numbers, raw_rows


def test_a_key_is_found_by_levels_or_as_it_stands() -> None:
    assert lookup({"a": {"b": {"c": 1}}}, "a.b.c") == 1
    assert lookup({"a.b": 2}, "a.b") == 2
    assert lookup({"a": {"b.c": 3}}, "a.b.c") == 3
    assert lookup({"a": 1}, "a.b") is None
    assert lookup({}, "a") is None


def test_numbers_leave_out_what_is_none() -> None:
    assert numbers(2) == {"": 2.0}
    assert numbers({"grpc": 1.5, "http": {"p50": 2}, "ok": True, "name": "x", "bad": float("nan")}) == {
        "grpc": 1.5,
        "http.p50": 2.0,
    }


def test_an_object_of_a_list_is_known_by_its_first_value() -> None:
    result = {"points": [{"replicas": 1, "items": 3.0}, {"replicas": 4, "items": 9.0}], "rows": [1, {}]}
    assert lookup(result, "points.4.items") == 9.0
    assert lookup(result, "points.2.items") is None
    assert lookup(result, "rows.1.items") is None


def test_raw_rows_come_back_with_numbers_as_numbers_and_without_empty_cells(tmp_path: Path) -> None:
    record.write("load", {}, raw=[{"n": 1, "ms": 2.5, "code": "OK"}, {"n": 2, "late": True}], folder=tmp_path)
    assert raw_rows(tmp_path, "load") == [{"n": 1, "ms": 2.5, "code": "OK"}, {"n": 2, "late": "True"}]
    assert raw_rows(tmp_path, "none") == []


def test_numbers_read_well() -> None:
    assert [number(x) for x in (1.0, 0.91234567, 123456.7, 1500.0)] == ["1", "0.9123", "123,457", "1,500"]
