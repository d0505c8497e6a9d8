"""What is right and wrong with a draft, by rules."""

from __future__ import annotations

from typing import Any

import pytest

from deployments.types import CategoryPlan, Draft, GenerationTask, Item, LengthProfile, OutputField
from training.generator.judge import Verdict, follows, judge, unknown_names

ITEM = Item(
    title="A ferry becomes a library",
    description="The harbour town of Bergen rebuilt its old ferry. On Friday 40 volunteers opened it.",
)
PROFILE = LengthProfile(length_profile="default", max_title=40, max_body=90)


def judged(title: str, body: str, category: str = "DIRECT", **draft: Any) -> Verdict:
    task = GenerationTask(
        item=ITEM, caption="", plan=(CategoryPlan(category=category, instruction=""),), candidates_per_category=1,
        profile=PROFILE,
    )  # fmt: skip
    return judge(Draft(title=title, body=body, category=category, **draft), task)


def test_a_good_draft_passes_everything() -> None:
    found = judged("A library on the water", "Volunteers of Bergen opened the old ferry for readers.")
    assert (found.valid_json, found.finished, found.grounded, found.followed) == (True, True, True, True)
    assert 0.5 < found.support < 1
    assert found.ungrounded == ()


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("Bergen opened 75 rooms on the old ferry.", "75"),
        ("Bergen opened the old ferry on Monday.", "Monday"),
        ("Bergen opened the old ferry, and “nobody had dared to hope” for it.", "nobody had dared to hope"),
        ("The ferry of Bergen was opened by Margaret, with volunteers.", "Margaret"),
    ],
)
def test_what_the_facts_do_not_hold_is_named(body: str, what: str) -> None:
    found = judged("A library on the water", body)
    assert not found.grounded
    assert what in found.ungrounded


def test_names_are_looked_for_where_a_capital_means_something() -> None:
    facts = "The harbour town of Bergen opened America's first ferry library."
    assert list(unknown_names("Then Bergen's American friends met a Margaret Smith of the town", facts)) == [
        "Margaret",
        "Smith",
    ]
    assert not list(unknown_names("Margaret Opens A Library For The Readers Of The Town", facts))
    assert not list(unknown_names("It is NOT a ferry, I'm told. Someone said: They read", facts))


def test_a_cut_or_run_on_sentence_is_not_finished() -> None:
    assert not judged("A library on the water", "The old ferry of Bergen is now a library and the").finished
    assert not judged("A library", "The old ferry of Bergen is now a library", finished=False).finished
    long = "The old ferry " + "of Bergen " * 17 + "is here."
    assert not judged("A library on the water", long).finished


def test_an_answer_is_whole_when_it_has_every_field_and_was_not_broken_off() -> None:
    assert not judged("", "The old ferry of Bergen is now a library.").valid_json
    assert not judged("A library", "The old fer", finished=False).valid_json
    at_limit = ("The ferry of Bergen is a library where " * 3)[: PROFILE.max_body]
    assert judged("A library on the water", at_limit, finished=False).valid_json
    body_only = GenerationTask(
        item=ITEM, caption="", plan=(), candidates_per_category=1, profile=PROFILE, output_fields=(OutputField.BODY,)
    )  # fmt: skip
    assert judge(Draft(body="The old ferry of Bergen is a library.", category=""), body_only).valid_json


@pytest.mark.parametrize(
    ("title", "body", "category", "expected"),
    [
        ("What became of the old ferry?", "Bergen rebuilt it and children read there.", "QUESTION", True),
        ("The old ferry of Bergen", "Who would have read there?", "QUESTION", True),
        ("The old ferry of Bergen", "Children read there now.", "QUESTION", False),
        ("A ferry full of books", "40 volunteers keep it open.", "LIST_NUMBER", True),
        ("What became of the old ferry?", "Bergen rebuilt it as a floating library.", "DIRECT", False),
        ("The old ferry", "Something nobody saw coming happened here", "", True),
    ],
)
def test_a_category_may_show_in_either_field_but_plainness_in_both(
    title: str, body: str, category: str, expected: bool
) -> None:
    assert follows(title, body, category) is expected
