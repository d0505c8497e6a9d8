"""The labelled suite: enough cases, half of them clean, each one readable."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.policy.cases import SUITE, of_rule, profiles, read

LANGUAGES = ("ar", "en", "es", "hi", "ja", "pt", "ru", "zh")
CASE = (
    '{"id": "x-en-1", "item": {"title": "a", "metadata": {"views": 3, "placeholders": ["{{a}}"]}},'
    ' "copy": {"title": "t"}, "profile": "web", "locale": "en-US", "terms": {"spam": "BLOCK"}, "label": "clean",'
    ' "rules": ["length.*"], "why": "w"}'
)


def test_there_are_six_hundred_cases_in_eight_languages_half_of_them_clean(root: Path) -> None:
    cases = read(root / SUITE)
    assert len({case.id for case in cases}) == len(cases)
    core = [case for case in cases if case.language in LANGUAGES]
    assert len(core) >= 600
    for language in LANGUAGES:
        labels = [case.label for case in core if case.language == language]
        assert labels.count("clean") == labels.count("block") >= 35
    assert all(case.profile in profiles() for case in cases)


def test_a_case_becomes_the_context_of_a_check(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(CASE)
    (case,) = read(tmp_path)
    context = case.context(profiles())
    assert context.item.metadata == {"views": "3", "placeholders": "{{a}}"}
    assert context.profile.max_title == 50
    assert context.tenant_terms is not None
    assert list(context.tenant_terms.found_in("no spam here"))
    assert of_rule([case], "length.*") == [case]
    assert of_rule([case], "terms.*") == []


def test_a_line_that_is_no_case_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(CASE + '\n{"id": 3}\n')
    with pytest.raises(ValueError, match=r"a\.jsonl, line 2"):
        read(tmp_path)
