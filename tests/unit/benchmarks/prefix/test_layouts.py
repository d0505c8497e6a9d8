"""The layouts hold the same words."""

from __future__ import annotations

import pytest

from benchmarks.lib.cold_items import cold_items
from benchmarks.prefix.layouts import category_first, category_in_system, served
from benchmarks.prefix.measure import task
from deployments.errors import Misconfigured
from deployments.generator import prompt


def test_the_layouts_say_the_same_words_with_the_category_elsewhere() -> None:
    work = task("New", cold_items(1)[0])
    plan = work.plan[0]
    style = f"Style: {plan.instruction}"
    messages = prompt.messages(work, plan, "Title: a title")
    system, user = (m.text for m in messages)
    assert user.endswith(style)
    first = category_first(messages, style)
    assert first[0].text == system
    assert first[1].text.startswith(f"{style}\n<item>")
    inside = category_in_system(messages, style)
    assert inside[0].text == f"{system}\n{style}"
    assert style not in inside[1].text
    for other in (first, inside, served(messages, style)):
        assert sorted(" ".join(m.text for m in other).split()) == sorted(f"{system} {user}".split())


def test_a_served_prompt_that_does_not_end_with_its_category_is_not_compared() -> None:
    work = task("New", cold_items(1)[0])
    messages = prompt.messages(work, work.plan[0], "Title: a title")
    with pytest.raises(Misconfigured, match="adapt the layouts"):
        category_first(messages, "Style: another")
