"""Reference rows of settings and knobs."""

from __future__ import annotations

from pydantic import BaseModel, Field

from tools import docs_models


class Part(BaseModel):
    """A part."""

    names: tuple[str, ...] = Field(default=(), max_length=3)


class Whole(BaseModel):
    wait_s: float = Field(default=1.0, gt=0)
    """Longest wait."""
    part: Part = Part()
    limit: int | None = Field(default=None, ge=1)
    name: str = Field(min_length=1)


def test_a_row_has_type_default_bounds_unit_and_meaning() -> None:
    rows = {
        line.split(" | ")[0].strip("| `"): line for line in docs_models.section(Whole).splitlines() if "| `" in line
    }
    assert rows["wait_s"] == "| `wait_s` | number | `1.0` | above 0 | seconds | Longest wait. |"
    assert rows["part"] == "| `part` | [Part](#part) | its own defaults |  |  |  |"
    assert "| none | at least 1 |" in rows["limit"]
    assert "| required | not empty |" in rows["name"]


def test_a_model_is_followed_by_its_parts_once() -> None:
    assert docs_models.closure([Whole, Part]) == [Whole, Part]
    assert "at most 3 entries" in docs_models.section(Part)


def test_a_bar_does_not_end_a_cell() -> None:
    assert docs_models.cell("a |\n <b>") == "a \\| &lt;b>"
