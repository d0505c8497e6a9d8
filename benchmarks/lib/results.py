"""Results as they are kept: read them, find a number in them, and write a number for a person."""

from __future__ import annotations

import csv
import gzip
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Results = Mapping[str, Mapping[str, Any]]
"""By the benchmark's name, the content of its JSON."""


class BadResult(Exception):
    """A file among the results is not one; the message names it and says what to do."""


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """Every result in the folder, by name. Raises BadResult."""
    results = {}
    for path in sorted(folder.glob("*.json")):
        try:
            result = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise BadResult(f"{path.name} is no JSON: run its benchmark again, or remove it") from None
        if not isinstance(result, dict):
            raise BadResult(f"{path.name} is no result, which is one JSON object: remove it")
        results[path.stem] = result
    if not results:
        raise BadResult(f"--results: no result in {str(folder)!r}: run a benchmark first, `make help` lists them")
    return results


def raw_rows(folder: Path, name: str) -> list[dict[str, Any]]:
    """The raw rows of a result; numbers as numbers, without the cells that were empty. None kept: no rows."""
    path = folder / "raw" / f"{name}.csv.gz"
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [{key: _value(cell) for key, cell in row.items() if cell} for row in csv.DictReader(file)]


def _value(cell: str) -> Any:
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell


def lookup(result: Any, key: str) -> Any:
    """Return the value at `key`, whose dots are levels or part of a name; None where there is none.

    In a list of objects, one is known by its first value: `points.4.items_per_s`.
    """
    if isinstance(result, list):
        result = {str(next(iter(each.values()))): each for each in result if isinstance(each, Mapping) and each}
    if not isinstance(result, Mapping):
        return None
    if key in result:
        return result[key]
    head, _, tail = key.partition(".")
    return lookup(result.get(head), tail) if tail else None


def numbers(value: Any, name: str = "") -> dict[str, float]:
    """Every finite number in `value` by its path below it, which is "" where `value` is the number itself."""
    if isinstance(value, bool):
        return {}
    if isinstance(value, int | float):
        return {name: float(value)} if math.isfinite(value) else {}
    if not isinstance(value, Mapping):
        return {}
    return {k: v for key, below in value.items() for k, v in numbers(below, f"{name}.{key}" if name else key).items()}


def number(value: float) -> str:
    """Four significant digits, whole numbers whole."""
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:.4g}"
