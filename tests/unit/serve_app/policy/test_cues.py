"""Patterns with cues find what they would find without them."""

from __future__ import annotations

import pytest
import regex

from benchmarks.policy.cases import read
from serve_app.policy import accounts, identities, phones, whereabouts
from serve_app.policy.cues import Cued, cues_of, whole_words
from serve_app.policy.form import form_of


@pytest.mark.parametrize(
    ("source", "cues"),
    [
        ("lorem ipsum|quick brown fox", {"lorem ipsum", "quick brown fox"}),
        (r"\btest (?:pushes|messages)\b", {"messages", "pushes"}),
        (r"do(?: not)? send", {" send"}),
        (r"pleases? ignore", {" ignore"}),
        (r"x{3,}|(?:abc|123)+", {"xxx", "abc", "123"}),
        (r"(?<!\w)qwert(?:y|yuiop)?(?!\w)", {"qwert"}),
        (r"a\.b\)c", {"a.b)c"}),
        (r"[|)(]{1,2}Straße\d", {"strasse"}),
        (r"(?>abc|bcd)e", {"abc", "bcd"}),
        (r"word|\d+", set()),
        (r"(?:a|b)?[cd]*", set()),
    ],
)
def test_cues_are_the_words_of_which_one_must_be_there(source: str, cues: set[str]) -> None:
    assert cues_of(source) == cues


def test_a_bracket_too_many_is_an_error() -> None:
    with pytest.raises(ValueError, match="bracket"):
        cues_of("a)b")


@pytest.mark.parametrize(
    "source",
    [
        r"\x41bc", r"ab\u0041", r"\U00000041x", r"\N{DIGIT ONE}x", r"(?:ab|\x41)c", r"(a)\10", r"\g<1>",
        "[[a]--[b]]xyz", "(?i)abc", "(?P=x)abc", "(?(1)a|b)", "(?#no)abc", "a(?|bc)", "(abc",
    ],
)  # fmt: skip
def test_a_source_that_cannot_be_read_is_an_error(source: str) -> None:
    with pytest.raises(ValueError, match="cannot read"):
        cues_of(source)


@pytest.mark.parametrize("text", ["TITLE HERE", "t\u0131tle here", "T\u0130TLE HERE", "title her", "Here is a title"])
def test_case_is_ignored_as_the_library_does(text: str) -> None:
    source = "title here"
    assert bool(Cued(source).search(text)) == bool(regex.search(source, text, regex.IGNORECASE))


def test_no_labelled_case_hides_from_a_pattern_with_cues() -> None:
    cues = [phones._PHONE_CUE, whereabouts._CONTACT_CUE, accounts._ACCOUNT_CUE, identities._IDENTITY_CUE]
    found = 0
    for case in read():
        form = form_of(case.language)
        for text in (case.copied.title, case.copied.body):
            for one in (form.test, form.chatter, *cues):
                match = one._pattern.search(text)
                found += match is not None
                assert (one.search(text) is None) == (match is None)
    assert found > 20


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [("en", "a cure", True), ("en", "secure", False), ("en", "recure", True), ("ja", "特効薬", True)],
)
def test_words_are_whole_where_a_language_has_spaces(language: str, text: str, found: bool) -> None:
    source = whole_words("cure|効", language, "(?:re)?")
    assert (regex.search(source, text) is not None) is found
