"""The loop of repair and check: what it mends, what it leaves alone."""

from __future__ import annotations

import pytest

from deployments.types import Copy, Item, LengthProfile, PolicyFinding, Severity
from serve_app.policy import PolicyContext, PolicySettings, check
from serve_app.policy.repair import Mended, mended

PROFILE = LengthProfile(length_profile="short", max_title=30, max_body=60)
ITEM = Item(title="The bakery in Long Street", description="It bakes fresh bread and cake at seven.")
CONTEXT = PolicyContext.of(ITEM, "", PROFILE)
SETTINGS = PolicySettings()
FITTING = "Come and see our bakery."
LONG = "The bakery bakes fresh bread at seven. The cake is for everybody in Long Street."


def mend(title: str, body: str, settings: PolicySettings = SETTINGS) -> Mended | None:
    copy = Copy(title=title, body=body)
    return mended(copy, check(copy, CONTEXT, settings), CONTEXT, settings)


def test_a_body_above_its_limit_ends_with_its_last_sentence_that_fits() -> None:
    better = mend("Fresh bread", LONG)
    assert better is not None
    assert better.copy == Copy(title="Fresh bread", body="The bakery bakes fresh bread at seven.")
    assert ([f.rule for f in better.repaired], better.findings, better.trimmed) == (["length.body"], (), True)


def test_several_faults_of_both_fields_are_mended_together() -> None:
    better = mend("Fresh bread!!!", LONG)
    assert better is not None
    assert better.copy == Copy(title="Fresh bread!", body="The bakery bakes fresh bread at seven.")
    assert {f.rule for f in better.repaired} == {"format.marks", "length.body"}


def test_marks_alone_take_no_word_away() -> None:
    better = mend("Fresh bread!!!", FITTING)
    assert better is not None
    assert (better.copy.title, better.trimmed) == ("Fresh bread!", False)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Fresh bread", FITTING),  # nothing to mend
        ("Fresh fucking bread", LONG),  # a word that nobody repairs
        ("Fresh bread", LONG.replace(". ", " ")),  # no place to cut
    ],
)
def test_what_cannot_be_mended_is_left_to_its_findings(title: str, body: str) -> None:
    assert mend(title, body) is None


def test_a_finding_of_block_is_no_matter_of_taste() -> None:
    assert mend("Fresh bread!!!", FITTING, PolicySettings.model_validate({"shouting": {"marks": "block"}})) is None


def test_a_repair_that_another_rule_rejects_is_none() -> None:
    odd = PolicyFinding(rule="format.unfinished", severity=Severity.REWRITE, field="body")
    copy = Copy(title="Fresh bread", body="We bake 97 kinds of bread. It is on the")
    assert mended(copy, (odd,), CONTEXT, SETTINGS) is None
