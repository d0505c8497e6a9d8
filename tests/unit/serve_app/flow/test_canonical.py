"""Ids, order and duplicates of generated candidates, whenever their drafts arrive."""

from __future__ import annotations

from deployments.types import Candidate, CategoryPlan, Copy, Draft, Item, LengthProfile, Source
from serve_app.flow.canonical import Numbering, by_number, distinct
from serve_app.policy import PolicyContext, PolicySettings

PROFILE = LengthProfile(length_profile="short", max_title=40, max_body=60)
CONTEXT = PolicyContext.of(
    item=Item(title="Coffee and cake"), caption="", profile=PROFILE, recent_copies=[Copy(title="Cake!", body="Now.")]
)
SETTINGS = PolicySettings()


def candidate(name: str, title: str, source: Source = Source.GENERATED, *, rejected: bool = False) -> Candidate:
    return Candidate(id=name, title=title, body="A table full of it.", source=source, rejected=rejected)


def test_an_id_follows_the_place_in_the_plan_and_not_the_arrival() -> None:
    plan = [CategoryPlan(category=name, instruction="x") for name in ("STORY", "DIRECT")]
    drafts = [Draft(category=c, index=n) for c, n in (("DIRECT", 1), ("STORY", 0), ("DIRECT", 0), ("STORY", 1))]
    assert [Numbering(plan, 2).id_of(draft) for draft in drafts] == ["c4", "c1", "c3", "c2"]


def test_the_order_is_that_of_the_numbers() -> None:
    names = ["c10", "c2", "c1", "c11"]
    assert [c.id for c in sorted((candidate(n, "x") for n in names), key=by_number)] == ["c1", "c2", "c10", "c11"]


def test_of_equal_candidates_the_first_usable_one_stays() -> None:
    copies = [candidate("c1", "Cake", rejected=True), candidate("c2", "Cake"), candidate("c3", "Tea")]
    copies += [candidate("c4", "CAKE"), candidate("i1", "Cake", Source.INCUMBENT)]
    compared = distinct(copies, CONTEXT, SETTINGS)
    assert [(c.id, c.rejected) for c in compared] == [
        ("c1", True), ("c2", False), ("c3", False), ("c4", True), ("i1", False),
    ]  # fmt: skip
    assert [f.rule for c in compared for f in c.findings] == ["duplicate.candidate"]


def test_a_finding_that_does_not_reject_is_kept_too() -> None:
    settings = PolicySettings.model_validate({"duplicate": {"same_request": "review"}})
    _, second = distinct([candidate("c1", "Cake"), candidate("c2", "Cake")], CONTEXT, settings)
    assert (second.rejected, [f.rule for f in second.findings]) == (False, ["duplicate.candidate"])
