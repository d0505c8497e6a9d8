"""What the pipeline and the stages hand each other."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from deployments.types import Copy, Draft, GenerationTask, Item, LengthProfile, OutputField

PROFILE = {"length_profile": "p", "max_title": 40, "max_body": 90}


@pytest.mark.parametrize("wrong", [{"max_title": 3}, {"max_title": 501}, {"max_body": 7}, {"counting_unit": "BYTES"}])
def test_a_profile_that_no_copy_could_meet_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        LengthProfile.model_validate(PROFILE | wrong)


def test_a_task_writes_title_and_body_unless_it_says_otherwise() -> None:
    task = GenerationTask.model_validate(
        {"item": Item(), "caption": "", "plan": (), "candidates_per_category": 1, "profile": PROFILE}
    )
    assert task.output_fields == (OutputField.TITLE, OutputField.BODY)
    assert (task.temperature, task.seed, task.adapter) == (None, None, None)


def test_a_task_for_no_candidates_is_refused() -> None:
    with pytest.raises(ValidationError, match="candidates_per_category"):
        GenerationTask.model_validate(
            {"item": Item(), "caption": "", "plan": (), "candidates_per_category": 0, "profile": PROFILE}
        )


def test_the_words_of_a_draft_are_a_copy() -> None:
    assert Draft(title="T", body="B", category="A", index=0).copy_text == Copy(title="T", body="B")
    assert Draft(category="A", index=0).finished
