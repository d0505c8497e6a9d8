"""The policy as a whole: good copy passes, actions are obeyed, no input breaks it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.settings import parse
from deployments.types import Copy, Severity
from serve_app.policy import PolicySettings, check, check_all, registry, unfinished
from serve_app.policy.registry import RULES
from tests.unit.serve_app.policy.judge import context, findings, rule_ids

GOOD = [
    ("Coffee, poured slowly", "Ana Ruiz opens the doors at Calle Mayor. Come and smell the espresso."),
    ("What happens before the first cup?", "A barista's morning, from bean to espresso ☕"),
    ("“We roast every bean ourselves”", "Ana Ruiz on why her café smells like that."),
    ("12 seats, 1 espresso machine"[:8], "An espresso bar with 1,500 guests a month, and room for you."),
    ("Espresso for $4.50", "And 20% off before you have to be anywhere."),
    ("You'll want to smell this", "It's the kind of place you tell nobody about... until now!"),
]


@pytest.mark.parametrize(("title", "body"), GOOD)
def test_good_copy_passes_every_rule(title: str, body: str) -> None:
    assert findings(title, body) == ()


def test_every_rule_has_settings_of_its_name() -> None:
    assert list(RULES) == list(PolicySettings.model_fields)


def test_every_rule_can_be_turned_off() -> None:
    bad = ("THIS IS SHOUTING AND {name}", "Call 555 123 456 789 or fuck off, it is 99% off,")
    assert len(rule_ids(*bad)) >= 5
    off = {
        name: {k: "off" for k, f in PolicySettings.model_fields[name].annotation.model_fields.items() if _is_action(f)}
        for name in RULES
    }
    assert findings(*bad, settings=parse(PolicySettings, off, "policy")) == ()


def _is_action(field: object) -> bool:
    return "off" in getattr(getattr(field, "annotation", None), "__args__", ())


def test_review_leaves_the_copy_in_the_running() -> None:
    soft = parse(PolicySettings, {"number": {"action": "review"}}, "policy")
    assert [f.severity for f in findings("77 reasons for coffee", settings=soft)] == [Severity.REVIEW]
    assert [f.severity for f in findings("77 reasons for coffee")] == [Severity.BLOCK]


def test_a_finding_says_where_and_what() -> None:
    (finding,) = findings("Coffee", "Only 77 seats left at Calle Mayor.")
    assert (finding.rule, finding.field, finding.text) == ("grounding.number", "body", "77")
    assert (finding.start, finding.end, finding.message) == (5, 7, "the item has no such number")


def test_every_finding_has_an_id_of_its_rule_and_each_id_a_setting() -> None:
    ids = [one.id for rule in RULES.values() for one in rule.ids]
    assert len(ids) == len(set(ids))
    for name, rule in RULES.items():
        for one in rule.ids:
            assert _is_action(PolicySettings.model_fields[name].annotation.model_fields[one.knob]), one


def test_a_cut_draft_is_rejected_until_it_is_trimmed_and_shows_its_end() -> None:
    finding = unfinished(Copy(title="Coffee", body="The barista pours the esp"))
    assert (finding.rule, finding.severity, finding.field) == ("format.unfinished", Severity.REWRITE, "body")
    assert finding.text.endswith("the esp")


def test_a_digit_newer_than_pythons_is_no_number() -> None:
    """`regex` knows the digits of a later Unicode than `float` reads."""
    check(Copy(title="Coffee \U00016d70", body="\U00016d70"), context(), PolicySettings())


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120), st.text(max_size=200))
def test_no_text_breaks_a_rule(title: str, body: str) -> None:
    check(Copy(title=title, body=body), context(), PolicySettings())


@pytest.mark.parametrize(
    "piece", ["a", "a ", "1", "1,", "a.", "“a", "'a ", "{", "<a ", "a@", "aß-", "👩‍👩‍👧", "漢", "+1 ", "!", '"']
)
def test_the_longest_text_is_checked_in_bounded_time(piece: str) -> None:
    body = (piece * 10_000)[:10_000]
    started = time.perf_counter()
    check(Copy(title="x", body=body), context(caption=body), PolicySettings())
    assert time.perf_counter() - started < 3


def test_many_copies_have_the_findings_that_each_has_alone() -> None:
    texts = [("Coffee, poured slowly", ""), ("77 reasons for coffee", "THIS IS SHOUTING"), ("", "Call {name} now")] * 4
    copies = [(Copy(title=title, body=body), context(category=f"C{n}")) for n, (title, body) in enumerate(texts)]
    settings = PolicySettings()
    found = list(check_all(copies, settings))
    assert found == [check(copy, own, settings) for copy, own in copies]
    assert [bool(findings) for findings in found[:3]] == [True, True, True]


@pytest.mark.parametrize(("letters", "first"), [(1, 8), (2_000, 2), (9_000, 1)])
def test_the_first_findings_come_after_a_few_copies(letters: int, first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Copy] = []

    def noting(copy: Copy, _: object) -> Copy:
        read.append(copy)
        return copy

    monkeypatch.setattr(registry, "masked", noting)
    one = (Copy(title="", body="a" * letters), context())
    found = check_all([one] * 20, PolicySettings(), only=("empty",))
    assert not read, "nothing is checked before it is asked for"
    next(found)
    assert len(read) == first
    assert len(list(found)) == 19


def test_a_warm_policy_has_loaded_its_language_model(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(registry, "check", lambda copy, *_: asked.append(copy.body))
    registry.warm_up()
    assert len(asked[0].split()) > 5, "of a shorter text no language is guessed"


def test_a_finding_shows_the_words_as_they_are_sent() -> None:
    (finding,) = findings("Coffee", "Only \uff17\uff17 seats left at Calle Mayor.")
    assert (finding.text, finding.start, finding.end) == ("\uff17\uff17", 5, 7)
