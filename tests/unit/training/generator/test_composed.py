"""Styles that metadata open, made of archive copy: each is provable, and is in the style that it claims."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from deployments.router.catalogue import FileCatalogue
from deployments.types import Copy, Item, LengthProfile, OutputField
from serve_app.policy import PolicyContext, PolicySettings, check
from training.generator.answers import Form
from training.generator.composed import Composed, composed
from training.generator.judge import follows

CATEGORIES = {c.category: c for c in FileCatalogue(kind="file").load().categories}
PROFILE = LengthProfile(length_profile="default", max_title=40, max_body=90)
BOTH = (OutputField.TITLE, OutputField.BODY)
ITEM = Item(title="The ferry is a library", description="A stranger paid for it. The children of Bergen read there.")
FORM = Form(PROFILE, BOTH, "The old ferry of Bergen", "It is a library where the children read.")


@pytest.fixture(scope="module")
def made() -> list[Composed]:
    return [each for seed in range(60) for each in composed(FORM, ITEM, np.random.default_rng(seed), 1.0)]


def test_every_composed_answer_shows_its_style_and_its_metadata_open_the_gate(made: list[Composed]) -> None:
    assert {each.category for each in made} == {"URGENT_TREND", "SOCIAL_PROOF_LOCAL", "QUOTE"}
    for each in made:
        assert follows(each.form.title, each.form.body, each.category), each.form
        assert CATEGORIES[each.category].gate.open_for(each.item, "")


def test_serving_has_nothing_against_them(made: list[Composed]) -> None:
    for each in made:
        context = PolicyContext(item=each.item, caption="", profile=PROFILE, output_fields=BOTH)
        findings = check(Copy(title=each.form.title, body=each.form.body), context, PolicySettings())
        assert [f.code for f in findings] == [], each


def test_phrases_vary(made: list[Composed]) -> None:
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for each in made:
        found[each.category].add((each.form.title, each.form.body))
    assert len(found["URGENT_TREND"]) >= 6
    assert len(found["SOCIAL_PROOF_LOCAL"]) >= 12
    assert len(found["QUOTE"]) == 2  # the story has two sentences short enough


def test_a_share_of_nothing_and_a_lone_field_make_none() -> None:
    draw = np.random.default_rng(0)
    assert list(composed(FORM, ITEM, draw, 0.0)) == []
    assert list(composed(FORM._replace(fields=BOTH[1:]), ITEM, draw, 1.0)) == []
