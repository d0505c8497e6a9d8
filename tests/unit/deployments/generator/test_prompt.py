from __future__ import annotations

from itertools import takewhile
from typing import Any

import pytest

from deployments.engines.words import Message
from deployments.generator import prompt
from deployments.generator.prompt import messages
from deployments.item_text import prompt_facts
from deployments.types import CategoryPlan, CountingUnit, GenerationTask, Item, LengthProfile, OutputField

PLANS = (
    CategoryPlan(category="DIRECT", instruction="State the main fact plainly."),
    CategoryPlan(category="HUMOUR", instruction="Make a gentle joke about it."),
)
PROFILE = LengthProfile(length_profile="p", max_title=40, max_body=90, counting_unit=CountingUnit.WIDTH)


def task(**changes: object) -> GenerationTask:
    fields = {"item": Item(title="A cat"), "caption": "a cat", "plan": PLANS, "profile": PROFILE}
    return GenerationTask.model_validate(fields | {"candidates_per_category": 1} | changes)


def rendered(work: GenerationTask, plan: CategoryPlan) -> str:
    item_facts = prompt_facts(work.item, work.caption, 1000, len)
    return "\n".join(f"{message.role}: {message.text}" for message in messages(work, plan, item_facts))


def shared_start(first: str, second: str) -> str:
    return "".join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))


def test_categories_differ_in_nothing_but_the_end() -> None:
    first, second = (rendered(task(), plan) for plan in PLANS)
    shared = shared_start(first, second)
    assert first.removeprefix(shared) == PLANS[0].instruction
    assert second.removeprefix(shared) == PLANS[1].instruction


def test_items_share_the_systems_words() -> None:
    first, second = (rendered(task(item=Item(title=title)), PLANS[0]) for title in ("Cats", "Dogs"))
    assert shared_start(first, second).endswith("Title: ")


def test_the_lengths_and_fields_asked_for_are_named() -> None:
    text = rendered(task(), PLANS[0])
    assert '"title" (at most 40 characters)' in text
    assert "at most 90 characters" in text
    assert '"body"' not in rendered(task(output_fields=(OutputField.TITLE,)), PLANS[0])


def test_the_language_is_named_and_wide_scripts_get_half_the_columns() -> None:
    assert "Write in" not in rendered(task(), PLANS[0])
    assert "Write in French." in rendered(task(item=Item(title="Un chat", locale="fr-CA")), PLANS[0])
    japanese = rendered(task(item=Item(title="猫", locale="ja")), PLANS[0])
    assert "at most 20 characters" in japanese
    assert "Write in Japanese." in japanese


def test_constraints_stand_before_the_style_and_are_shared() -> None:
    work = task(constraints=("At most 30 characters in the title.", "Use no emoji."))
    first, second = (rendered(work, plan) for plan in PLANS)
    assert "Keep to this:\n- At most 30 characters in the title.\n- Use no emoji.\nStyle: " in first
    assert first.removeprefix(shared_start(first, second)) == PLANS[0].instruction


def test_the_revision_holds_the_words_around_constraints(monkeypatch: pytest.MonkeyPatch) -> None:
    before = prompt.revision()

    def plain(work: GenerationTask, *rest: Any) -> list[Message]:
        return messages(work.model_copy(update={"constraints": ()}), *rest)

    monkeypatch.setattr(prompt, "messages", plain)
    assert prompt.revision() != before
