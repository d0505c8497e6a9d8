"""Rows of a writer's drafts."""

from __future__ import annotations

import math
from typing import Any

import pytest

from deployments.types import Draft, Stage, StageRevision, Usage
from tests.unit.training.fitness.entries import ENTRIES
from training.writer.corpus import Entry
from training.writer.sample import row, written


def draft(title: str, fit: float | None) -> Draft:
    return Draft(
        title=title,
        category="DIRECT",
        index=0,
        fit=fit,
        likelihood=-2.0,
        answer_likelihood=-1.0,
        usage=Usage(),
        revision=StageRevision(stage=Stage.GENERATE, kind="fake", model="m"),
    )


class Studio:
    async def write(self, entry: Entry, categories: int, candidates: int, seed: int) -> list[Draft]:
        return [draft(f"{entry.id} {n}", 0.5) for n in range(categories * candidates)]


@pytest.mark.parametrize(("fit", "contrast"), [(None, None), (0.5, 0.0), (0.9, pytest.approx(math.log(9), abs=1e-4))])
def test_the_contrast_is_the_logit_of_the_models_own_fit(fit: float | None, contrast: float | None) -> None:
    assert row(ENTRIES[0], draft("Bread", fit))["contrast"] == contrast


async def test_every_entry_has_its_rows_together() -> None:
    studio: Any = Studio()
    batches = [rows async for rows in written(studio, ENTRIES[:5], 2, 3, 0, at_once=2)]
    assert {rows[0]["id"] for rows in batches} == {entry.id for entry in ENTRIES[:5]}
    assert all(len(rows) == 6 and len({one["id"] for one in rows}) == 1 for rows in batches)
