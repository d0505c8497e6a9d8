"""A rule's own words, again and again, take a time that is linear in the text: what it looks for is its worst case."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from itertools import chain, islice

import pytest
import regex

from deployments.types import Copy, Item, LengthProfile
from serve_app.policy import PolicyContext, PolicySettings, check
from serve_app.policy.registry import RULES
from tests.unit.serve_app.policy.own_words import LANGUAGES, Pattern, is_unbounded, patterns, words_in, words_of_files

LONG = 2_000
MOST = 60  # words tried of one pattern
SLOW_S = 0.02  # of one pattern, on a text that takes a linear one a millisecond
PROFILE = LengthProfile(length_profile="push", max_title=40, max_body=90)
SETTINGS = PolicySettings()
SCRIPTS = {"ru": r"\p{Cyrillic}", "ar": r"\p{Arabic}", "hi": r"\p{Devanagari}", "ja": r"\p{Katakana}", "zh": r"\p{Han}"}
JOINTS = ("{}", "{} ")


def repeated(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def seconds(pattern: Pattern, text: str) -> float:
    """The CPU time of all matches; endless for one that takes more than a second."""
    began = time.thread_time()
    found = pattern.finditer(text) if isinstance(pattern, re.Pattern) else pattern.finditer(text, timeout=1)
    try:
        for _ in found:
            pass
    except TimeoutError:
        return float("inf")
    return time.thread_time() - began


def is_slow(pattern: Pattern, piece: str) -> bool:
    """Whether the time grows faster than the text: 16 times for a text 4 times as long."""
    text = repeated(piece, LONG)
    if seconds(pattern, text) < SLOW_S:
        return False
    long = min(seconds(pattern, text) for _ in range(2))
    return long == float("inf") or (
        long > SLOW_S and long > 8 * min(seconds(pattern, text[: LONG // 4]) for _ in range(3))
    )


def few(words: Sequence[str]) -> Sequence[str]:
    return words[:: len(words) // MOST + 1]


def test_every_pattern_is_linear_in_its_own_words() -> None:
    slow = (
        (name, piece)
        for name, pattern in patterns()
        if is_unbounded(str(pattern.pattern))
        for word in few(words_in(str(pattern.pattern)))
        for joint in JOINTS
        if is_slow(pattern, piece := joint.format(word))
    )
    assert list(islice(slow, 5)) == []


def vocabulary(language: str) -> dict[str, list[str]]:
    """Return the words that the language's writers may use, by the module or file that knows them."""
    letters = regex.compile(SCRIPTS.get(language, r"\p{Latin}"))
    found: dict[str, list[str]] = {}
    for name, words in chain(
        ((name, words_in(str(pattern.pattern))) for name, pattern in patterns()), words_of_files().items()
    ):
        found.setdefault(name, []).extend(word for word in words if letters.search(word))
    others = {f"{other}.yaml" for other in LANGUAGES} - {f"{language}.yaml"}
    return {name: words for name, words in found.items() if words and name.rpartition("/")[2] not in others}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_is_linear_in_the_words_of_a_list(language: str) -> None:
    context = PolicyContext.of(Item(title="Coffee and cake", locale=language), "", PROFILE, generated=True)

    def took(text: str, *rules: str) -> float:
        began = time.thread_time()
        check(Copy(title="x", body=text), context, SETTINGS, only=rules or RULES.keys())
        return time.thread_time() - began

    took("x y")
    slow = {}
    for name, words in vocabulary(language).items():
        for joint in (" ", "."):
            text = repeated(joint.join(words[:200]) + joint, LONG)
            if took(text) < 4 * SLOW_S:
                continue
            for rule in RULES:
                times = [min(took(f"{n}{text}"[:length], rule) for n in range(2)) for length in (LONG, LONG // 4)]
                if times[0] > SLOW_S and times[0] > 8 * times[1]:
                    slow[name, rule] = times
    assert slow == {}
