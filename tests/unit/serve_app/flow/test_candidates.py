"""Drafts and existing copies as candidates: numbered, held against the policy and against each other."""

from __future__ import annotations

from deployments.types import Candidate, Draft, Incumbent, IncumbentKind, Item, LengthProfile, Source
from serve_app.flow.candidates import from_drafts, from_incumbent
from serve_app.policy import PolicyContext, PolicySettings

PROFILE = LengthProfile(length_profile="short", max_title=40, max_body=60)
CONTEXT = PolicyContext(item=Item(title="Coffee and cake on a table"), caption="", profile=PROFILE)
SETTINGS = PolicySettings()


def draft(title: str, body: str, finished: bool = True) -> Draft:
    return Draft(title=title, body=body, category="DIRECT", finished=finished, likelihood=-1.0)


def codes(candidate: Candidate) -> set[str]:
    return {finding.code for finding in candidate.findings}


def test_candidates_are_numbered_on_and_the_same_copy_is_not_accepted_twice() -> None:
    coffee, cake = draft("Coffee on a table", "There is cake too."), draft("Cake!", "A table full of it.")
    first = from_drafts([coffee], [], CONTEXT, SETTINGS)
    later = from_drafts([coffee, cake, cake], first, CONTEXT, SETTINGS)
    assert [c.id for c in (*first, *later)] == ["c1", "c2", "c3", "c4"]
    assert [c.rejected for c in (*first, *later)] == [False, True, False, True]
    assert {c.source for c in later} == {Source.GENERATED}
    assert codes(later[0]) == codes(later[2]) != set()


def test_a_rejected_copy_does_not_stand_in_the_way_of_the_same_one() -> None:
    cut, finished = draft("Coffee", "There is cake on the table", False), draft("Coffee", "There is cake on the table")
    candidates = from_drafts([cut, finished], [], CONTEXT, SETTINGS)
    assert [c.rejected for c in candidates] == [True, False]
    assert len(codes(candidates[0])) == 1


def test_a_copied_soft_hyphen_is_taken_out_of_a_draft() -> None:
    copied = draft("Cof\u00adfee on a ta\u200bble", "There is \ufeffcake too 👩\u200d🍳.")
    (candidate,) = from_drafts([copied], [], CONTEXT, SETTINGS)
    assert (candidate.title, candidate.body) == ("Coffee on a table", "There is cake too 👩\u200d🍳.")
    assert not candidate.rejected


def test_a_persons_words_are_theirs_and_a_filled_template_must_fit() -> None:
    long = "Coffee " * 12
    person = from_incumbent(Incumbent(id="a", title="Coffee", body=long), CONTEXT, SETTINGS)
    assert (person.rejected, person.findings) == (False, ())
    template = Incumbent(id="b", title="{title}", body=long, kind=IncumbentKind.TEMPLATE)
    assert from_incumbent(template, CONTEXT, SETTINGS).rejected
    hyphened = Incumbent(id="c", title="Cof\u00adfee &amp; <b>cake</b>")
    assert from_incumbent(hyphened, CONTEXT, SETTINGS).title == hyphened.title
    assert not from_incumbent(template.model_copy(update={"body": "Cake."}), CONTEXT, SETTINGS).rejected
