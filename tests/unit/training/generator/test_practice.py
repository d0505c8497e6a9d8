"""What is practised, and what is kept of what a model wrote."""

from __future__ import annotations

import json

import pytest

from deployments.router.catalogue import FileCatalogue
from deployments.types import CategoryPlan, Draft, GenerationTask, Item, OutputField
from serve_app.profiles import load_profiles
from training.generator import practice
from training.generator.practice import Kept, Practice
from training.generator.stories import Story

CATEGORIES = {c.category: c for c in FileCatalogue(kind="file").load().categories}
PROFILES = load_profiles("configs/profiles.yaml")
FACTS = "The harbour town of Bergen rebuilt its old ferry as a floating library. Children read there. 40 people help."


def story(number: int = 0, description: str = FACTS) -> Story:
    return Story(f"story {number}", 0, Item(title="A ferry full of books", description=description), ("A copy",))


def task(*categories: str) -> GenerationTask:
    plan = tuple(CategoryPlan(category=c, instruction=CATEGORIES[c].instruction) for c in categories)
    return GenerationTask(
        item=story().item, caption="", plan=plan, candidates_per_category=1, profile=PROFILES["default"]
    )


def draft(title: str, body: str, category: str = "DIRECT", finished: bool = True) -> Draft:
    return Draft(title=title, body=body, category=category, finished=finished)


def test_tasks_vary_and_hold_only_categories_that_the_story_allows() -> None:
    tasks = [practice.task_of(story(n), CATEGORIES, PROFILES, Practice()) for n in range(80)]
    for each in tasks:
        told = f"{each.item.title} {each.item.description} {each.caption}"
        assert len(each.plan) == Practice().categories
        assert all(CATEGORIES[p.category].gate.open_for(each.item, told) for p in each.plan)
    assert {p.category for t in tasks for p in t.plan} >= {"DIRECT", "LIST_NUMBER", "HUMOUR", "STORY"}
    assert "QUOTE" not in {p.category for t in tasks for p in t.plan}
    plain = [t for t in tasks if not t.item.metadata]
    assert 0.4 < len(plain) / len(tasks) < 0.8
    assert not {p.category for t in plain for p in t.plan} & {"URGENT_TREND", "SOCIAL_PROOF_LOCAL"}
    assert {p.category for t in tasks for p in t.plan} >= {"URGENT_TREND", "SOCIAL_PROOF_LOCAL"}
    assert len({t.profile.length_profile for t in tasks}) > 3
    assert {t.output_fields for t in tasks} >= {(OutputField.BODY,), (OutputField.TITLE, OutputField.BODY)}
    assert any(t.caption for t in tasks)
    assert any(t.item.tags for t in tasks)
    assert practice.task_of(story(), CATEGORIES, PROFILES, Practice()) == tasks[0]


@pytest.mark.parametrize(
    ("title", "body", "fault"),
    [
        ("Bergen has a library that floats", "The old ferry of the harbour is full of books.", ""),
        ("Bergen has a library that floats", "The old ferry of the harbour has 900 books.", "not grounded"),
        ("Bergen has a library that floats", "Do children read on the old ferry?", "another style"),
        ("Somebody bought a yellow car", "Its engine makes a terrible noise.", "too few words of the facts"),
        ("A ferry full of books", "The harbour town of Bergen rebuilt its old ferry.", "copied from the facts"),
        ("The ferry of Bergen", "The ferry of Bergen, the old ferry.", "title and body say the same"),
        ("Bergen has a library that floats", "The old ferry of the harbour and", "not whole"),
    ],
)
def test_only_what_holds_up_is_kept(title: str, body: str, fault: str) -> None:
    kept, why = practice.fit(draft(title, body), task("DIRECT"), Practice())
    assert why == fault
    assert (kept is None) == bool(fault)


def test_the_best_of_each_category_is_taught_and_no_two_that_are_alike() -> None:
    written = [
        draft("Bergen has a library", "The old ferry is full of books."),
        draft("Bergen has a library!", "The old ferry is full of books."),
        draft("A ferry for readers", "Children of Bergen come on board."),
        draft("Beside the point", "Something else of the harbour."),
        draft("Who reads on a ferry?", "Bergen knows.", "QUESTION"),
    ]
    kept = [Kept(d, practice.judge(d, task("DIRECT", "QUESTION"))) for d in written]
    found = practice.best(kept, [0.5, 0.9, 0.1, 2.0, -1.0], [0.8, 0.8, 0.7, 0.1, 0.6], Practice())
    assert [k.draft for k in found] == [written[1], written[2], written[4]]


def test_a_row_is_an_example_as_build_makes_them() -> None:
    one = draft("Bergen has a library that floats", "The old ferry of the harbour is full of books.")
    kept, _ = practice.fit(one, task("DIRECT"), Practice())
    assert kept is not None
    count = lambda text: len(text.split())  # noqa: E731
    row = practice.row_of(kept, story(), task("DIRECT"), count, (), Practice(unsteered=0))
    assert json.loads(row["answer"]) == {"title": one.title, "body": one.body}
    assert (row["category"], row["style"]) == ("DIRECT", "DIRECT")
    assert row["messages"][1]["content"].endswith(CATEGORIES["DIRECT"].instruction)
    bare = practice.row_of(kept, story(), task("DIRECT"), count, (), Practice(unsteered=1))
    assert (bare["category"], bare["style"]) == ("", "DIRECT")
    assert "Style:" not in bare["messages"][1]["content"]


def test_a_pair_is_an_answer_that_holds_up_and_one_to_the_same_prompt_that_does_not() -> None:
    count = lambda text: len(text.split())  # noqa: E731
    one = draft("Bergen has a library that floats", "The old ferry of the harbour is full of books.")
    kept, _ = practice.fit(one, task("DIRECT", "STORY"), Practice())
    assert kept is not None
    failed = [
        draft("He built it", "He rebuilt a ferry.", "STORY"),  # another category's prompt
        draft("", "The old ferry of the harbour has 900 books."),  # lacks a field
        draft("Bergen", "The old ferry of the harbour has 900 books and", finished=False),
    ]
    asked = task("DIRECT", "STORY")
    found = list(practice.pairs_of(kept, failed, story(), asked, count, (), Practice(unsteered=1)))
    assert len(found) == 1
    assert json.loads(found[0]["chosen"])["title"] == one.title
    assert json.loads(found[0]["rejected"]) == {"title": "Bergen", "body": failed[2].body}
    assert found[0]["messages"][1]["content"].endswith(CATEGORIES["DIRECT"].instruction)
    assert not list(practice.pairs_of(kept, failed[:2], story(), asked, count, (), Practice()))


def test_a_kept_answer_is_paired_with_one_that_was_cut_and_one_that_failed_otherwise() -> None:
    one = draft("Bergen has a library that floats", "The old ferry of the harbour is full of books.")
    kept, _ = practice.fit(one, task("DIRECT"), Practice())
    assert kept is not None
    whole = [draft("Bergen", f"The old ferry of the harbour has {n} books.") for n in (800, 900)]
    cut = draft("Bergen", "The old ferry of the harbour has books and", finished=False)
    pairs = list(
        practice.pairs_of(kept, [*whole, cut], story(), task("DIRECT"), lambda t: len(t.split()), (), Practice())
    )
    rejected = [json.loads(pair["rejected"])["body"] for pair in pairs]
    assert len(rejected) == 2
    assert rejected[0] == cut.body
    assert rejected[1] in {d.body for d in whole}
