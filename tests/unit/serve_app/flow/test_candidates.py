"""Drafts and existing copies as candidates: numbered, held against the policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from deployments.types import (
    Candidate,
    CategoryPlan,
    Copy,
    Draft,
    Incumbent,
    IncumbentKind,
    Item,
    LengthProfile,
    PolicyFinding,
    Source,
)
from serve_app.flow.candidates import from_drafts, from_incumbent
from serve_app.flow.canonical import Numbering
from serve_app.policy import PolicyContext, PolicySettings, check, check_all
from serve_app.policy.context import RecentCopies

PROFILE = LengthProfile(length_profile="short", max_title=40, max_body=60)
CONTEXT = PolicyContext.of(item=Item(title="Coffee and cake on a table"), caption="", profile=PROFILE)
SETTINGS = PolicySettings()


NUMBERING = Numbering([CategoryPlan(category=c, instruction="x") for c in ("DIRECT", "STORY")], 9)


def draft(title: str, body: str, finished: bool = True, index: int = 0) -> Draft:
    return Draft(title=title, body=body, category="DIRECT", index=index, finished=finished, likelihood=-1.0)


def rule_ids(candidate: Candidate) -> set[str]:
    return {finding.rule for finding in candidate.findings}


def test_drafts_become_candidates_each_by_itself() -> None:
    cut, finished = draft("Coffee", "There is cake on the table", False), draft("Coffee", "There is cake.", index=4)
    candidates = list(from_drafts([finished, cut], NUMBERING, CONTEXT, SETTINGS))
    assert [(c.id, c.source, c.rejected) for c in candidates] == [
        ("c5", Source.GENERATED, False), ("c1", Source.GENERATED, True),
    ]  # fmt: skip
    assert len(rule_ids(candidates[1])) == 1


def test_a_copied_soft_hyphen_is_taken_out_of_a_draft() -> None:
    copied = draft("Cof\u00adfee on a ta\u200bble", "There is \ufeffcake too 👩\u200d🍳.")
    (candidate,) = from_drafts([copied], NUMBERING, CONTEXT, SETTINGS)
    assert (candidate.title, candidate.body) == ("Coffee on a table", "There is cake too 👩\u200d🍳.")
    assert not candidate.rejected


def test_a_persons_words_are_theirs_but_for_placeholders() -> None:
    long = "Coffee " * 12
    person = from_incumbent(Incumbent(id="a", title="Coffee, fuck yes", body=long), CONTEXT, SETTINGS)
    assert not person.rejected
    assert {f.rule for f in person.findings if f.severity.rejects} >= {"terms.banned", "length.body"}
    unfilled = from_incumbent(Incumbent(id="a", title="Hi {name}", body="Coffee."), CONTEXT, SETTINGS)
    assert (unfilled.rejected, rule_ids(unfilled)) == (True, {"placeholder.unfilled"})


def test_an_incumbent_is_no_duplicate_of_itself_but_a_draft_knows_what_it_has_to_beat() -> None:
    incumbent = Incumbent(id="a", title="Coffee on a table", body="There is cake too.")
    context = replace(CONTEXT, incumbents=RecentCopies((incumbent,)))
    assert not any(rule.startswith("duplicate.") for rule in rule_ids(from_incumbent(incumbent, context, SETTINGS)))


def test_each_draft_is_checked_in_its_category(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def noting(
        copies: Sequence[tuple[Copy, PolicyContext]], settings: PolicySettings
    ) -> Iterator[tuple[PolicyFinding, ...]]:
        seen.extend(context.category for _, context in copies)
        return check_all(copies, settings)

    monkeypatch.setattr("serve_app.flow.candidates.check_all", noting)
    coffee = draft("Coffee on a table", "There is cake too.")
    list(from_drafts([coffee, coffee.model_copy(update={"category": "STORY"})], NUMBERING, CONTEXT, SETTINGS))
    assert seen == ["DIRECT", "STORY"]


def test_a_filled_template_must_fit() -> None:
    template = Incumbent(id="b", title="{title}", body="Coffee " * 12, kind=IncumbentKind.TEMPLATE)
    assert from_incumbent(template, CONTEXT, SETTINGS).rejected
    hyphened = Incumbent(id="c", title="Cof\u00adfee &amp; <b>cake</b>")
    assert from_incumbent(hyphened, CONTEXT, SETTINGS).title == hyphened.title
    assert not from_incumbent(template.model_copy(update={"body": "Cake."}), CONTEXT, SETTINGS).rejected


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("fuck you all", "terms.banned"),
        ("BREAD BREAD BREAD!!!", "format.marks"),
        ("Hi {{first_name}}", "placeholder.unfilled"),
        ("Hi {name}", "placeholder.unfilled"),
        ("Hi *|FNAME|*", "placeholder.unfilled"),
    ],
)
def test_the_authors_words_in_a_template_are_checked_as_generated_copy_is(title: str, code: str) -> None:
    context = PolicyContext.of(Item(title=title), "", CONTEXT.profile)
    for source in ("{title}", "{{ title }}", "{{ item.title }}"):
        template = Incumbent(id="b", title=source, body="Come and see.", kind=IncumbentKind.TEMPLATE)
        candidate = from_incumbent(template, context, SETTINGS)
        assert candidate.rejected
        assert code in rule_ids(candidate)


def test_markup_and_invisible_characters_of_the_author_are_not_filled_in() -> None:
    context = PolicyContext.of(Item(title="<b>Free</b> \u202eyenom"), "", CONTEXT.profile)
    template = Incumbent(id="b", title="{title}", body="Come and see.", kind=IncumbentKind.TEMPLATE)
    assert from_incumbent(template, context, SETTINGS).title == "Free yenom"


def test_a_fault_of_a_value_is_told_once_and_where_it_stands() -> None:
    context = PolicyContext.of(Item(title="The fucking cake"), "", CONTEXT.profile)
    template = Incumbent(id="b", title="Look: {title}", body="Come and see.", kind=IncumbentKind.TEMPLATE)
    candidate = from_incumbent(template, context, SETTINGS)
    plain = check(candidate.copy_text, context, SETTINGS)
    found = [f for f in candidate.findings if f.rule == "terms.banned"]
    assert found == [f for f in plain if f.rule == "terms.banned"]
    assert {candidate.title[f.start : f.end] for f in found} == {"fucking"}


@pytest.mark.parametrize(
    "leftover", ["%price%", "[[name]]", "*|FNAME|*", "${name}", "<%= x %>", "%%name%%", "#{name}", "{# note #}"]
)
def test_what_a_template_leaves_unfilled_is_never_sent(leftover: str) -> None:
    template = Incumbent(id="b", title="{{ title }}", body=f"Only {leftover} today", kind=IncumbentKind.TEMPLATE)
    assert from_incumbent(template, CONTEXT, SETTINGS).rejected


def test_an_items_honest_braces_are_for_a_person_to_judge() -> None:
    context = PolicyContext.of(Item(title="Vue: {{ mustache }} explained"), "", CONTEXT.profile)
    template = Incumbent(id="b", title="{{ title }}", kind=IncumbentKind.TEMPLATE)
    candidate = from_incumbent(template, context, SETTINGS)
    assert (candidate.title, candidate.rejected) == ("Vue: {{ mustache }} explained", False)
    assert rule_ids(candidate) == {"placeholder.unfilled"}


def test_the_operators_own_words_in_a_template_are_true_and_a_field_left_out_is_no_fault() -> None:
    template = Incumbent(
        id="b", title="{title}", body="A read of 5 minutes at example.com.", kind=IncumbentKind.TEMPLATE
    )
    assert from_incumbent(template, CONTEXT, SETTINGS).findings == ()
    assert from_incumbent(template.model_copy(update={"body": ""}), CONTEXT, SETTINGS).findings == ()


def test_a_draft_that_its_writer_broke_off_ends_with_its_last_sentence() -> None:
    broken = draft("Coffee on a table", "There is cake on the table too. And then there is", finished=False)
    broken = broken.model_copy(update={"fit": 0.9})
    (candidate,) = from_drafts([broken], NUMBERING, CONTEXT, SETTINGS)
    assert (candidate.body, candidate.rejected) == ("There is cake on the table too.", False)
    assert [f.rule for f in candidate.repaired] == ["format.unfinished"]
    assert (candidate.fit, candidate.likelihood) == (None, None)  # the writer judged another text


def test_incumbents_are_never_rewritten() -> None:
    long = "There is cake on the table too. And there is a cup of coffee for everybody."
    for kind in IncumbentKind:
        incumbent = Incumbent(id="a", title="Coffee on a table", body=long, kind=kind)
        candidate = from_incumbent(incumbent, CONTEXT, SETTINGS)
        assert (candidate.body, candidate.repaired) == (long, ())
        assert candidate.rejected is (kind is IncumbentKind.TEMPLATE)


@pytest.mark.parametrize(
    ("title", "rule"),
    [
        ("Free money! Win at evil-shop.xyz \u202e now", "pii.link"),
        ("Call 555-867-5309 for a prize", "pii.phone"),
        ("Mail win@evil-shop.xyz", "pii.email"),
    ],
)
def test_what_an_author_writes_to_lure_readers_away_is_not_filled_in(title: str, rule: str) -> None:
    """A link of the operator's own template is true: it stands there in every push."""
    context = PolicyContext.of(Item(title=title), "", CONTEXT.profile)
    for words in ("", " at shop.com"):
        template = Incumbent(id="b", title="{title}", body=f"See it{words}.", kind=IncumbentKind.TEMPLATE)
        candidate = from_incumbent(template, context, SETTINGS)
        assert candidate.rejected
        assert rule in rule_ids(candidate)
    assert not from_incumbent(template.model_copy(update={"title": "Coffee"}), context, SETTINGS).rejected


def test_a_value_is_checked_by_itself_too() -> None:
    """What the template says is true, also where the author says it: but not in the author's words."""
    context = PolicyContext.of(Item(title="Win at evil-shop.xyz"), "", CONTEXT.profile)
    template = Incumbent(id="b", title="{title}", body="Never go to evil-shop.xyz", kind=IncumbentKind.TEMPLATE)
    candidate = from_incumbent(template, context, SETTINGS)
    (finding,) = [f for f in candidate.findings if f.rule == "pii.link" and f.field == "title"]
    assert candidate.rejected
    assert candidate.title[finding.start : finding.end] == "evil-shop.xyz"
