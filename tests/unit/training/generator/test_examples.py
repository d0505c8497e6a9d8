"""From arms to examples: what the model is shown, what it is taught, and what it must never see."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from deployments.facts import facts
from deployments.generator import prompt, structured
from deployments.router.catalogue import FileCatalogue
from deployments.types import GenerationTask, Item, OutputField
from serve_app.profiles import load_profiles
from training.generator.examples import Built, Plan, build
from training.generator.names import Names
from training.generator.siblings import openings, repeats, titles_for

CATEGORIES = {c.category: c for c in FileCatalogue(kind="file").load().categories}
PROFILES = load_profiles("configs/profiles.yaml")
LEDE = (
    "<p>The harbour town of Bergen rebuilt its old ferry as a floating library.</p> Children of the town read there"
    " on Friday, and 40 volunteers keep the shelves in order."
)


def copies(*rows: dict[str, Any]) -> pd.DataFrame:
    """Arms of one story each, unless said otherwise."""
    basis = {"test_id": "t", "context": LEDE, "excerpt": "", "fold": 0, "weight": 1.0, "worse": False}
    return pd.DataFrame([basis | {"cluster": str(n)} | row for n, row in enumerate(rows)])


def made(*rows: dict[str, Any], **plan: Any) -> Built:
    return build(copies(*rows), CATEGORIES, PROFILES, lambda text: len(text.split()), ("<|im_start|>",), Plan(**plan))


def test_the_prompt_is_the_serving_prompt_and_the_answer_the_serving_answer() -> None:
    [row] = made({"text": "The old ferry is a library now. The children of Bergen read there."}, unsteered=0).rows
    fields = tuple(f for f, name in structured.FIELD_NAMES.items() if name in row["fields"])
    profile = PROFILES[row["profile"]]
    shown = row["messages"][1]["content"].split("<item>\n")[1].split("\n</item>")[0]
    plan = CATEGORIES[row["category"]].plan(1.0, wanted=False)
    task = GenerationTask(
        item=Item(), caption="", plan=(plan,), candidates_per_category=1, profile=profile, output_fields=fields
    )
    rendered = [{"role": m.role, "content": m.text} for m in prompt.messages(task, plan, shown)]
    assert row["messages"] == rendered
    answer = structured.parse(row["answer"], structured.limits(profile, "en"))
    assert answer.finished
    assert row["fields"] == list(json.loads(row["answer"]))
    assert "<p>" not in shown
    assert "harbour town of Bergen" in shown


def test_facts_are_laid_out_by_the_serving_module() -> None:
    [row] = made({"text": "The old ferry of Bergen becomes a library"}).rows
    plain = LEDE.replace("<p>", "").replace("</p>", "")
    first, rest = plain.split(". ", 1)
    layouts = {
        "description only": Item(description=plain),
        "first sentence as title": Item(title=f"{first}.", description=rest),
    }
    assert facts(layouts[row["facts"]], "", 400, lambda text: len(text.split())) in row["messages"][1]["content"]


def test_a_copy_is_never_among_its_own_facts_and_a_sibling_only_as_the_title() -> None:
    answer, sibling = "The old ferry of Bergen becomes a library", "Bergen has a library that floats in the harbour"
    built = made(
        {"text": answer, "cluster": "s", "context": f"{sibling}! {LEDE}", "excerpt": f"{answer}."},
        {"text": sibling, "cluster": "s", "context": f"{sibling}! {LEDE}"},
    )
    assert {row["facts"] for row in built.rows} > {"headline as title"}
    for row in built.rows:
        own, other = (answer, sibling) if row["style"] and answer in row["answer"] else (sibling, answer)
        shown = row["messages"][1]["content"]
        assert own not in shown
        assert shown.count(other) == shown.count(f"Title: {other}\n") == (row["facts"] == "headline as title")


def test_a_sibling_that_gives_the_copy_away_or_holds_little_of_it_is_no_title() -> None:
    text = "The old ferry of Bergen becomes a library"
    near, far = "The old ferry of Bergen is a library", "Volunteers smile"
    good = "Bergen turned its ferry into a library"
    assert titles_for(text, [near, far, good], "", 2, min_support=0.5) == [good]
    assert titles_for(text, [far], "In Bergen the old ferry becomes a library.", 2, min_support=0.5) == [far]


def test_an_opening_is_a_first_sentence_that_leaves_the_rest_to_a_body() -> None:
    names = Names(["In spring the old ferry of Bergen opens."])
    found = openings(["They Rebuilt A Ferry. Then Children Came.", "Wow. Look.", "One Sentence Alone"], names, "")
    assert found == ["They rebuilt a ferry"]
    assert repeats("They rebuilt a ferry", "The ferry that they rebuilt: a library")
    assert not repeats("They rebuilt a ferry", "Now children read in the harbour")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The old ferry of Bergen holds 9000 books for children", "policy: UNGROUNDED_NUMBER"),
        ("The old ferry of Bergen is a library on Sunday", "policy: UNGROUNDED_DATE"),
        ('The ferry library of Bergen was "a dream come true"', "policy: UNGROUNDED_QUOTE"),
        ("the old ferry of Bergen is a library, says Margaret", "a name that the facts do not hold"),
        ("Quarterly accounts were filed with great attention", "too few words of the facts"),
        ("A ferry", "shows no style"),
        ("The ferry library | Bergen and its harbour", "fits no profile or has characters that the grammar bars"),
    ],
)
def test_copy_that_should_not_be_taught_is_dropped_with_its_reason(text: str, reason: str) -> None:
    built = made({"text": text})
    assert built.rows == []
    assert +built.dropped == {reason: 1}


def test_a_loser_and_a_story_without_facts_teach_nothing() -> None:
    assert +made({"text": "The ferry is a library", "worse": True}).dropped == {"did clearly worse than its test": 1}
    assert +made({"text": "The ferry is a library", "context": "Wow."}).dropped == {"no facts": 1}


def test_of_copies_that_are_alike_the_one_with_the_best_evidence_is_taught() -> None:
    built = made(
        {"text": "The old ferry of Bergen becomes a library", "weight": 0.7},
        {"text": "The old ferry of Bergen becomes a library!", "weight": 1.2},
        {"text": "The old ferry of Bergen becomes a new library", "weight": 1.6},
    )
    assert [row["weight"] for row in built.rows] == [1.6]
    assert built.dropped["the same copy again"] == built.dropped["nearly the same copy"] == 1


def test_what_stands_beside_many_stories_is_no_fact() -> None:
    motto = "Things that matter."
    towns = ("ferry", "harbour", "library", "children", "shelves", "town", "volunteers")
    built = made(
        *(
            {
                "text": f"The {town} is open",
                "excerpt": motto,
                "context": f"A small {town} beside the sea opened its doors.",
            }
            for town in towns
        )
    )
    assert built.rows
    assert all(motto not in row["messages"][1]["content"] for row in built.rows)


def many() -> list[dict[str, Any]]:
    """Twenty copies of one story that have few words in common."""
    things = ("The old ferry", "Bergen", "A floating library", "Volunteers of the harbour", "Forty shelves")
    endings = [
        "opened on Friday",
        "rebuilt what children love. Then the whole town came",
        "is kept in order: children of the town read there",
        "helps a harbour town that reads",
    ]
    return [{"text": f"{a} {b}", "cluster": "one"} for a in things for b in endings]


def test_lengths_vary_and_part_of_the_examples_names_no_category() -> None:
    rows = made(*many(), unsteered=0.3).rows
    assert len({row["profile"] for row in rows}) > 3
    assert {tuple(row["fields"]) for row in rows} >= {("title", "body"), ("body",)}
    unsteered = [row for row in rows if not row["category"]]
    assert 0 < len(unsteered) < len(rows) / 2
    assert all(row["style"] for row in rows)
    instructions = [c.instruction for c in CATEGORIES.values()]
    assert not any(i in row["messages"][1]["content"] for row in unsteered for i in instructions)


def test_a_seed_repeats_and_one_copy_less_leaves_the_others_as_they_were() -> None:
    rows = made(*many(), seed=5, prefer_both=0.0).rows
    assert made(*many(), seed=5, prefer_both=0.0).rows == rows
    assert made(*many(), seed=6, prefer_both=0.0).rows != rows
    fewer = made(*many()[1:], seed=5, prefer_both=0.0).rows
    answers = {row["answer"]: row["messages"] for row in rows if row["facts"] == "description only"}
    alone = [row for row in fewer if row["facts"] == "description only" and row["fields"] == ["body"]]
    assert alone
    assert all(answers.get(row["answer"], row["messages"]) == row["messages"] for row in alone)


def test_a_body_in_title_case_is_spelled_as_prose() -> None:
    names = Names(["In spring the old ferry of Bergen opens. Then Bergen reads, and so do the children."])
    assert names.as_prose("The Old Ferry Of Bergen Opens. Children Read NOW") == (
        "The old ferry of Bergen opens. Children read NOW"
    )
    assert names.as_prose("The old ferry opens in Bergen") == "The old ferry opens in Bergen"


def test_fields_of_output_are_asked_for_in_the_prompt() -> None:
    for row in made(*many()).rows:
        system = row["messages"][0]["content"]
        assert ('"title"' in system, '"body"' in system) == ("title" in row["fields"], "body" in row["fields"])
        assert len(row["fields"]) in range(1, len(OutputField) + 1)
